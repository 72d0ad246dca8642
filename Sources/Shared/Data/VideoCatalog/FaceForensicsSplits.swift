internal import Contract
internal import Files

/// The official split of FaceForensics++: `train.json`, `val.json`, `test.json`, each a list of
/// pairs of YouTube ids.
struct FaceForensicsSplits {
  private static let files: [(name: String, split: DatasetSplit)] = [
    ("train.json", .train), ("val.json", .validation), ("test.json", .test),
  ]

  /// The names of the split's files.
  static var fileNames: [String] { files.map(\.name) }

  /// The folders below the root in which the files are searched for; the first one that has any of
  /// them is used.
  private static let folders = ["splits", "dataset/splits", ""]

  private var splits: [String: DatasetSplit] = [:]
  /// The pairs of ids.
  private(set) var pairs: [[String]] = []
  /// Remarks for the log.
  private(set) var notes: [String] = []

  /// The split of a YouTube id; nil if no list has it.
  func split(of identity: String) -> DatasetSplit? { splits[identity] }

  /// The split of an identity; nil for one that is no YouTube id, or if no list has it.
  func split(of identity: Identity) -> DatasetSplit? {
    let prefix = Identity("youtube/", of: .faceforensics).text
    return identity.text.hasPrefix(prefix)
      ? splits[String(identity.text.dropFirst(prefix.count))] : nil
  }

  /// Reads the lists from the first folder that has any, at any level; nil if there are none. Files
  /// with these names and other content are ignored, with a note.
  static func find(in tree: DirectoryTree) -> FaceForensicsSplits? {
    for folder in tree.folders where folder.documents.contains(where: fileNames.contains) {
      do {
        if let splits = try read(tree: tree, folder: folder) { return splits }
      } catch {
        var other = FaceForensicsSplits()
        other.notes.append("\(error.subject): passed over, \(error.message)")
        return other
      }
    }
    return nil
  }

  /// Reads the lists; nil if there are none.
  static func read(tree: DirectoryTree) throws(VideoCatalogError) -> FaceForensicsSplits? {
    for path in folders {
      guard let folder = tree.folders.first(where: { $0.path == path }) else { continue }
      if let splits = try read(tree: tree, folder: folder) { return splits }
    }
    return nil
  }

  private static func read(
    tree: DirectoryTree, folder: DirectoryTree.Folder
  ) throws(VideoCatalogError) -> FaceForensicsSplits? {
    let present = files.filter { folder.documents.contains($0.name) }
    guard !present.isEmpty else { return nil }
    var result = FaceForensicsSplits()
    for (name, split) in present {
      let file = FileNames.join(FileNames.join(tree.root, folder.path), name)
      try result.add(try MetadataFile.json(file), split: split, path: file)
    }
    for (name, _) in files where !folder.documents.contains(name) {
      result.notes.append(
        "no \(FileNames.join(folder.path, name)): its videos have no official split")
    }
    return result
  }

  /// The split's row in ``CatalogReading``.
  static func basis(_ split: DatasetSplit) -> ReadingTally.Basis {
    .init(
      .split, files.first { $0.split == split }?.name ?? "official list", "split \(split.rawValue)")
  }

  private mutating func add(
    _ document: JSONValue, split: DatasetSplit, path: String
  ) throws(VideoCatalogError) {
    guard let elements = document.elements else {
      throw VideoCatalogError(
        .malformedMetadata, path, "expected a list of pairs of ids, got \(document.typeName)")
    }
    for (index, element) in elements.enumerated() {
      let pair = (element.elements ?? []).compactMap(\.text)
      guard pair.count == 2, element.elements?.count == 2,
        pair.allSatisfy(FileNames.isSingleComponent)
      else {
        throw VideoCatalogError(
          .malformedMetadata, path,
          "entry \(index + 1): expected a pair of ids such as [\"071\", \"054\"]")
      }
      for identity in pair {
        if let other = splits.updateValue(split, forKey: identity), other != split {
          throw VideoCatalogError(
            .contradiction, path,
            "entry \(index + 1): the id \(identity) is in \(split.rawValue) and in "
              + other.rawValue,
            suggestion: "Take the official lists of FaceForensics++.")
        }
      }
      pairs.append(pair)
    }
  }
}
