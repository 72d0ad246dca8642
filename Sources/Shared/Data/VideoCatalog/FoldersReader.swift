internal import Contract

/// Reads folders that are named after labels, splits, methods and compressions, in any order and
/// case: `real/a.mp4`, `train/fake/a.mp4`, `FaceSwap/c23/a.mp4`.
///
/// If the options have a label for all videos, no such folder is needed. The group is the first of
/// these that applies:
/// 1. That of the data set, for a file name of a known data set (``KnownNames``,
///    ``FaceForensicsNumbering``).
/// 2. The first folder without a meaning below the first one with a meaning: `real/anna/1.mp4`.
/// 3. The first folder without a meaning above it by which the paths differ: `anna/real/1.mp4`.
/// 4. The file's name without extension and without a final `_real` or `_fake` (UADFV: `0001.mp4`,
///    `0001_fake.mp4`).
struct FoldersReader {
  private struct Entry {
    var path: FolderPath
    var folder: DirectoryTree.Folder
    var label: VideoLabel
  }

  private let tree: DirectoryTree
  private var builder: CatalogBuilder
  private var entries: [Entry] = []
  private var unlabelledFolders: [String] = []
  /// Number of folders that all paths have in common at the top, and that therefore say nothing.
  private var sharedDepth = 0
  private var numberings: [[String]: FaceForensicsNumbering] = [:]
  private var splits: FaceForensicsSplits?

  /// Reads the catalog below `root`.
  static func read(root: String, options: CatalogOptions) throws(VideoCatalogError) -> VideoCatalog
  {
    let tree = try DirectoryTree(
      root: root, numberedPictures: options.numberedPictures, labels: options.folderLabels)
    var reader = FoldersReader(tree: tree)
    try reader.sortFolders(options.folderLabels, labelOfAll: options.label)
    reader.readSplits()
    reader.addVideos()
    reader.addNotes()
    let labelled = reader.entries.map(\.folder.path)
    let unlabelled = reader.unlabelledFolders
    return try reader.builder.finish(
      options: options,
      suggestion: LayoutGuess.suggestion(
        insteadOf: .folders, for: tree, options: options, isPartlyRight: !labelled.isEmpty)
        ?? FolderAdvice.suggestion(unlabelled: unlabelled, labelled: labelled),
      found: LayoutGuess.inventory(of: tree))
  }

  private init(tree: DirectoryTree) {
    self.tree = tree
    builder = CatalogBuilder(kind: .folders, root: tree.root)
  }

  /// Reads what the folders say, and counts the names in them.
  private mutating func sortFolders(
    _ labels: FolderLabels, labelOfAll: VideoLabel?
  ) throws(VideoCatalogError) {
    // Celeb-DF with its official test list is left to its own reader: here the list would be
    // ignored.
    let hasTestList = tree.folders.contains { $0.documents.contains(where: CelebDFReader.isList) }
    let folders = tree.folders.filter { !$0.videos.isEmpty }
    func word(_ name: Substring) -> FolderWord? {
      let word = FolderWord(name, labels: labels)
      return hasTestList && word?.isCelebDF == true ? nil : word
    }
    let containers = FolderPath.containers(in: folders.map(\.path), read: word)
    try checkNumberedLabels(folders.map(\.path), word)
    for folder in folders {
      let path = try FolderPath(folder.path, root: tree.root) { name, folderPath in
        guard var word = word(name) else { return nil }
        if containers.contains(folderPath) { word.label = nil }
        return word.isSilent && word.mayHoldBothLabels ? nil : word
      }
      if let extra = path.extra {
        passOver(folder, extra)
        continue
      }
      if let named = path.label, let labelOfAll, named.value != labelOfAll {
        throw VideoCatalogError(
          .contradiction, FileNames.join(tree.root, folder.path),
          "a folder of \(named.value.rawValue) videos, and the label \(labelOfAll.rawValue) for all of "
            + "them", suggestion: "Leave the labels to the folders: --set label=null.")
      }
      guard let label = path.label?.value ?? labelOfAll else {
        unlabelledFolders.append(folder.path)
        for file in folder.videos {
          builder.addUnlabelled(
            FileNames.join(folder.path, file),
            reason: "in neither a folder real/ nor a folder fake/")
        }
        continue
      }
      if let unclear = path.contradiction(of: label) {
        throw VideoCatalogError(
          .contradiction, FileNames.join(tree.root, folder.path),
          "its videos would be \(label.rawValue), and the name of the folder \(unclear) speaks of "
            + "another label",
          suggestion: "Rename that folder, or move it out.")
      }
      entries.append(Entry(path: path, folder: folder, label: label))
      var numbering = numberings[path.above] ?? FaceForensicsNumbering()
      for file in folder.videos {
        let names = names(of: file, path)
        guard known(names, path, label) == nil else { continue }
        numbering.count(names, label: label)
      }
      numberings[path.above] = numbering
    }
    sharedDepth = Self.sharedDepth(entries.map(\.path.above))
  }

