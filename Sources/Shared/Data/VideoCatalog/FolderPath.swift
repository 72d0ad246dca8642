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

  /// A folder below the label's, or any where there is none, whose name speaks of another label than
  /// `label`, or of it in a way that isn't understood.
  func contradiction(of label: VideoLabel) -> String? {
    (self.label == nil ? above + below : below).first { name in
      let hints = FolderWord.hints(in: name)
      return !hints.isEmpty && hints != [label]
    }
  }

  /// A folder of masks or full downloads beside the videos of a method: nothing to learn from.
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
  /// - Throws: where two folders of the path contradict each other.
  init(
    _ path: String, root: String, read: (_ name: Substring, _ path: String) -> FolderWord?
  ) throws(VideoCatalogError) {
    var place = ""
    for component in FileNames.components(path) {
      let folder = String(component)
      place = FileNames.join(place, folder)
      guard let word = read(component, place) else {
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

  /// The folders that hold both labels although their names are a label's: `deepfake_dataset` with `real`
  /// and `fake` in it says nothing of its own.
  static func containers(
    in paths: [String], read: (Substring) -> FolderWord?
  ) -> Set<String> {
    var labels: [String: Set<VideoLabel>] = [:]
    for path in paths {
      var place = ""
      var open: [String] = []
      for component in FileNames.components(path) {
        place = FileNames.join(place, String(component))
        guard let word = read(component), let label = word.label else { continue }
        for container in open { labels[container, default: []].insert(label) }
        if word.mayHoldBothLabels { open.append(place) }
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
