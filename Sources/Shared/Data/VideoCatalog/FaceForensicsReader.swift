internal import Contract

/// Reads FaceForensics++ with its companions (FaceShifter, DeepFakeDetection).
///
/// The folder gives label, method and compression, the name gives the identities: `target_source`
/// of YouTube videos, `target_source__scene__XXXX` and `actor__scene` of actors. Actors and YouTube
/// videos are numbered independently.
enum FaceForensicsReader {
  /// The label that each top folder stands for.
  static let sequenceFolders: [String: VideoLabel] = [
    "original_sequences": .real, "manipulated_sequences": .fake,
  ]

  /// What lies at the level of the compressions and holds no videos to learn from.
  private static let knownExtras: Set<String> = ["masks", "models"]

  /// Reads the catalog below `root`.
  static func read(root: String, options: CatalogOptions) throws(VideoCatalogError) -> VideoCatalog
  {
    let filter = FaceForensicsFilter(options)
    let tree = try DirectoryTree(root: root, numberedPictures: options.numberedPictures) {
      filter.skips(FileNames.components($0))
    }
    try filter.check(tree)
    var builder = CatalogBuilder(kind: .faceforensics, root: root)
    let splits = try FaceForensicsSplits.read(tree: tree)
    // The official pairs connect videos whose fakes may be filtered out: groups stay the same.
    for pair in splits?.pairs ?? [] { builder.connect(pair.map { "youtube/\($0)" }) }
    var names = NameRemarks()
    for folder in tree.folders where !folder.videos.isEmpty {
      add(folder, splits: splits, names: &names, to: &builder)
    }
    for note in splits?.notes ?? [] { builder.addNote(note) }
    for note in names.notes + extras(in: tree) { builder.addNote(note) }
    builder.addRemarks(of: tree)
    return try builder.finish(
      options: options, suggestion: LayoutGuess.suggestion(insteadOf: .faceforensics, for: tree),
      found: LayoutGuess.inventory(of: tree))
  }

  private static func add(
    _ folder: DirectoryTree.Folder, splits: FaceForensicsSplits?, names: inout NameRemarks,
    to builder: inout CatalogBuilder
  ) {
    let components = FileNames.components(folder.path)
    guard components.count >= 3, let label = sequenceFolders[String(components[0])] else {
      for file in folder.videos {
        builder.addUnlabelled(
          FileNames.join(folder.path, file),
          reason: "not in a videos folder of original_sequences or manipulated_sequences")
      }
      return
    }
    let sequence = String(components[1])
    for file in folder.videos {
      let name = FileNames.join(folder.path, file)
      let stem = FileNames.stem(file)
      let parsed = FaceForensicsName(stem: stem, label: label, sequence: sequence)
      var split: DatasetSplit?
      if let parsed, case .youtube = parsed.space, let splits {
        split = splits.split(of: parsed.target)
        if split == nil { names.withoutSplit.append(name) }
      }
      if parsed == nil { names.strange.append(name) }
      builder.add(
        name, label: label, identities: parsed?.identities ?? ["\(sequence)/\(stem)"],
        split: split, method: label == .fake ? sequence : nil, compression: String(components[2]))
    }
  }

  /// Remarks on folders that were passed over and are neither filtered out nor known extras.
  private static func extras(in tree: DirectoryTree) -> [String] {
    let unknown = tree.skipped.filter { path in
      let components = FileNames.components(path)
      return components.count == 3 && !knownExtras.contains(String(components[2]))
        && !FaceForensicsFilter.isCompression(components[2])
    }
    guard !unknown.isEmpty else { return [] }
    return ["not a compression level (raw, c23, ...), passed over: \(FileNames.summary(unknown))"]
  }
}

/// Names that deserve a remark.
private struct NameRemarks {
  var strange: [String] = []
  var withoutSplit: [String] = []

  var notes: [String] {
    var notes: [String] = []
    if !strange.isEmpty {
      notes.append(
        "\(counted(strange.count, "name")) that does not tell target and source, each a group of "
          + "its own: \(FileNames.summary(strange))")
    }
    if !withoutSplit.isEmpty {
      notes.append(
        "\(counted(withoutSplit.count, "YouTube video")) in no official split: "
          + FileNames.summary(withoutSplit))
    }
    return notes
  }
}

/// What a FaceForensics++ file name says.
struct FaceForensicsName: Equatable {
  /// The numbering that the identities belong to.
  enum Space: String {
    case youtube
    case actor
  }

  let space: Space
  /// Who is seen: the video that was changed, or the real one.
  let target: String
  /// Whose face was put in, or whose movements were; nil for real videos.
  let source: String?

  /// Target and source with their numbering in front.
  var identities: [String] { [target, source].compactMap { $0.map { "\(space.rawValue)/\($0)" } } }

  /// Parses a name without its extension; nil if it has none of the known forms. `sequence` is the
  /// folder below `original_sequences` or `manipulated_sequences`.
  init?(stem: String, label: VideoLabel, sequence: String) {
    if label == .real && sequence != "actors" {
      // Extra YouTube originals may carry any name: the whole of it is the identity.
      space = .youtube
      target = stem
      source = nil
      return
    }
    let pieces = stem.split(separator: "_", omittingEmptySubsequences: false)
    // "01_11__walking__X" splits into 01, 11, an empty piece, ...; "000_003" has no empty piece.
    let head = pieces.prefix { !$0.isEmpty }
    guard let first = head.first, head.count <= (label == .fake ? 2 : 1),
      head.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    else { return nil }
    let isActor = head.count < pieces.count || ["actors", "DeepFakeDetection"].contains(sequence)
    space = isActor ? .actor : .youtube
    target = String(first)
    source = head.count == 2 ? String(head[head.startIndex + 1]) : nil
  }
}
