package import Contract

/// Division of videos into the sides training, validation and test. No group lies on two sides, nor
/// do two videos with the same pictures; that is checked again after the assignment.
///
/// Groups that have equal videos (``EqualVideos``) count as one. Videos that are equal and have
/// different labels are left out of all sides.
///
/// The side of a group follows from the settings, its name and its videos' labels and splits:
/// 1. With `.dataset`, a group lies on the side that its videos have in the data set. If they
///    disagree, the whole group goes to the first of test, validation, training that any of them
///    has: nothing that the data set tests on is ever trained on.
/// 2. A group that holds more than half of all videos is for training, unless all of its videos
///    have another side in the data set. Data sets in which all people are swapped with each other
///    have one such group.
/// 3. All others are drawn by a hash of the seed and the group's name, with `validationShare` and
///    `testShare` as shares of the groups. If the data set has no video of a side, that side is
///    drawn from its training groups.
/// 4. If 200 groups or more are drawn, the hash is compared with the shares: a group's side does
///    not change when others are added or removed. If fewer are drawn, groups with the same labels
///    (real, fake, both) are ordered by hash, and assigned in that order by the shares, so that the
///    shares and the classes are right. As groups differ in size, 64 such drawings are made, and
///    the one with the best shares of videos is taken.
/// 5. If that leaves training or validation without one of the classes, as few groups as needed are
///    moved. So both have both classes whenever any division of the groups gives them both; the
///    test side gets both if the remaining groups allow it.
///
/// With `Division.fold` groups are put into folds instead, which are as equal as possible in
/// people, classes and methods; one fold is for validation.
package struct DataSplit: Sendable, Equatable {
  /// Source of the split.
  package enum Source: String, Sendable, CaseIterable, Codable {
    /// The data set, if it has a split for a group, else the hash.
    case dataset
    /// The hash alone.
    case hash
  }

  /// The part of a store that a training learns from.
  package enum Division: Sendable, Equatable {
    /// The training side of three.
    case sides
    /// All folds of people but one, which is for validation: its index, from 0, and the number of
    /// folds.
    case fold(Int, of: Int)
    /// All folds, of this number; there is no validation.
    case allFolds(Int)
  }

  /// What a split depends on besides the videos.
  package struct Settings: Sendable, Equatable {
    /// The part of the store to learn from. With folds the shares are unused, and with `.dataset`
    /// the data set's test videos are in no fold.
    package var division = Division.sides
    package var source = Source.dataset
    /// Share of the drawn groups for validation, above 0 and below 1.
    package var validationShare = 0.15
    /// Share of the drawn groups for the test, 0 or more; both shares together are below 1.
    package var testShare = 0.15
    /// Another seed draws other groups.
    package var seed: UInt64 = 1
    /// Whether groups with equal videos count as one, and equal videos with different labels are
    /// left out. False for a model or run of older software, to split as in its training; then a
    /// warning says what lies on two sides.
    package var joinsEqualVideos = true

    /// The setting in files of a run and model whose equal videos were joined; files of older
    /// software lack it.
    package static let joiningRecord = (key: "store.equalVideos", value: "joined")

    package init() {}
  }

  /// Numbers of groups, videos and samples on one side.
  package struct Counts: Sendable, Equatable {
    package var groups = 0
    /// Real videos, including those without a face.
    package var realVideos = 0
    /// Fake videos, including those without a face.
    package var fakeVideos = 0
    package var realSamples = 0
    package var fakeSamples = 0
    package var videosWithoutFace = 0

    /// Videos of both classes.
    package var videos: Int { realVideos + fakeVideos }

    /// Samples of both classes.
    package var samples: Int { realSamples + fakeSamples }
  }

  /// Indices in the catalog of the training videos, ascending.
  package let train: [Int]

  /// Indices in the catalog of the validation videos, ascending.
  package let validation: [Int]

  /// Indices in the catalog of the test videos, ascending.
  package let test: [Int]

  /// Indices in the catalog of the videos on no side, because their pictures have both labels,
  /// ascending.
  package let leftOut: [Int]

  /// What a user should know about how the split was made, one sentence each.
  package let notes: [String]

  /// What is wrong with the data, one sentence each.
  package let warnings: [String]

  private let source: Source
  private let countsOfSide: [DatasetSplit: Counts]

  /// Splits a store.
  package init(_ catalog: SampleCatalog, settings: Settings) throws(TrainingDataError) {
    try self.init(catalog.videos, equal: EqualVideos(catalog), settings: settings)
  }

  init(
    _ videos: [SampleCatalog.Video], equal: EqualVideos = EqualVideos(sets: []), settings: Settings
  ) throws(TrainingDataError) {
    try settings.check()
    let (leftOut, leftOutWarning) =
      settings.joinsEqualVideos ? try equal.leftOut(of: videos) : ([], nil)
    let groups = JoinedGroups(videos, joining: settings.joinsEqualVideos ? equal.sets : [])
    let kept = videos.indices.filter { !leftOut.contains($0) }
    var assignment = GroupAssignment(
      kept.map { videos[$0] }, groups: kept.map { groups.names[$0] }, settings: settings)
    try assignment.assign()
    var sides: [DatasetSplit: [Int]] = [:]
    for (index, side) in zip(kept, assignment.sideOfVideo) {
      sides[side, default: []].append(index)
    }
    train = sides[.train] ?? []
    validation = sides[.validation] ?? []
    test = sides[.test] ?? []
    self.leftOut = leftOut.sorted()
    notes = assignment.notes
    source = settings.source
    countsOfSide = sides.mapValues { Self.count($0, of: videos, groups.names) }
    let sideOfVideo = Dictionary(
      sides.flatMap { side, videos in videos.map { ($0, side) } },
      uniquingKeysWith: { side, _ in side })
    warnings = [
      leftOutWarning, groups.warning,
      settings.joinsEqualVideos ? nil : equal.warningOfApart(videos, sideOfVideo: sideOfVideo),
    ].compactMap(\.self)
    try checkGroups(videos, groups.names)
  }

  /// Indices in the catalog of the videos of a side, ascending.
  package func videos(of side: DatasetSplit) -> [Int] {
    switch side {
    case .train: train
    case .validation: validation
    case .test: test
    }
  }

  package func counts(of side: DatasetSplit) -> Counts { countsOfSide[side] ?? Counts() }

  /// Throws if one of the sides has no picture of a class; the error says what there is and what to
  /// try.
  package func requireBothClasses(
    on sides: [DatasetSplit] = [.train, .validation]
  ) throws(TrainingDataError) {
    try require(VideoLabel.allCases, on: sides)
  }

  /// Throws if one of the sides has no picture of one of these classes.
  package func require(
    _ labels: [VideoLabel], on sides: [DatasetSplit]
  ) throws(TrainingDataError) {
    for side in sides {
      let here = counts(of: side)
      for label in labels where here.samples(of: label) == 0 {
        throw missingClass(label, on: side)
      }
    }
  }

  private func missingClass(_ label: VideoLabel, on side: DatasetSplit) -> TrainingDataError {
    let all = DatasetSplit.allCases
    let parts = all.map { side in
      let counts = counts(of: side)
      return "\(side.title) has \(counts.realVideos) real and \(counts.fakeVideos) fake in "
        + counted(counts.groups, "group")
    }
    let elsewhere = all.reduce(0) { $0 + counts(of: $1).samples(of: label) }
    let advice =
      elsewhere == 0
      ? "the store has no picture of a \(label.rawValue) video at all; extract some"
      : advice(for: side) + "; videos that share a person or a recording stay on one side"
    return TrainingDataError(
      .missingClass, subject: side.title + " split",
      "no \(label == .fake ? "fakes" : "real videos") with a face in it; of the videos, "
        + parts.joined(separator: ", ") + "; " + advice)
  }

  private func advice(for side: DatasetSplit) -> String {
    if source == .dataset { return "try the split by hash, or add videos of other people" }
    if side == .test { return "raise the test share, or add videos of other people" }
    return "no division of the groups has both classes in training and validation, so add videos "
      + "of other people"
  }

  /// Checks the result: no group is on two sides, and no video is missing.
  private func checkGroups(
    _ videos: [SampleCatalog.Video], _ groups: [String]
  ) throws(TrainingDataError) {
    var sideOfGroup: [String: DatasetSplit] = [:]
    for side in DatasetSplit.allCases {
      for index in self.videos(of: side) {
        let group = groups[index]
        if let other = sideOfGroup[group], other != side {
          throw TrainingDataError(
            .leak, subject: "group \(group)",
            "expected one side of the split, got \(other.title) and \(side.title)")
        }
        sideOfGroup[group] = side
      }
    }
    let count = train.count + validation.count + test.count + leftOut.count
    guard count == videos.count else {
      throw TrainingDataError(
        .leak, subject: "split", "expected \(videos.count) videos, got \(count)")
    }
  }

  private static func count(
    _ indices: [Int], of videos: [SampleCatalog.Video], _ groups: [String]
  ) -> Counts {
    var counts = Counts()
    counts.groups = Set(indices.map { groups[$0] }).count
    for video in indices.map({ videos[$0] }) {
      switch video.label {
      case .real:
        counts.realVideos += 1
        counts.realSamples += video.samples.count
      case .fake:
        counts.fakeVideos += 1
        counts.fakeSamples += video.samples.count
      }
      if video.samples.isEmpty { counts.videosWithoutFace += 1 }
    }
    return counts
  }
}

extension DataSplit.Counts {
  /// Samples of a class.
  package func samples(of label: VideoLabel) -> Int {
    label == .real ? realSamples : fakeSamples
  }
}

extension DataSplit.Settings {
  func check() throws(TrainingDataError) {
    guard validationShare > 0, testShare >= 0, validationShare + testShare < 1 else {
      throw TrainingDataError(
        .invalidSetting, subject: "validation share, test share",
        "expected shares above 0 and from 0, together below 1, got \(validationShare) and "
          + "\(testShare)")
    }
  }
}

extension DatasetSplit {
  /// The side's name in messages.
  var title: String { self == .train ? "training" : rawValue }
}
