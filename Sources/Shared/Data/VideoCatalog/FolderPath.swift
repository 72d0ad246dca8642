internal import Contract

/// What the folders above a video say, in any order: label, split, method, compression, and the
/// folders that say nothing of that kind.
struct FolderPath {
  /// A statement and the folder that makes it.
  struct Statement<Value: Equatable> {
    var value: Value
    var folder: String
  }

  private(set) var label: Statement<VideoLabel>?
  private(set) var split: Statement<DatasetSplit>?
  private(set) var method: Statement<String>?
  private(set) var compression: Statement<String>?
  /// The understood folders, from the top.
  private(set) var words: [(folder: String, word: FolderWord)] = []
  /// Folders without a meaning before the first that has one.
  private(set) var above: [String] = []
  /// Folders without a meaning after it.
  private(set) var below: [String] = []

  /// Reads a folder's path below the root.
  ///
  /// - Throws: where two folders of the path contradict each other.
  init(
    _ path: String, root: String, read: (Substring) -> FolderWord?
  ) throws(VideoCatalogError) {
    for component in FileNames.components(path) {
      let folder = String(component)
      guard let word = read(component) else {
        if words.allSatisfy({ $0.word.isSilent }) {
          above.append(folder)
        } else {
          below.append(folder)
        }
        continue
      }
      words.append((folder, word))
      label = try Self.merge(label, word.label, folder, "label", path: path, root: root)
      split = try Self.merge(split, word.split, folder, "split", path: path, root: root)
      compression = try Self.merge(
        compression, word.compression, folder, "compression", path: path, root: root)
      // "Deepfakes" is a word for all fakes as well: another method says more.
      if method?.value == "Deepfakes", word.method != nil { method = nil }
      let newMethod = method != nil && word.method == "Deepfakes" ? nil : word.method
      method = try Self.merge(method, newMethod, folder, "method", path: path, root: root)
    }
  }

  private static func merge<Value: Equatable>(
    _ known: Statement<Value>?, _ new: Value?, _ folder: String, _ what: String, path: String,
    root: String
  ) throws(VideoCatalogError) -> Statement<Value>? {
    guard let new else { return known }
    guard let known else { return Statement(value: new, folder: folder) }
    guard known.value == new else {
      throw VideoCatalogError(
        .contradiction, FileNames.join(root, path),
        "the folder \(known.folder) says \(what) \(known.value), and the folder \(folder) in it says "
          + "\(what) \(new)",
        suggestion: "Rename the one that is wrong, or move what it holds out of it.")
    }
    return known
  }
}
