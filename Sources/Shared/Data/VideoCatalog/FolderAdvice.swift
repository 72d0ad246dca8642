internal import Contract

/// What to say of folders whose name is no label: the settings that give them one.
enum FolderAdvice {
  /// The settings for folders without a label; nil where no folder holds such videos.
  ///
  /// - Parameter unlabelled: paths of the folders with videos without a label, below the root.
  static func suggestion(unlabelled: [String], hasLabelled: Bool) -> String? {
    let paths = unlabelled.map { FileNames.components($0).map(String.init) }
    guard !paths.isEmpty, paths.allSatisfy({ !$0.isEmpty }) else { return nil }
    // The folders at which the paths part.
    let depth = FoldersReader.sharedDepth(paths.map { Array($0.dropLast()) })
    let names = Set(paths.map { $0[depth] }).sorted { $0.bytewisePrecedes($1) }
    if !hasLabelled, names.count == 2 {
      let isNumbered = names == ["0", "1"]
      return "If the folder \(names[0]) holds \(isNumbered ? "the " : "")real and \(names[1]) the "
        + "fake videos, say so: \(setting("real", names[0])) \(setting("fake", names[1])); if not, "
        + "the other way round."
    }
    guard names.count <= 4 else { return nil }
    let rest = hasLabelled ? "; or pass them over: --set unlabelled=skip" : ""
    return "Say what they hold, e.g. \(setting("real", names[0])), or folders.fake for fakes" + rest
      + "."
  }

  private static func setting(_ label: String, _ folder: String) -> String {
    let isPlain = folder.utf8.allSatisfy {
      KnownNames.isDigit($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
        || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
    }
    let quoted =
      "'"
      + folder.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "''") + "'"
    return isPlain
      ? "--set folders.\(label)=[\(folder)]" : "--set \"folders.\(label)=[\(quoted)]\""
  }
}
