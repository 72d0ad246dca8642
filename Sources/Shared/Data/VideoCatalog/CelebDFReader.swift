internal import Contract

/// Reads Celeb-DF (v1 and v2): the folder gives the label, `List_of_testing_videos.txt` the test
/// set.
///
/// Names are `idA_NNNN` in Celeb-real and `idA_idB_NNNN` in Celeb-synthesis (person A with the face
/// of person B); the persons are the identities. Each video of YouTube-real is an identity of its
/// own. The case of the folders does not matter, and they may contain a folder such as `videos`.
/// For extracted frames, the list's names are those of their folders.
struct CelebDFReader {
  /// The official list of test videos. It has no header line.
  static let listName = "List_of_testing_videos.txt"

  /// Whether a file has the name of the list; case does not matter.
  static func isList(_ name: String) -> Bool { name.lowercased() == listName.lowercased() }

  /// The label that each folder stands for.
  static let labels: [String: VideoLabel] = [
    "Celeb-real": .real, "YouTube-real": .real, "Celeb-synthesis": .fake,
  ]

  private static let folders = Dictionary(
    uniqueKeysWithValues: labels.keys.map { ($0.lowercased(), $0) })

  /// The data set's spelling of one of its folders; case does not matter.
  static func folder(_ name: some StringProtocol) -> String? { folders[name.lowercased()] }

  private let tree: DirectoryTree
  private var builder: CatalogBuilder
  private var list: CelebDFTestList?
  private var strangeNames: [String] = []

  /// Reads the catalog below `root`.
  static func read(root: String, options: CatalogOptions) throws(VideoCatalogError) -> VideoCatalog
  {
    let tree = try DirectoryTree(root: root, numberedPictures: options.numberedPictures)
    var reader = CelebDFReader(tree: tree)
    try reader.readList()
    for folder in tree.folders where !folder.videos.isEmpty { reader.add(folder) }
    try reader.checkList()
    if !reader.strangeNames.isEmpty {
      reader.builder.addNote(
        "\(counted(reader.strangeNames.count, "name")) not of the form idA_NNNN or idA_idB_NNNN, "
          + "each a group of its own: \(FileNames.summary(reader.strangeNames))")
    }
    reader.builder.addRemarks(of: tree)
    let isPartlyRight = reader.builder.count > 0
    return try reader.builder.finish(
      options: options,
      suggestion: LayoutGuess.suggestion(
        insteadOf: .celebdf, for: tree, options: options, isPartlyRight: isPartlyRight),
      found: LayoutGuess.inventory(of: tree))
  }

  private init(tree: DirectoryTree) {
    self.tree = tree
    builder = CatalogBuilder(kind: .celebdf, root: tree.root)
  }

  private mutating func readList() throws(VideoCatalogError) {
    // The list in the root comes first, then that in any other folder.
    for folder in tree.folders {
      guard let name = folder.documents.first(where: Self.isList) else { continue }
      let path = FileNames.join(folder.path, name)
      if !folder.path.isEmpty { builder.addNote("the official split is that of \(path)") }
      list = try CelebDFTestList(path: FileNames.join(tree.root, path))
      return
    }
    builder.addNote("no \(Self.listName): the videos have no official split")
  }

  private mutating func add(_ folder: DirectoryTree.Folder) {
    let components = FileNames.components(folder.path)
    let top = components.first.flatMap { Self.folder($0) }
    // Folders such as `videos` are part of the layout; the first other one names extracted frames.
    let inner = components.dropFirst().filter { FolderWord($0).map { !$0.isSilent } ?? true }
    for file in folder.videos {
      let name = FileNames.join(folder.path, file)
      guard let top, let label = Self.labels[top] else {
        builder.addUnlabelled(name, reason: "in none of Celeb-real, YouTube-real, Celeb-synthesis")
        continue
      }
      let stem = Self.stem(file, inner: inner, top: top)
      let identities = Self.identities(folder: top, stem: stem)
      if identities == nil { strangeNames.append(name) }
      let isExplained = inner.isEmpty || inner.count == 1 && inner.last.map(String.init) == stem
      let isTest = list?.take(
        .init(folder: top, file: file, stem: stem, name: name, isExplained: isExplained))
      builder.add(
        name, label: label,
        identities: (identities ?? ["\(top)/\(stem)"]).map { Identity($0, of: .celebdf) },
        split: isTest.map { $0 ? .test : .train }, method: label == .fake ? top : nil,
        recording: .celebDF(stem), dataset: DatasetNames.celebDF,
        bases: bases(components, top: top, label: label, isTest: isTest, identities: identities))
    }
  }