  /// Throws if a folder that may be a data set's contains the folders 0 and 1 and no others: they
  /// may be labels as well as people.
  private func checkNumberedLabels(
    _ paths: [String], _ word: (Substring) -> FolderWord?
  ) throws(VideoCatalogError) {
    var children: [String: Set<Substring>] = [:]
    for path in paths {
      var parent = ""
      var isOpen = false
      for component in FileNames.components(path) {
        if isOpen { children[parent, default: []].insert(component) }
        isOpen = word(component).map { $0.label != nil && $0.mayHoldBothLabels } ?? false
        parent = FileNames.join(parent, String(component))
      }
    }
    guard
      let folder = children.filter({
        $0.value == ["0", "1"] && word("0") == nil && word("1") == nil
      })
      .keys.min(by: { $0.bytewisePrecedes($1) })
    else { return }
    throw VideoCatalogError(
      .contradiction, FileNames.join(tree.root, folder), "the folders 0 and 1 in it may be labels",
      suggestion:
        "If they are, say which is which: --set folders.real=[0] --set folders.fake=[1], or the "
        + "other way round; if they are people, give them other names.")
  }

  /// Counts the files of a folder that isn't used for training.
  private mutating func passOver(_ folder: DirectoryTree.Folder, _ extra: String) {
    for file in folder.videos {
      builder.passOver(FileNames.join(folder.path, file), found: "folder \(extra)")
    }
    builder.addNote(
      "\(counted(folder.videos.count, "file")) in \(folder.path) passed over: \(extra) are not used "
        + "for training")
  }

  /// Reads the official split of FaceForensics++, if it lies beside the videos.
  private mutating func readSplits() {
    splits = FaceForensicsSplits.find(in: tree)
    for pair in splits?.pairs ?? [] {
      builder.connect(pair.map { Identity("youtube/\($0)", of: .faceforensics) })
    }
  }

  private mutating func addVideos() {
    let readers = numberings.mapValues { $0.reader() }
    for entry in entries {
      let label = entry.label
      var bases = entry.path.words.map { folder, word in
        ReadingTally.Basis(word.aspect, "folder \(folder)", word.meaning)
      }
      if entry.path.label == nil {
        bases.append(
          ReadingTally.Basis(.label, "setting label", "label \(label.rawValue) for all"))
      }
      for file in entry.folder.videos {
        let (identities, recording, dataset, basis) = group(
          of: file, entry, label, readers[entry.path.above])
        var split = entry.path.split?.value
        if split == nil, let splits, let first = identities.first {
          split = splits.split(of: first)
        }
        builder.add(
          FileNames.join(entry.folder.path, file), label: label, identities: identities,
          split: split,
          method: label == .fake ? entry.path.method?.value : nil,
          compression: entry.path.compression?.value, recording: recording,
          dataset: dataset, bases: bases + [basis])
      }
    }
  }

