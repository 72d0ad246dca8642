internal import Files
internal import Contract

/// The official split of FaceForensics++: `train.json`, `val.json`, `test.json`, each a list of pairs
/// of YouTube ids.
struct FaceForensicsSplits {
  private static let files: [(name: String, split: DatasetSplit)] = [
    ("train.json", .train), ("val.json", .validation), ("test.json", .test),
  ]

  /// The names of the split's files.
  static var fileNames: [String] { files.map(\.name) }

  /// Where they are looked for, below the root; the first folder that has any of them counts.
  private static let folders = ["splits", "dataset/splits", ""]

  private var splits: [String: DatasetSplit] = [:]
  /// The pairs of ids.
  private(set) var pairs: [[String]] = []
  /// Remarks for the log.
  private(set) var notes: [String] = []

  /// The split of a YouTube id; nil if no list has it.
  func split(of identity: String) -> DatasetSplit? { splits[identity] }

  /// Reads the lists; nil if there are none.
  static func read(tree: DirectoryTree) throws(VideoCatalogError) -> FaceForensicsSplits? {
    for path in folders {
      guard let folder = tree.folders.first(where: { $0.path == path }) else { continue }
      let present = files.filter { folder.documents.contains($0.name) }
      guard !present.isEmpty else { continue }
      var result = FaceForensicsSplits()
      for (name, split) in present {
        let file = FileNames.join(FileNames.join(tree.root, path), name)
        try result.add(try MetadataFile.json(file), split: split, path: file)
      }
      for (name, _) in files where !folder.documents.contains(name) {
        result.notes.append(
          "no \(FileNames.join(path, name)): its videos have no official split")
      }
      return result
    }
    return nil
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
