internal import Contract
internal import Files

/// Reads the DeepFake Detection Challenge: `metadata.json` beside the videos of each part.
///
/// An entry is `"name.mp4": {"label": "REAL" or "FAKE", "split": ..., "original": ...}` and
/// describes a file in its own folder. The group is the original; a real video is its own original.
/// ``VideoList`` reads `dataset.json` of the challenge's preview and the list of LAV-DF as well.
///
/// The training set has `"split": "train"` for every video, which divides nothing. So splits are
/// used only if some entry of the catalog says `validation` or `test`; otherwise they are left to a
/// split by groups.
enum DFDCReader {
  /// The metadata's file name.
  static let metadataName = "metadata.json"

  /// Folders of the challenge's videos that were published without labels.
  private static let unlabelledFolders: Set<String> = ["test_videos"]

  /// Reads the catalog below `root`.
  static func read(root: String, options: CatalogOptions) throws(VideoCatalogError) -> VideoCatalog
  {
    let tree = try DirectoryTree(root: root, numberedPictures: options.numberedPictures)
    var builder = CatalogBuilder(kind: .dfdc, root: root)
    var metadata: [String: [VideoListEntry]] = [:]
    var lists: [String] = []
    for folder in tree.folders {
      for name in VideoList.fileNames where folder.documents.contains(name) {
        let path = FileNames.join(FileNames.join(root, folder.path), name)
        lists.append(name)
        for entry in try VideoList.read(path) {
          let videoPath = FileNames.join(folder.path, entry.path)
          metadata[Self.folder(of: videoPath), default: []].append(entry.placed(at: videoPath))
        }
        if metadata[folder.path] == nil { metadata[folder.path] = [] }
      }
    }
    let hasSplits = metadata.values.joined().contains { ($0.split ?? .train) != .train }
    var withoutOriginal: [String] = []
    var folders = Dictionary(tree.folders.map { ($0.path, $0) }, uniquingKeysWith: { $1 })
    // Entries may name folders that don't exist.
    for path in metadata.keys where folders[path] == nil {
      folders[path] = DirectoryTree.Folder(path: path)
    }
    for path in folders.keys.sorted(by: { $0.bytewisePrecedes($1) }) {
      guard let folder = folders[path] else { continue }
      try add(
        folder, entries: metadata[path], hasSplits: hasSplits, to: &builder,
        withoutOriginal: &withoutOriginal)
    }
    if !withoutOriginal.isEmpty {
      builder.addNote(
        "\(counted(withoutOriginal.count, "fake video")) without an original in the metadata, each "
          + "a group of its own: \(FileNames.summary(withoutOriginal))")
    }
    for note in VideoList.notes(on: metadata.values.joined()) { builder.addNote(note) }
    builder.addRemarks(of: tree)
    let entryCount = metadata.values.reduce(0) { $0 + $1.count }
    let isPartlyRight = builder.count > 0
    return try builder.finish(
      options: options,
      suggestion: LayoutGuess.suggestion(
        insteadOf: .dfdc, for: tree, options: options, isPartlyRight: isPartlyRight),
      found: LayoutGuess.inventory(of: tree)
        + ", \(counted(lists.count, lists.first ?? metadataName)) with \(entryCount) entries")
  }

  private static func add(
    _ folder: DirectoryTree.Folder, entries: [VideoListEntry]?, hasSplits: Bool,
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
    for entry in entries ?? [] {
      // The frames of a video lie in a folder with its name.
      let listed = FileNames.lastComponent(entry.path)
      let found = files.removeValue(forKey: listed)
      guard let file = found ?? files.removeValue(forKey: FileNames.stem(listed)) else {
        let reason =
          FileNames.isVideo(entry.path)
          ? "named in \(entry.listName), but there is no such file"
          : "named in \(entry.listName), but not with the extension of a video"
        builder.addMissing(entry.path, reason: reason)
        continue
      }
      let name = FileNames.join(folder.path, file)
      if entry.label == .fake && entry.identities.isEmpty { withoutOriginal.append(name) }
      let identities = entry.identities.isEmpty ? [FileNames.stem(file)] : entry.identities
      let split = hasSplits ? entry.split : nil
      builder.add(
        name, label: entry.label, identities: identities.map { Identity($0, of: .dfdc) },
        split: split, method: entry.method,
        recording: entry.original.map { Recording($0, of: .dfdc) }, dataset: entry.dataset,
        bases: entry.bases(split: split))
    }
    addUnlabelled(files.values, of: folder, hasMetadata: entries != nil, to: &builder)
  }

  private static func addUnlabelled(
    _ files: some Collection<String>, of folder: DirectoryTree.Folder, hasMetadata: Bool,
    to builder: inout CatalogBuilder
  ) {
    let name = FileNames.lastComponent(folder.path)
    let isKnown = !hasMetadata && unlabelledFolders.contains(name.lowercased())
    let reason =
      hasMetadata
      ? "not named in the \(metadataName) of its folder" : "no \(metadataName) in the folder"
    for file in files {
      builder.addUnlabelled(
        FileNames.join(folder.path, file),
        reason: isKnown ? "the challenge's \(name) have no labels" : reason, isExpected: isKnown)
    }
    if isKnown, !files.isEmpty {
      builder.addNote(
        "\(counted(files.count, "video")) of \(folder.path) passed over: the challenge's test videos "
          + "have no labels")
    }
  }

  private static func folder(of path: String) -> String {
    FileNames.components(path).dropLast().joined(separator: "/")
  }
}