  /// The name that the list and the identities refer to: that of the file, or of its folder of
  /// frames. A picture is a frame of the video whose name its own begins with.
  static func stem(_ file: String, inner: [Substring], top: String) -> String {
    if let folder = inner.last, videoName(folder, top: top) == String(folder) {
      return String(folder)
    }
    let own = FileNames.stem(file)
    return FileNames.isPicture(file) ? videoName(own, top: top) ?? own : own
  }

  /// The video's name at the beginning of a file's name: `id0_0000` in `id0_0000_12`; nil if there
  /// is none.
  static func videoName(_ stem: some StringProtocol, top: String) -> String? {
    let pieces = stem.split(separator: "_", omittingEmptySubsequences: false)
    let people = pieces.prefix { isPerson(Substring($0)) }
    let expected = top == "YouTube-real" ? 0 : labels[top] == .fake ? 2 : 1
    guard people.count == expected, pieces.count > expected,
      KnownNames.isDigits(pieces[expected], count: expected == 0 ? 5 : 4)
    else { return nil }
    return pieces.prefix(expected + 1).joined(separator: "_")
  }

  private func bases(
    _ components: [Substring], top: String, label: VideoLabel, isTest: Bool?, identities: [String]?
  ) -> [ReadingTally.Basis] {
    var bases = [
      ReadingTally.Basis(.label, "folder \(components[0])", "label \(label.rawValue)")
    ]
    for component in components.dropFirst() where FolderWord(component)?.isSilent == true {
      bases.append(ReadingTally.Basis(.ignored, "folder \(component)", "ignored"))
    }
    if let isTest {
      bases.append(
        ReadingTally.Basis(
          .split, isTest ? "named in \(Self.listName)" : "not in \(Self.listName)",
          isTest ? "split test" : "split train"))
    }
    let (found, group): (String, String) =
      switch (identities, top) {
      case (nil, _): ("other names", "group: one each")
      case (_, "YouTube-real"): ("names in \(top)", "group: one each")
      default: ("names with idN", "group: these people")
      }
    bases.append(ReadingTally.Basis(.group, found, group))
    return bases
  }

  private mutating func checkList() throws(VideoCatalogError) {
    guard let list else { return }
    try list.check(root: tree.root, videos: builder.count)
    for name in list.unseen.sorted(by: { $0.bytewisePrecedes($1) }) {
      builder.addMissing(name, reason: "named in \(Self.listName), but there is no such file")
    }
    if !list.unseen.isEmpty {
      builder.addNote(
        "\(list.unseen.count) of \(counted(list.count, "video")) in \(Self.listName) "
          + "\(list.unseen.count == 1 ? "is" : "are") not there (a partial download is normal)")
    }
  }

  /// The identities of a video, or nil if its name doesn't tell them.
  private static func identities(folder: String, stem: String) -> [String]? {
    if folder == "YouTube-real" { return ["youtube/\(stem)"] }
    let parts = stem.split(separator: "_", omittingEmptySubsequences: false)
    let persons = parts.dropLast()
    let expected = labels[folder] == .fake ? 2 : 1
    guard persons.count == expected, persons.allSatisfy(isPerson) else { return nil }
    return persons.map(String.init)
  }

  /// Whether a piece of a name is `id` and a number.
  static func isPerson(_ part: Substring) -> Bool {
    part.hasPrefix("id") && part.utf8.count > 2
      && part.utf8.dropFirst(2).allSatisfy(KnownNames.isDigit)
  }
}
