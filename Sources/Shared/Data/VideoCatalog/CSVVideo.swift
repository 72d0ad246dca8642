internal import Contract

/// A row of a table, with an existing file.
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
  /// The data set as the table writes it.
  var dataset: String?

  /// The names that may tell what the video shows: those of its folders, then its own.
  var names: [String] { folders + [stem] }

  private var folders: [String] { FileNames.components(text).dropLast().map(String.init) }

  private var stem: String { FileNames.stem(FileNames.lastComponent(text)) }

  /// What its name tells without comparing it with other videos' names.
  var known: KnownNames.Meaning? {
    let words = folders.compactMap { FolderWord($0) }
    if words.contains(where: \.isFakeAVCeleb) {
      return KnownNames.fakeAVCeleb(folders: folders, stem: stem)
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

  /// Its identities, its recording, its data set, and the reason for its group.
  func group(
    numbering: ([String], VideoLabel) -> KnownNames.Meaning?, hasOriginals: Bool,
    groupColumn: String
  ) -> (identities: [Identity], recording: Recording?, dataset: String?, basis: ReadingTally.Basis)
  {
    let meaning = known ?? numbering(names, label)
    let dataset = dataset ?? meaning?.dataset ?? DatasetNames.name(ofFolders: folders)
    if let group {
      return (
        [Identity(group, of: .csv)], hasOriginals ? recording : meaning?.recording, dataset,
        ReadingTally.Basis(.group, "column \(groupColumn)", "group")
      )
    }
    if let meaning {
      return (
        meaning.identities, hasOriginals ? recording : meaning.recording, dataset,
        ReadingTally.Basis(.group, "names \(meaning.form)", meaning.group)
      )
    }
    let own = Identity(name, of: .csv)
    guard hasOriginals else {
      let found =
        groupColumn.isEmpty ? "no column of groups" : "column \(groupColumn): empty"
      return ([own], nil, dataset, ReadingTally.Basis(.group, found, "group: one each"))
    }
    let shown = Identity("original/" + shownStem, of: .csv)
    return (
      [own, shown], recording, dataset,
      ReadingTally.Basis(.group, "column original", "group: with it")
    )
  }

  /// The recording according to the column of originals; a real video is its own original.
  private var recording: Recording? {
    label == .fake && original == nil ? nil : Recording("original/" + shownStem, of: .csv)
  }

  private var shownStem: String {
    FileNames.stem(FileNames.lastComponent(label == .fake ? original ?? text : text))
  }
}
