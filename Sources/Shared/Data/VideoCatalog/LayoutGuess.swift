internal import Contract

/// Recognises layouts, so that an error can say which kind or folder the user may have meant.
enum LayoutGuess {
  /// What to try instead of `kind` on these folders; nil if they look like no other layout.
  static func suggestion(insteadOf kind: CatalogKind, for tree: DirectoryTree) -> String? {
    let here = layouts(of: tree)
    let below = layoutsOneLevelBelow(tree)
    // The right kind one folder too high up is likelier than the wrong kind.
    if !here.contains(kind), let match = below.first(where: { $0.kind == kind }) {
      return "The folder \(match.folder) looks like this layout: try that folder as the input."
    }
    if let best = here.first(where: { $0 != kind }) {
      return "This looks like the layout `\(best.rawValue)` (\(best.expectedLayout)): "
        + "try that kind."
    }
    if here.isEmpty, let match = below.first {
      return "The folder \(match.folder) looks like the layout `\(match.kind.rawValue)`: "
        + "try that folder as the input, and that kind."
    }
    return nil
  }

  /// What is there, in a few words.
  static func inventory(of tree: DirectoryTree) -> String {
    let topFolders = tree.folders.map(\.path).filter { FileNames.components($0).count == 1 }
    let folders =
      topFolders.isEmpty ? "no folders" : "the folders \(FileNames.summary(topFolders, limit: 8))"
    return "\(counted(tree.videoCount, "video file")) and \(folders)"
  }

  /// The layouts that begin in the root, from the most to the least telling sign.
  private static func layouts(of tree: DirectoryTree) -> [CatalogKind] {
    var kinds: Set<CatalogKind> = []
    for folder in tree.folders {
      let components = FileNames.components(folder.path)
      if components.count == 1, let kind = kind(ofFolder: String(components[0])) {
        kinds.insert(kind)
      }
      if folder.documents.contains(DFDCReader.metadataName) { kinds.insert(.dfdc) }
      if components.isEmpty, folder.documents.contains(where: { $0.hasSuffix(".csv") }) {
        kinds.insert(.csv)
      }
    }
    return [.faceforensics, .celebdf, .dfdc, .folders, .csv].filter(kinds.contains)
  }

  /// The layouts that begin in folders right below the root.
  private static func layoutsOneLevelBelow(
    _ tree: DirectoryTree
  ) -> [(folder: String, kind: CatalogKind)] {
    tree.folders.compactMap { folder in
      let components = FileNames.components(folder.path)
      guard components.count == 2, let kind = kind(ofFolder: String(components[1]))
      else { return nil }
      return (String(components[0]), kind)
    }
  }

  /// The layout that a folder's name belongs to, if any.
  private static func kind(ofFolder name: String) -> CatalogKind? {
    if FaceForensicsReader.sequenceFolders[name] != nil { return .faceforensics }
    if CelebDFReader.labels[name] != nil { return .celebdf }
    return FoldersReader.label(ofFolder: name) == nil ? nil : .folders
  }
}
