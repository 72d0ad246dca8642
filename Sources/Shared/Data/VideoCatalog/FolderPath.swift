internal import Contract

/// What the folders in a video's path say, in any order: label, split, method, compression, and the
/// folders that say none of these.
struct FolderPath {
  /// A value and the folder that gives it.
  struct Statement<Value: Equatable> {
    var value: Value
    var folder: String
  }

  private(set) var label: Statement<VideoLabel>?
  private(set) var split: Statement<DatasetSplit>?
  private(set) var method: Statement<String>?
  private(set) var compression: Statement<String>?
  /// The folders with a meaning, from the top.
  private(set) var words: [(folder: String, word: FolderWord)] = []
  /// Folders without a meaning before the first that has one.
  private(set) var above: [String] = []
  /// Folders without a meaning after it.
  private(set) var below: [String] = []

  /// A folder below the label's, or any folder if no folder gives the label, whose name mentions
  /// another label than `label`, or mentions it in a way that isn't understood.
  func contradiction(of label: VideoLabel) -> String? {
    (self.label == nil ? above + below : below).first { name in
      let hints = FolderWord.hints(in: name)
      return !hints.isEmpty && hints != [label]
    }
  }

  /// A folder of masks or full downloads beside the videos of a method, which isn't used.
  var extra: String? {
    guard method != nil || words.contains(where: { $0.folder.lowercased().hasSuffix("_sequences") })
    else { return nil }
    return (above + below).first { Self.extras.contains($0.lowercased()) }
  }

  private static let extras: Set<String> = [
    "masks", "mask", "models", "landmarks", "downloaded_videos",
  ]

  /// Reads a folder's path below the root. `read` gets each folder's name and its path.
  ///
  /// - Throws: if two folders of the path contradict each other.
  init(
    _ path: String, root: String, read: (_ name: Substring, _ path: String) -> FolderWord?
  ) throws(VideoCatalogError) {
    var folderPath = ""
    for component in FileNames.components(path) {
      let folder = String(component)
      folderPath = FileNames.join(folderPath, folder)
      guard let word = read(component, folderPath) else {
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
      // "Deepfakes" is also a word for all fakes: another method is more specific.
      if method?.value == "Deepfakes", word.method != nil { method = nil }
      let newMethod = method != nil && word.method == "Deepfakes" ? nil : word.method
      method = try Self.merge(method, newMethod, folder, "method", path: path, root: root)
    }
  }

  /// The folders that contain both labels although their own names say one: `deepfake_dataset` with
  /// `real` and `fake` in it gives no label.
  static func containers(
    in paths: [String], read: (Substring) -> FolderWord?
  ) -> Set<String> {
    var labels: [String: Set<VideoLabel>] = [:]
    for path in paths {
      var folderPath = ""
      var open: [String] = []
      for component in FileNames.components(path) {
        folderPath = FileNames.join(folderPath, String(component))
        guard let word = read(component), let label = word.label else { continue }
        for container in open { labels[container, default: []].insert(label) }
        if word.mayHoldBothLabels { open.append(folderPath) }
      }
    }
    return Set(labels.filter { $0.value.count == 2 }.keys)
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
