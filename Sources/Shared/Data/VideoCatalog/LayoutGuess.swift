internal import Contract

/// Recognises layouts, so that an error can say which kind or folder the user may have meant. Signs say
/// what to look at; only what can be read as a catalog is suggested.
enum LayoutGuess {
  /// What to try instead of `kind` on these folders; nil if they look like no other layout.
  static func suggestion(
    insteadOf kind: CatalogKind, for tree: DirectoryTree, options: CatalogOptions
  ) -> String? {
    guard options.givesAdvice else { return nil }
    let here = layouts(of: tree)
    let below = layoutsOneLevelBelow(tree)
    func reads(_ kind: CatalogKind, _ folder: String = "") -> Bool {
      self.reads(kind, FileNames.join(tree.root, folder))
    }
    // The right kind one folder too high up is likelier than the wrong kind.
    if !here.contains(kind),
      let match = below.first(where: { $0.kind == kind && reads(kind, $0.folder) })
    {
      return "The folder \(match.folder) looks like this layout: try that folder as the input."
    }
    if let best = here.first(where: { $0 != kind && $0 != .csv && reads($0) }) {
      return "This looks like the layout `\(best.rawValue)` (\(best.expectedLayout)): "
        + "try that kind."
    }
    if let table = tables(in: tree).first, kind != .csv {
      return "The folder has \(table), a table of videos: try the kind `csv` with that file as the "
        + "input."
    }
    if let match = below.first(where: { $0.kind != kind && reads($0.kind, $0.folder) }) {
      return "The folder \(match.folder) looks like the layout `\(match.kind.rawValue)`: "
        + "try that folder as the input, and that kind."
    }
    return nil
  }

  /// The tables right in the input that can be read as a catalog.
  static func tables(in tree: DirectoryTree) -> [String] {
    (tree.folders.first?.documents ?? []).filter {
      $0.hasSuffix(".csv") && reads(.csv, FileNames.join(tree.root, $0))
    }
  }

  /// What is there, in a few words.
  static func inventory(of tree: DirectoryTree) -> String {
    let topFolders = tree.folders.map(\.path).filter { FileNames.components($0).count == 1 }
    let folders =
      topFolders.isEmpty ? "no folders" : "the folders \(FileNames.summary(topFolders, limit: 8))"
    return "\(counted(tree.videoCount, "video file")) and \(folders)"
  }

  private static func reads(_ kind: CatalogKind, _ input: String) -> Bool {
    var options = CatalogOptions()
    options.givesAdvice = false
    return (try? VideoCatalog.load(kind: kind, input: input, options: options)) != nil
  }

  /// The layouts that begin in the root, from the most to the least telling sign.
  private static func layouts(of tree: DirectoryTree) -> [CatalogKind] {
    var kinds: Set<CatalogKind> = []
    for folder in tree.folders {
      let components = FileNames.components(folder.path)
      if components.count == 1 { kinds.formUnion(self.kinds(ofFolder: components[0])) }
      // Mirrors of FaceForensics++ hold their methods in one more folder.
      if components.count == 2, FlatFaceForensicsReader.isMethod(components[1]) {
        kinds.insert(.faceforensics)
      }
      if folder.documents.contains(where: VideoList.fileNames.contains) { kinds.insert(.dfdc) }
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
    var found: [(folder: String, kind: CatalogKind)] = []
    for folder in tree.folders {
      let components = FileNames.components(folder.path)
      guard components.count == 2 else { continue }
      for kind in kinds(ofFolder: components[1]).sorted(by: { $0.rawValue < $1.rawValue })
      where !found.contains(where: { $0.folder == components[0] && $0.kind == kind }) {
        found.append((String(components[0]), kind))
      }
    }
    return found
  }

  /// The layouts that a folder's name belongs to.
  private static func kinds(ofFolder name: Substring) -> Set<CatalogKind> {
    if FaceForensicsReader.sequenceFolders[String(name)] != nil {
      return [.faceforensics, .folders]
    }
    if CelebDFReader.folder(name) != nil { return [.celebdf] }
    if FlatFaceForensicsReader.isMethod(name) { return [.faceforensics, .folders] }
    return FolderWord(name)?.label == nil ? [] : [.folders]
  }
}
