internal import Contract

/// Reads a folder of real and a folder of fake videos.
///
/// The label folder is `real` or `original(s)`, `fake(s)` or `manipulated`, in any case, in the input
/// itself or below a folder that names a split: `real/a.mp4`, `train/fake/a.mp4`. Below it, folders
/// may nest. Group: the first folder below the label folder; for a video right in it, the name
/// without extension and without a final `_real` or `_fake` (UADFV: `0001.mp4`, `0001_fake.mp4`). With
/// a label for everything no such folder is needed.
enum FoldersReader {
  /// The label that a folder's name stands for.
  static func label(ofFolder name: some StringProtocol) -> VideoLabel? {
    switch name.lowercased() {
    case "real", "reals", "original", "originals": .real
    case "fake", "fakes", "manipulated": .fake
    default: nil
    }
  }

  /// Reads the catalog below `root`.
  static func read(root: String, options: CatalogOptions) throws(VideoCatalogError) -> VideoCatalog
  {
    let tree = try DirectoryTree(root: root, numberedPictures: options.numberedPictures)
    var builder = CatalogBuilder(kind: .folders, root: root)
    for folder in tree.folders where !folder.videos.isEmpty {
      var components = FileNames.components(folder.path)[...]
      var split: DatasetSplit?
      if let first = components.first, let named = DatasetSplit(spelling: first) {
        split = named
        components.removeFirst()
      }
      let named = components.first.flatMap { Self.label(ofFolder: $0) }
      if let named, let label = options.label, named != label {
        throw VideoCatalogError(
          .contradiction, FileNames.join(root, folder.path),
          "a folder of \(named.rawValue) videos, and the label \(label.rawValue) for all of them",
          suggestion: "Leave the labels to the folders: --set label=null.")
      }
      // Below a label for everything, the first folder need not be one of a label.
      if named != nil || options.label == nil { components = components.dropFirst() }
      let label = options.label ?? named
      for file in folder.videos {
        let name = FileNames.join(folder.path, file)
        guard let label else {
          builder.addUnlabelled(name, reason: "in neither a folder real/ nor a folder fake/")
          continue
        }
        let identity = components.first.map(String.init) ?? identity(ofFile: file)
        builder.add(name, label: label, identities: [identity], split: split)
      }
    }
    builder.addRemarks(of: tree)
    return try builder.finish(
      options: options, suggestion: LayoutGuess.suggestion(insteadOf: .folders, for: tree),
      found: LayoutGuess.inventory(of: tree))
  }

  private static func identity(ofFile file: String) -> String {
    let stem = FileNames.stem(file)
    for suffix in ["_real", "_fake", "-real", "-fake"]
    where stem.lowercased().hasSuffix(suffix) && stem.count > suffix.count {
      return String(stem.dropLast(suffix.count))
    }
    return stem
  }
}
