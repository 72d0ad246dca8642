internal import Contract

/// Reads FaceForensics++ with its companions (FaceShifter, DeepFakeDetection).
///
/// The folder gives label, method and compression, the name gives the identities: `target_source`
/// for YouTube videos, `target_source__scene__XXXX` and `actor__scene` for actors. Actors and
/// YouTube videos are numbered independently. For extracted frames (`c23/frames/000_003/012.png`),
/// the name is that of the folder. Mirrors without `original_sequences` and `manipulated_sequences`
/// are read by ``FlatFaceForensicsReader``.
enum FaceForensicsReader {
  /// The label that each top folder stands for.
  static let sequenceFolders: [String: VideoLabel] = [
    "original_sequences": .real, "manipulated_sequences": .fake,
  ]

  /// Folders at the level of the compressions that hold no videos for training.
  private static let knownExtras: Set<String> = ["masks", "models"]

  /// Reads the catalog below `root`.
  static func read(root: String, options: CatalogOptions) throws(VideoCatalogError) -> VideoCatalog
  {
    let filter = FaceForensicsFilter(options)
    let tree = try DirectoryTree(root: root, numberedPictures: options.numberedPictures) {
      filter.skips(FileNames.components($0))
    }
    if FlatFaceForensicsReader.reads(tree) {
      return try FlatFaceForensicsReader.read(tree: tree, filter: filter, options: options)
    }
    try filter.check(tree)
    var builder = CatalogBuilder(kind: .faceforensics, root: root)
    let splits = try FaceForensicsSplits.read(tree: tree) ?? FaceForensicsSplits.find(in: tree)
    // The official pairs connect videos even if their fakes are filtered out, so that groups don't
    // depend on the filter.
    for pair in splits?.pairs ?? [] {
      builder.connect(pair.map { Identity("youtube/\($0)", of: .faceforensics) })
    }
    var names = FaceForensicsRemarks()
    for folder in tree.folders where !folder.videos.isEmpty {
      add(folder, splits: splits, names: &names, to: &builder)
    }
    for note in splits?.notes ?? [] { builder.addNote(note) }
    for note in names.notes + extras(in: tree) { builder.addNote(note) }
    builder.addRemarks(of: tree)
    let isPartlyRight = builder.count > 0
    return try builder.finish(
      options: options,
      suggestion: LayoutGuess.suggestion(
        insteadOf: .faceforensics, for: tree, options: options, isPartlyRight: isPartlyRight),
      found: LayoutGuess.inventory(of: tree))
  }

  private static func add(
    _ folder: DirectoryTree.Folder, splits: FaceForensicsSplits?,
    names: inout FaceForensicsRemarks, to builder: inout CatalogBuilder
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
    let method = label == .fake ? sequence : nil
    for file in folder.videos {
      let name = FileNames.join(folder.path, file)
      let stem = stem(file, in: components, label: label)
      let parsed = FaceForensicsName(stem: stem, label: label, sequence: sequence)
      var split: DatasetSplit?
      if let parsed, case .youtube = parsed.space, let splits {
        split = splits.split(of: parsed.target)
        if split == nil { names.withoutSplit.append(name) }
      }
      if parsed == nil { names.strange.append(name) }
      var bases = [
        ReadingTally.Basis(.label, "folder \(components[0])", "label \(label.rawValue)"),
        ReadingTally.Basis(.compression, "folder \(components[2])", "compression \(components[2])"),
      ]
      if let method {
        bases.append(ReadingTally.Basis(.method, "folder \(sequence)", "method \(method)"))
      }
      if let split { bases.append(FaceForensicsSplits.basis(split)) }
      bases.append(FaceForensicsName.basis(parsed))
      builder.add(
        name, label: label,
        identities: (parsed?.identities ?? ["\(sequence)/\(stem)"]).map {
          Identity($0, of: .faceforensics)
        },
        split: split, method: method, compression: String(components[2]),
        recording: parsed.flatMap { .faceForensics($0, stem: stem) },
        dataset: FaceForensicsName.dataset(parsed, sequence: sequence), bases: bases)
    }
  }

  /// The name that tells what a video shows: for extracted frames, that of their folder.
  static func stem(
    _ file: String, in components: [Substring], label: VideoLabel
  ) -> String {
    guard components.count > 4, components[3].lowercased() != "videos" else {
      return withoutFrame(file, label: label)
    }
    return String(components[4])
  }

  /// The name of a file without extension and, for a picture, without the number of its frame:
  /// `000_003` for `000_003_12.png`, `000` for `000_12.png`.
  static func withoutFrame(_ file: String, label: VideoLabel) -> String {
    let stem = FileNames.stem(file)
    guard FileNames.isPicture(file),
      let name = FaceForensicsNumbering.candidate(stem, label: label)
    else { return stem }
    return [name.target, name.source].compactMap { $0 }.joined(separator: "_")
  }

  /// Remarks about folders that were skipped and are neither filtered out nor known extras.
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
struct FaceForensicsRemarks {
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
