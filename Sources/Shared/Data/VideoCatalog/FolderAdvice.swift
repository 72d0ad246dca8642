internal import Contract

/// Advice for folders whose name is no label: the settings that give them one.
enum FolderAdvice {
  /// The settings for folders without a label; nil if nothing is certain to help.
  ///
  /// - Parameters:
  ///   - unlabelled: paths of the folders with videos without a label, below the root.
  ///   - labelled: paths of the folders with labelled videos.
  static func suggestion(unlabelled: [String], labelled: [String]) -> String? {
    let names = names(unlabelled, labelled)
    if labelled.isEmpty, names.count == 2, !names.contains(where: isWord) {
      return "If the folder \(names[0]) holds the real and \(names[1]) the fake videos, say so: "
        + "\(setting("real", [names[0]])) \(setting("fake", [names[1]])); if not, the other way "
        + "round."
    }
    guard !labelled.isEmpty else {
      return
        "Put the genuine videos into a folder real and the manipulated ones into a folder fake, "
        + "in these folders or above them."
    }
    let skip = "--set unlabelled=skip passes them over."
    // A folder `test` is a split, whatever it holds.
    let isClear = names.allSatisfy { !isWord($0) && FolderWord.hints(in: $0).isEmpty }
    let hasCelebDF = unlabelled.contains {
      FileNames.components($0).contains { CelebDFReader.folder($0) != nil }
    }
    guard (1...4).contains(names.count), isClear, !hasCelebDF else {
      return "If they are to stay out, \(skip)"
    }
    return "Say what they hold: \(setting("real", names)), or folders.fake for fakes. Or else "
      + skip
  }

  private static func isWord(_ name: String) -> Bool { FolderWord(name) != nil }

  /// The folders at which the paths without a label diverge from those with one, or from each
  /// other.
  private static func names(_ unlabelled: [String], _ labelled: [String]) -> [String] {
    let paths = unlabelled.map { FileNames.components($0).map(String.init) }
    guard paths.allSatisfy({ !$0.isEmpty }) else { return [] }
    var known: Set<[String]> = []
    for path in labelled {
      var prefix: [String] = []
      for component in FileNames.components(path) {
        prefix.append(String(component))
        known.insert(prefix)
      }
    }
    let shared = FoldersReader.sharedDepth(paths.map { Array($0.dropLast()) })
    let names = paths.map { path in
      labelled.isEmpty
        ? path[shared]
        : path.indices.first { !known.contains(Array(path[...$0])) }.map { path[$0] } ?? path[0]
    }
    return Set(names).sorted { $0.bytewisePrecedes($1) }
  }

  /// A setting as it is typed in a shell.
  private static func setting(_ label: String, _ folders: [String]) -> String {
    SettingAdvice.option("folders.\(label)", list: folders)
  }
}