  /// Identities, recording and data set of a video, and the reason for its group.
  private func group(
    of file: String, _ entry: Entry, _ label: VideoLabel,
    _ numbering: (([String], VideoLabel) -> KnownNames.Meaning?)?
  ) -> (identities: [Identity], recording: Recording?, dataset: String?, basis: ReadingTally.Basis)
  {
    let path = entry.path
    let names = names(of: file, path)
    let dataset = DatasetNames.name(ofFolders: FileNames.components(entry.folder.path))
    if let meaning = known(names, path, label) ?? numbering?(names, label) {
      return (
        meaning.identities, meaning.recording, meaning.dataset,
        ReadingTally.Basis(.group, "names \(meaning.form)", meaning.group)
      )
    }
    if let folder = path.below.first {
      return (
        [Identity(folder, of: .folders)], nil, dataset,
        ReadingTally.Basis(.group, "folders below the label", "group: one person each")
      )
    }
    // Without a folder that names a label, nothing shows which folders are people: `house`,
    // `senate`.
    if path.label != nil, path.above.count > sharedDepth {
      return (
        [Identity(path.above[sharedDepth], of: .folders)], nil, dataset,
        ReadingTally.Basis(.group, "folders above the label", "group: one person each")
      )
    }
    var own = Self.identity(ofFile: file)
    // A fake whose name contains that of its original: `0001_fake` was made from `0001`.
    let isNamed = label == .real || own != FileNames.stem(file)
    let recording = isNamed ? Recording(own, of: .folders) : nil
    // Collections begin to number their pictures again in each split.
    if let split = path.split, FileNames.isPicture(file) { own = split.value.rawValue + "/" + own }
    return (
      [Identity(own, of: .folders)], recording, dataset,
      ReadingTally.Basis(.group, "file names", "group: one each, without _real or _fake")
    )
  }

  private func known(
    _ names: [String], _ path: FolderPath, _ label: VideoLabel
  ) -> KnownNames.Meaning? {
    if path.words.contains(where: \.word.isFakeAVCeleb) {
      return KnownNames.fakeAVCeleb(folders: path.below, stem: names.last ?? "")
    }
    let isYouTubeReal = path.words.contains { CelebDFReader.folder($0.folder) == "YouTube-real" }
    for name in names {
      if let meaning = KnownNames.meaning(name, label: label) { return meaning }
      if isYouTubeReal, let meaning = KnownNames.youTubeReal(name) { return meaning }
    }
    return nil
  }

  /// The names that may tell what a video shows: the folders without a meaning, then its own.
  private func names(of file: String, _ path: FolderPath) -> [String] {
    path.below + [FileNames.stem(file)]
  }

  private mutating func addNotes() {
    for note in splits?.notes ?? [] { builder.addNote(note) }
    for key in numberings.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      if let doubt = numberings[key]?.doubt { builder.addNote(doubt) }
    }
    let lists = tree.folders.filter { $0.documents.contains(DFDCReader.metadataName) }
    if !lists.isEmpty {
      builder.addNote(
        "\(counted(lists.count, DFDCReader.metadataName)) passed over: originals named there are "
          + "not connected with their fakes; the kind `dfdc` reads them")
    }
    builder.addRemarks(of: tree)
  }

  /// Number of folders that all paths have in common at the top.
  static func sharedDepth(_ paths: [[String]]) -> Int {
    guard var shared = paths.first else { return 0 }
    for path in paths {
      shared = zip(shared, path).prefix { $0 == $1 }.map(\.0)
    }
    return shared.count
  }

  private static func identity(ofFile file: String) -> String {
    let stem = FileNames.stem(file)
    for suffix in ["_real", "_fake", "-real", "-fake"]
    where stem.lowercased().hasSuffix(suffix) && stem.count > suffix.count {
      return String(stem.dropLast(suffix.count))
    }
    return stem
  }
}
