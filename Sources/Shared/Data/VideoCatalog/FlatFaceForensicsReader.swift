internal import Contract

/// Reads FaceForensics++ in the layout of mirrors: a folder per method and one of originals,
/// without `original_sequences` and `manipulated_sequences`: `original/000.mp4`,
/// `Deepfakes/000_003.mp4`. There may be folders for a compression, a split or `videos` between,
/// and one folder around all.
struct FlatFaceForensicsReader {
  private let filter: FaceForensicsFilter
  private let splits: FaceForensicsSplits?
  private let rootCompression: String?
  private var builder: CatalogBuilder
  private var remarks = FaceForensicsRemarks()
  private var seen = FaceForensicsFilter.Seen()

  /// Whether a data set has this layout: methods at the top or one level below, and no sequences.
  static func reads(_ tree: DirectoryTree) -> Bool {
    var hasMethod = false
    for folder in tree.folders {
      let components = FileNames.components(folder.path)
      if let top = components.first, FaceForensicsReader.sequenceFolders[String(top)] != nil {
        return false
      }
      if (1...2).contains(components.count), isMethod(components[components.count - 1]) {
        hasMethod = true
      }
    }
    return hasMethod
  }

  /// Whether a folder is named after a method of FaceForensics++.
  static func isMethod(_ name: some StringProtocol) -> Bool {
    FolderWord(name)?.method.map(ManipulationMethods.faceForensics.contains) ?? false
  }

  /// Reads the catalog of a tree.
  static func read(
    tree: DirectoryTree, filter: FaceForensicsFilter, options: CatalogOptions
  ) throws(VideoCatalogError) -> VideoCatalog {
    var reader = try FlatFaceForensicsReader(tree: tree, filter: filter)
    for folder in tree.folders where !folder.videos.isEmpty {
      try reader.add(folder, root: tree.root)
    }
    try filter.check(reader.seen)
    for note in (reader.splits?.notes ?? []) + reader.remarks.notes { reader.builder.addNote(note) }
    reader.builder.addRemarks(of: tree)
    let isPartlyRight = reader.builder.count > 0
    return try reader.builder.finish(
      options: options,
      suggestion: LayoutGuess.suggestion(
        insteadOf: .faceforensics, for: tree, options: options, isPartlyRight: isPartlyRight),
      found: LayoutGuess.inventory(of: tree))
  }

  private init(
    tree: DirectoryTree, filter: FaceForensicsFilter
  ) throws(VideoCatalogError) {
    self.filter = filter
    splits = try FaceForensicsSplits.read(tree: tree) ?? FaceForensicsSplits.find(in: tree)
    rootCompression = Self.compression(ofRoot: tree.root)
    builder = CatalogBuilder(kind: .faceforensics, root: tree.root)
    for pair in splits?.pairs ?? [] {
      builder.connect(pair.map { Identity("youtube/\($0)", of: .faceforensics) })
    }
  }

  private mutating func add(
    _ folder: DirectoryTree.Folder, root: String
  ) throws(VideoCatalogError) {
    let path = try FolderPath(folder.path, root: root) { name, _ in FolderWord(name) }
    for file in folder.videos {
      let name = FileNames.join(folder.path, file)
      if let extra = path.extra {
        builder.passOver(name, found: "folder \(extra)")
      } else if let label = path.label?.value {
        add(name, file: file, path: path, label: label)
      } else {
        builder.addUnlabelled(name, reason: "in no folder of originals or of a method")
      }
    }
  }

  private mutating func add(_ name: String, file: String, path: FolderPath, label: VideoLabel) {
    let stem = Self.stem(file, path: path, label: label)
    let method = label == .fake ? path.method?.value : nil
    let sequence = label == .real && Self.isActor(stem) ? "actors" : method ?? ""
    let parsed = FaceForensicsName(stem: stem, label: label, sequence: sequence)
    let isActor = parsed?.space == .actor
    let compression = path.compression?.value ?? rootCompression
    seen.add(method: method, isActor: isActor, compression: compression)
    guard filter.takes(label: label, method: method, isActor: isActor, compression: compression)
    else { return }
    if parsed == nil { remarks.strange.append(name) }
    let (split, splitBasis) = split(of: parsed, name: name, path: path)
    var bases = path.words.map { folder, word in
      ReadingTally.Basis(word.aspect, "folder \(folder)", word.meaning)
    }
    if path.compression == nil, let rootCompression {
      bases.append(.init(.compression, "name of the input", "compression \(rootCompression)"))
    }
    bases += [splitBasis, FaceForensicsName.basis(parsed)].compactMap { $0 }
    builder.add(
      name, label: label,
      identities: (parsed?.identities ?? ["\(sequence)/\(stem)"]).map {
        Identity($0, of: .faceforensics)
      }, split: split, method: method, compression: compression,
      recording: parsed.flatMap { .faceForensics($0, stem: stem) },
      dataset: FaceForensicsName.dataset(parsed, sequence: sequence), bases: bases)
  }

  /// The split of a video by its folders, else by the official lists.
  private mutating func split(
    of parsed: FaceForensicsName?, name: String, path: FolderPath
  ) -> (DatasetSplit?, ReadingTally.Basis?) {
    if let split = path.split?.value { return (split, nil) }
    guard let splits, let parsed, case .youtube = parsed.space else { return (nil, nil) }
    guard let split = splits.split(of: parsed.target) else {
      remarks.withoutSplit.append(name)
      return (nil, nil)
    }
    return (split, FaceForensicsSplits.basis(split))
  }

  /// The name that tells what a video shows: for extracted frames, that of their folder.
  private static func stem(_ file: String, path: FolderPath, label: VideoLabel) -> String {
    let own = FaceForensicsReader.withoutFrame(file, label: label)
    return (path.below + [own]).first {
      FaceForensicsNumbering.candidate($0, label: label) != nil || isActor($0)
    } ?? own
  }

  /// Whether a name is one of DeepFakeDetection's, `01__scene`.
  private static func isActor(_ stem: String) -> Bool {
    KnownNames.meaning(stem, label: .real)?.form.hasPrefix("NN_") == true
  }

  /// The compression in the name of the input's folder, as in `FaceForensics++_C23`.
  private static func compression(ofRoot root: String) -> String? {
    FolderWord.words(of: FileNames.lastComponent(root)).first { ["c0", "c23", "c40"].contains($0) }
  }
}
