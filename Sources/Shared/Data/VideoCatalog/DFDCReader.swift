internal import Files
internal import Contract

/// Reads the DeepFake Detection Challenge: `metadata.json` beside the videos of each part.
///
/// An entry is `"name.mp4": {"label": "REAL" or "FAKE", "split": ..., "original": ...}` and speaks of
/// a file in its own folder. Group: the original; a real video is its own original.
///
/// The training set says `"split": "train"` of every video, which divides nothing: splits are
/// taken over only if some entry of the catalog says `validation` or `test`, and are left open for a
/// split by groups otherwise.
enum DFDCReader {
  /// The metadata's file name.
  static let metadataName = "metadata.json"

  private struct Entry {
    var label: VideoLabel
    var original: String?
    var split: DatasetSplit?
  }

  /// Reads the catalog below `root`.
  static func read(root: String, options: CatalogOptions) throws(VideoCatalogError) -> VideoCatalog
  {
    let tree = try DirectoryTree(root: root, numberedPictures: options.numberedPictures)
    var builder = CatalogBuilder(kind: .dfdc, root: root)
    var metadata: [String: [(name: String, entry: Entry)]] = [:]
    for folder in tree.folders where folder.documents.contains(metadataName) {
      metadata[folder.path] = try readMetadata(
        FileNames.join(FileNames.join(root, folder.path), metadataName))
    }
    let hasSplits = metadata.values.joined().contains { ($0.entry.split ?? .train) != .train }
    var withoutOriginal: [String] = []
    for folder in tree.folders {
      try add(
        folder, entries: metadata[folder.path], hasSplits: hasSplits, to: &builder,
        withoutOriginal: &withoutOriginal)
    }
    if !withoutOriginal.isEmpty {
      builder.addNote(
        "\(counted(withoutOriginal.count, "fake video")) without an original in the metadata, each "
          + "a group of its own: \(FileNames.summary(withoutOriginal))")
    }
    builder.addRemarks(of: tree)
    let entryCount = metadata.values.reduce(0) { $0 + $1.count }
    return try builder.finish(
      options: options, suggestion: LayoutGuess.suggestion(insteadOf: .dfdc, for: tree),
      found: LayoutGuess.inventory(of: tree)
        + ", \(counted(metadata.count, metadataName)) with \(entryCount) entries")
  }

  private static func add(
    _ folder: DirectoryTree.Folder, entries: [(name: String, entry: Entry)]?, hasSplits: Bool,
    to builder: inout CatalogBuilder, withoutOriginal: inout [String]
  ) throws(VideoCatalogError) {
    // The value is the folder's spelling of the name: the metadata may use another Unicode form.
    var files: [String: String] = [:]
    files.reserveCapacity(folder.videos.count)
    for file in folder.videos {
      guard files.updateValue(file, forKey: file) == nil else {
        throw VideoCatalogError(
          .duplicate, FileNames.join(builder.root, folder.path),
          "two files named \(file), in two Unicode forms", suggestion: "Rename one of them.")
      }
    }
    for (key, entry) in entries ?? [] {
      // The frames of a video lie in a folder of its name.
      let frames = FileNames.stem(key)
      guard let file = files.removeValue(forKey: key) ?? files.removeValue(forKey: frames) else {
        let reason =
          FileNames.isVideo(key)
          ? "named in \(metadataName), but there is no such file"
          : "named in \(metadataName), but not with the extension of a video"
        builder.addMissing(FileNames.join(folder.path, key), reason: reason)
        continue
      }
      let name = FileNames.join(folder.path, file)
      if entry.label == .fake && entry.original == nil { withoutOriginal.append(name) }
      builder.add(
        name, label: entry.label, identities: [FileNames.stem(entry.original ?? file)],
        split: hasSplits ? entry.split : nil)
    }
    let reason =
      entries == nil
      ? "no \(metadataName) in the folder" : "not named in the \(metadataName) of its folder"
    for file in files.values {
      builder.addUnlabelled(FileNames.join(folder.path, file), reason: reason)
    }
  }

  private static func readMetadata(
    _ path: String
  ) throws(VideoCatalogError) -> [(name: String, entry: Entry)] {
    let document = try MetadataFile.json(path)
    guard let members = document.members else {
      throw VideoCatalogError(
        .malformedMetadata, path, "expected an object of videos, got \(document.typeName)")
    }
    var entries: [(name: String, entry: Entry)] = []
    entries.reserveCapacity(members.count)
    for member in members {
      guard FileNames.isSingleComponent(member.key) else {
        throw VideoCatalogError(
          .malformedMetadata, path,
          "\"\(member.key)\": expected the name of a file in the same folder, got a path")
      }
      entries.append((member.key, try entry(member, path: path)))
    }
    return entries
  }

  private static func entry(
    _ member: JSONMember, path: String
  ) throws(VideoCatalogError) -> Entry {
    let label: VideoLabel
    switch member.value[key: "label"]?.text?.uppercased() {
    case "REAL": label = .real
    case "FAKE": label = .fake
    default:
      let got = member.value[key: "label"].map { $0.text.map { "\"\($0)\"" } ?? $0.typeName }
      throw VideoCatalogError(
        .malformedMetadata, path,
        "\"\(member.key)\": expected the label \"REAL\" or \"FAKE\", got \(got ?? "none")")
    }
    return Entry(
      label: label, original: try original(of: member, label: label, path: path),
      split: try split(of: member, path: path))
  }

  private static func original(
    of member: JSONMember, label: VideoLabel, path: String
  ) throws(VideoCatalogError) -> String? {
    switch member.value[key: "original"] {
    case nil, .null, .string(""): return nil
    case .string(let original) where FileNames.isSingleComponent(original):
      // What a real video calls its original adds nothing: it is one itself.
      return label == .fake ? original : nil
    case .some(let value):
      throw VideoCatalogError(
        .malformedMetadata, path,
        "\"\(member.key)\": expected the name of a file as \"original\", got "
          + (value.text.map { "\"\($0)\"" } ?? value.typeName))
    }
  }

  private static func split(
    of member: JSONMember, path: String
  ) throws(VideoCatalogError) -> DatasetSplit? {
    switch member.value[key: "split"] {
    case nil, .null, .string(""): return nil
    case .string(let text):
      if let split = DatasetSplit(spelling: text) { return split }
      fallthrough
    case .some:
      throw VideoCatalogError(
        .malformedMetadata, path,
        "\"\(member.key)\": expected the split \"train\", \"validation\" or \"test\"")
    }
  }
}
