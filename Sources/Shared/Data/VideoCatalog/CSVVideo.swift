internal import Contract

/// A row of a table whose file is there.
struct CSVVideo {
  var name: String
  var path: String
  var form: VideoForm
  var label: VideoLabel
  /// The label as the table writes it.
  var labelText: String
  var split: DatasetSplit?
  /// The path as the table writes it.
  var text: String
  var group: String?
  var original: String?
  var method: String?
  var compression: String?

  /// The names that may say what it shows: its folders, then its own.
  var names: [String] {
    FileNames.components(text).dropLast().map(String.init) + [stem]
  }

  private var stem: String { FileNames.stem(FileNames.lastComponent(text)) }

  /// What its name says without looking at the others.
  var known: KnownNames.Meaning? {
    let folders = FileNames.components(text).dropLast()
    let words = folders.compactMap { FolderWord($0) }
    if words.contains(where: \.isFakeAVCeleb) {
      return KnownNames.fakeAVCeleb(folders: folders.map(String.init), stem: stem)
    }
    if folders.contains(where: { CelebDFReader.folder($0) == "YouTube-real" }),
      let meaning = KnownNames.youTubeReal(stem)
    {
      return meaning
    }
    for name in names {
      if let meaning = KnownNames.meaning(name, label: label) { return meaning }
    }
    return nil
  }

  /// Its identities, and why.
  func group(
    numbering: ([String], VideoLabel) -> KnownNames.Meaning?, hasOriginals: Bool,
    groupColumn: String
  ) -> (identities: [Identity], basis: ReadingTally.Basis) {
    if let group {
      return (
        [Identity(group, of: .csv)],
        ReadingTally.Basis(.group, "column \(groupColumn)", "group")
      )
    }
    if let meaning = known ?? numbering(names, label) {
      return (
        meaning.identities,
        ReadingTally.Basis(.group, "names \(meaning.form)", "group: \(meaning.dataset)")
      )
    }
    let own = Identity(name, of: .csv)
    guard hasOriginals else {
      let found =
        groupColumn.isEmpty ? "no column of groups" : "column \(groupColumn): empty"
      return ([own], ReadingTally.Basis(.group, found, "group: one each"))
    }
    // A real video is its own original.
    let file = label == .fake ? original ?? text : text
    let shown = Identity("original/" + FileNames.stem(FileNames.lastComponent(file)), of: .csv)
    return ([own, shown], ReadingTally.Basis(.group, "column original", "group: with it"))
  }
}
