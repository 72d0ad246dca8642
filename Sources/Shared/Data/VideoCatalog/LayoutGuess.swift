/// Recognises layouts, so that an error can say which kind or folder the user may have meant. Only
/// what can be read as a catalog is suggested.
enum LayoutGuess {
  /// The most distinctive layouts first.
  private static let kinds: [CatalogKind] = [.faceforensics, .celebdf, .dfdc, .folders]

  /// Maximum number of folders and of tables that are tried.
  private static let maximumTries = 8

  /// What to try instead of `kind` for these folders; nil if they look like no other layout.
  ///
  /// - Parameter isPartlyRight: whether some videos were read: then the folder is likely the right
  ///   one.
  static func suggestion(
    insteadOf kind: CatalogKind, for tree: DirectoryTree, options: CatalogOptions,
    isPartlyRight: Bool = false
  ) -> String? {
    guard options.givesAdvice, tree.videoCount > 0 else { return nil }
    let below = tree.folders.map(\.path).filter { FileNames.components($0).count == 1 }
      .prefix(maximumTries)
    func reads(_ kind: CatalogKind, _ folder: String = "") -> Bool {
      self.reads(kind, FileNames.join(tree.root, folder))
    }
    // The right kind one folder too high up is likelier than the wrong kind.
    if !isPartlyRight, kinds.contains(kind), let folder = below.first(where: { reads(kind, $0) }) {
      return "The folder \(folder) looks like this layout: try that folder as the input."
    }
    if let best = kinds.first(where: { $0 != kind && reads($0) }) {
      return "This looks like the layout `\(best.rawValue)` (\(best.expectedLayout)): "
        + "try that kind."
    }
    if isPartlyRight { return nil }
    if kind != .csv, let table = tables(in: tree).first {
      return "The folder has \(table), a table of videos: try the kind `csv` with that file as the "
        + "input."
    }
    for other in kinds where other != kind {
      guard let folder = below.first(where: { reads(other, $0) }) else { continue }
      return "The folder \(folder) looks like the layout `\(other.rawValue)`: "
        + "try that folder as the input, and that kind."
    }
    return nil
  }

  /// The tables in the input and in the folders right below that can be read as a catalog.
  static func tables(in tree: DirectoryTree) -> [String] {
    let tables = tree.folders.filter { FileNames.components($0.path).count <= 1 }.flatMap {
      folder in
      folder.documents.filter { $0.hasSuffix(".csv") }.map { FileNames.join(folder.path, $0) }
    }
    return tables.prefix(maximumTries).filter { reads(.csv, FileNames.join(tree.root, $0)) }
  }

  /// The content of the folders, in a few words.
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
}
