internal import Contract

/// Reads FaceForensics++ as mirrors lay it out: a folder per method and one of originals, without
/// `original_sequences` and `manipulated_sequences`: `original/000.mp4`, `Deepfakes/000_003.mp4`,
/// also with a compression, a split or `videos` between, and in a folder that holds it all.
enum FlatFaceForensicsReader {
  /// Whether a data set lies in this layout: methods at the top or one folder down, and no sequences.
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
    var builder = CatalogBuilder(kind: .faceforensics, root: tree.root)
    let splits = try FaceForensicsSplits.read(tree: tree) ?? FaceForensicsSplits.find(in: tree)
    for pair in splits?.pairs ?? [] {
      builder.connect(pair.map { Identity("youtube/\($0)", of: .faceforensics) })
    }
    let rootCompression = compression(ofRoot: tree.root)
    var names = FaceForensicsRemarks()
    var seen = FaceForensicsFilter.Seen()
    for folder in tree.folders where !folder.videos.isEmpty {
      let path = try FolderPath(folder.path, root: tree.root) { name, _ in FolderWord(name) }
      guard let label = path.label?.value else {
        for file in folder.videos {
          builder.addUnlabelled(
            FileNames.join(folder.path, file), reason: "in no folder of originals or of a method")
        }
        continue
      }
      let compression = path.compression?.value ?? rootCompression
      for file in folder.videos {
        let name = FileNames.join(folder.path, file)
        let stem = path.below.first ?? FaceForensicsReader.withoutFrame(file, label: label)
        let sequence =
          label == .real && isActor(stem) ? "actors" : path.method?.value ?? ""
        let parsed = FaceForensicsName(stem: stem, label: label, sequence: sequence)
        seen.add(
          method: path.method?.value, isActor: parsed?.space == .actor, compression: compression)
        guard
          filter.takes(
            label: label, method: path.method?.value, isActor: parsed?.space == .actor,
            compression: compression)
        else { continue }
        if parsed == nil { names.strange.append(name) }
        var split = path.split?.value
        var bases = path.words.map { folder, word in
          ReadingTally.Basis(word.aspect, "folder \(folder)", word.meaning)
        }
        if split == nil, let parsed, case .youtube = parsed.space, let splits {
          split = splits.split(of: parsed.target)
          if let split {
            bases.append(FaceForensicsSplits.basis(split))
          } else {
            names.withoutSplit.append(name)
          }
        }
        if path.compression == nil, let rootCompression {
          bases.append(
            .init(.compression, "name of the input", "compression \(rootCompression)"))
        }
        builder.add(
          name, label: label,
          identities: (parsed?.identities ?? ["\(sequence)/\(stem)"]).map {
            Identity($0, of: .faceforensics)
          }, split: split, method: path.method?.value, compression: compression,
          bases: bases + [FaceForensicsName.basis(parsed)])
      }
    }
    try filter.check(seen)
    for note in (splits?.notes ?? []) + names.notes { builder.addNote(note) }
    builder.addRemarks(of: tree)
    let isPartlyRight = builder.count > 0
    return try builder.finish(
      options: options,
      suggestion: LayoutGuess.suggestion(
        insteadOf: .faceforensics, for: tree, options: options, isPartlyRight: isPartlyRight),
      found: LayoutGuess.inventory(of: tree))
  }

  /// Whether a real video's name is one of the actors', `01__scene`.
  private static func isActor(_ stem: String) -> Bool {
    KnownNames.meaning(stem, label: .real)?.form == "NN__scene"
  }

  /// The compression in the name of the input's folder, as in `FaceForensics++_C23`.
  private static func compression(ofRoot root: String) -> String? {
    FolderWord.words(of: FileNames.lastComponent(root)).first { ["c0", "c23", "c40"].contains($0) }
  }
}
