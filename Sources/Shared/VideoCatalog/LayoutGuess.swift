/// Recognises layouts, so that an error can say which kind the user may have meant.
enum LayoutGuess {
  /// What to try instead of `kind` on these folders; nil if they look like no known layout.
  static func suggestion(insteadOf kind: CatalogKind, for tree: DirectoryTree) -> String? {
    let kinds = matches(in: tree, below: "").filter { $0 != kind }
    if let best = kinds.first {
      return "This looks like the layout `\(best.rawValue)` (\(best.expectedLayout)): "
        + "try that kind."
    }
    for folder in tree.folders where !folder.path.isEmpty && !folder.path.contains("/") {
      guard let best = matches(in: tree, below: folder.path + "/").first(where: { $0 != .dfdc })
      else { continue }
      return "The folder \(folder.path) looks like the layout `\(best.rawValue)`: "
        + "try that folder as the input."
    }
    return nil
  }

  /// What is there, in a few words.
  static func inventory(of tree: DirectoryTree) -> String {
    let topFolders = tree.folders.map(\.path).filter { !$0.isEmpty && !$0.contains("/") }
    let folders =
      topFolders.isEmpty ? "no folders" : "the folders \(FileNames.summary(topFolders, limit: 8))"
    return "\(counted(tree.videoCount, "video file")) and \(folders)"
  }

  private static func matches(in tree: DirectoryTree, below prefix: String) -> [CatalogKind] {
    var kinds: Set<CatalogKind> = []
    for folder in tree.folders {
      if prefix.isEmpty {
        if folder.documents.contains(DFDCReader.metadataName) { kinds.insert(.dfdc) }
        if folder.path.isEmpty, folder.documents.contains(where: { $0.hasSuffix(".csv") }) {
          kinds.insert(.csv)
        }
      }
      guard folder.path.hasPrefix(prefix) else { continue }
      let name = String(folder.path.dropFirst(prefix.count))
      if FaceForensicsReader.sequenceFolders[name] != nil { kinds.insert(.faceforensics) }
      if CelebDFReader.labels[name] != nil { kinds.insert(.celebdf) }
      if !name.contains("/"), FoldersReader.label(ofFolder: name) != nil { kinds.insert(.folders) }
    }
    // From the most to the least telling sign.
    return [.faceforensics, .celebdf, .dfdc, .folders, .csv].filter(kinds.contains)
  }
}
