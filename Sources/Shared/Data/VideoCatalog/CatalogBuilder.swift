internal import Contract

/// Collects what a reader finds and makes a catalog of it: groups, order, and checks that all kinds
/// share.
struct CatalogBuilder {
  private struct Entry {
    var video: CatalogVideo
    var identity: Int
    var recording: Recording?
  }

  let kind: CatalogKind
  let root: String
  /// Subject of errors: the folder, or the file that lists the videos.
  private let subject: String
  private var entries: [Entry] = []
  private var missing: [OmittedVideo] = []
  private var unlabelled: [OmittedVideo] = []
  /// Unlabelled videos that the data set was published with.
  private var expectedUnlabelled: [OmittedVideo] = []
  private var tally = ReadingTally()
  private var notes: [String] = []
  private var passedOver = PassedOver()
  private var frameFolders: Set<String> = []
  private var groups = IdentityGroups()

  /// Number of videos that have been added.
  var count: Int { entries.count }

  init(kind: CatalogKind, root: String, subject: String? = nil) {
    self.kind = kind
    self.root = root
    self.subject = subject ?? root
  }

  /// Adds a labelled video. `identities` are what the video shows: its original, target and source.
  /// There must be at least one; all of them end up in one group. `form` is given for videos in a
  /// list; otherwise the name determines it, and `addRemarks` tells which videos are folders of
  /// frames. `recording` is the recording that a fake and the real video that it was made from have
  /// in common. `dataset` is the data set that the video is from, and `bases` are the reasons for
  /// all these values.
  mutating func add(
    _ name: String, path: String? = nil, label: VideoLabel, identities: [Identity],
    split: DatasetSplit? = nil, method: String? = nil, compression: String? = nil,
    form: VideoForm? = nil, recording: Recording? = nil, dataset: String? = nil,
    bases: [ReadingTally.Basis]
  ) {
    tally.count(name, bases)
    let numbers = connect(identities)
    let video = CatalogVideo(
      name: name, path: path ?? FileNames.join(root, name), label: label, group: "", split: split,
      method: method, compression: compression, form: form ?? FileNames.form(ofFile: name),
      dataset: dataset)
    entries.append(Entry(video: video, identity: numbers[0], recording: recording))
  }

  /// Puts identities into one group; returns their numbers.
  @discardableResult
  mutating func connect(_ identities: [Identity]) -> [Int] {
    precondition(!identities.isEmpty, "a video belongs to at least one identity")
    let numbers = identities.map { groups.index(of: $0.text) }
    for number in numbers.dropFirst() { groups.connect(numbers[0], number) }
    return numbers
  }

  /// Records a video that metadata lists and that doesn't exist.
  mutating func addMissing(_ name: String, reason: String) {
    missing.append(OmittedVideo(name: name, reason: reason))
  }

  /// Records a video file without a label. It is no error if `isExpected`: the data set was
  /// published that way.
  mutating func addUnlabelled(
    _ name: String, reason: String, found: String? = nil, isExpected: Bool = false
  ) {
    let video = OmittedVideo(name: name, reason: reason)
    if isExpected { expectedUnlabelled.append(video) } else { unlabelled.append(video) }
    tally.count(name, [ReadingTally.Basis(.ignored, found ?? reason, "no label")])
  }

  /// Counts a file that isn't used.
  mutating func passOver(_ name: String, found: String) {
    tally.count(name, [ReadingTally.Basis(.ignored, found, "passed over")])
  }

  /// Adds a remark for the log.
  mutating func addNote(_ note: String) {
    notes.append(note)
  }

  /// Takes over notes, counts and missing files from the list of folders.
  mutating func addRemarks(of tree: DirectoryTree) {
    notes.append(contentsOf: tree.notes)
    frameFolders = tree.frameFolders
    passedOver = tree.passedOver
    if kind == .folders {
      // This layout has no metadata.
      for name in tree.folders.flatMap(\.documents) { passedOver.addFile(name) }
    }
    let known = Set(missing.map(\.name))
    for link in tree.brokenLinks where !known.contains(link) {
      addMissing(link, reason: "a symbolic link without a target")
    }
    for name in tree.unnamable {
      addMissing(name, reason: "the name is not UTF-8; rename the file or folder")
    }
  }

  /// Returns the catalog. `suggestion` is what to try if videos lack a label or there are none, and
  /// `found` describes what was found instead.
  consuming func finish(
    options: CatalogOptions, suggestion: @autoclosure () -> String?,
    found: @autoclosure () -> String
  ) throws(VideoCatalogError) -> VideoCatalog {
    sortOmitted()
    if options.unlabelled == .fail, let first = unlabelled.first {
      throw VideoCatalogError(
        .unlabelled, subject,
        "\(counted(unlabelled.count, "video file")) without a label: "
          + "\(FileNames.summary(unlabelled.map(\.name))) (\(first.reason))",
        suggestion: suggestion()
          ?? (entries.isEmpty
            ? nil : "Label them, move them away, or skip videos without a label."))
    }
    guard !entries.isEmpty else {
      throw VideoCatalogError(
        .empty, subject, "no labelled video: expected \(kind.expectedLayout); found \(found())",
        suggestion: suggestion())
    }
    unlabelled += expectedUnlabelled
    sortOmitted()
    let names = groups.names()
    entries.sort { $0.video.name.bytewisePrecedes($1.video.name) }
    var originals = Originals()
    for entry in entries where entry.video.label == .real {
      if let recording = entry.recording { originals.add(entry.video, of: recording) }
    }
    let videos = entries.map { entry in
      var video = entry.video
      video.group = names[entry.identity]
      if video.label == .fake, let recording = entry.recording {
        video.original = originals.original(of: video, recording)
      }
      if frameFolders.contains(video.name) { video.form = .frames }
      return video
    }
    try Self.checkUniqueNames(videos, subject: subject)
    notes.append(contentsOf: CatalogRemarks.remarks(on: videos))
    return VideoCatalog(
      kind: kind, root: root, videos: videos, missing: missing, unlabelled: unlabelled,
      passedOver: passedOver, notes: notes, reading: tally.reading)
  }

  private mutating func sortOmitted() {
    missing.sort { $0.name.bytewisePrecedes($1.name) }
    unlabelled.sort { $0.name.bytewisePrecedes($1.name) }
  }

  /// Checks that names are unique: they are keys of the store, and of dictionaries, in which two
  /// Unicode forms of a name are equal.
  private static func checkUniqueNames(
    _ videos: [CatalogVideo], subject: String
  ) throws(VideoCatalogError) {
    var names: Set<String> = []
    names.reserveCapacity(videos.count)
    for video in videos where !names.insert(video.name).inserted {
      throw VideoCatalogError(
        .duplicate, subject,
        "two videos have the name \(video.name), or names that differ only in Unicode form",
        suggestion: "Rename one of them.")
    }
  }
}
