package import Contract

/// Which videos train, which validate, which test. No group lies on two sides, nor any two videos with
/// the same pictures; that is checked again after the assignment.
///
/// Groups that have equal videos (``EqualVideos``) count as one. Videos that are equal and have
/// different labels are left out of all sides.
///
/// How a group comes to its side is a function of the settings, of its name and of its videos'
/// labels and splits:
/// 1. With `.dataset`, a group lies on the side that its videos have in the data set. Where they
///    disagree, the whole group goes to the first of test, validation, training that any of them
///    has: nothing that the data set tests on is ever trained on.
/// 2. A group that holds more than half of all videos trains, unless all of its videos have another
///    side in the data set: data sets in which everybody is swapped with everybody end in one such
///    group.
/// 3. All others are drawn by a hash of the seed and the group's name, with `validationShare` and
///    `testShare` as shares of the groups. A side that the data set has no video of is drawn out of
///    its training groups.
/// 4. From 200 drawn groups on, the hash is compared with the shares: a group's side does not change
///    when others come or go. Below, groups are ordered by hash among those with the same labels
///    (real, fake, both), and counted off, so that the shares and the classes come out right; of 64
///    such drawings the one counts whose shares of the videos are best, as groups differ in size.
/// 5. If that leaves training or validation without one of the classes, as few groups as needed are
///    moved. So both have both classes whenever any division of the groups gives them that; the
///    test side gets both if what is left over allows it.
///
/// With `Division.fold` groups lie in folds instead, as equal as they can be in people, classes, methods;
/// one fold validates.
package struct DataSplit: Sendable, Equatable {
  /// Where the split comes from.
  package enum Source: String, Sendable, CaseIterable, Codable {
    /// From the data set where it has one for a group, else by hash.
    case dataset
    /// By hash alone.
    case hash
  }

  /// Which part of a store a training learns from.
  package enum Division: Sendable, Equatable {
    /// The training side of three.
    case sides
    /// All but one of so many folds of people, which validates; counted from 0.
    case fold(Int, of: Int)
    /// All folds: nothing validates.
    case allFolds(Int)
  }

  /// What a split depends on, besides the videos.
  package struct Settings: Sendable, Equatable {
    /// Which part of the store learns. In folds the shares have no meaning; what the data set tests on
    /// is in no fold, with `.dataset`.
    package var division = Division.sides
    /// Where the split comes from.
    package var source = Source.dataset
    /// Share of the drawn groups that validate, above 0 and below 1.
    package var validationShare = 0.15
    /// Share of the drawn groups that test, 0 or more; together with the other below 1.
    package var testShare = 0.15
    /// Another seed draws other groups.
    package var seed: UInt64 = 1
    /// Whether groups with equal videos count as one, and equal videos with different labels are left
    /// out. False for a model or run of older software, to split as it was trained; then a warning
    /// says what lies on two sides.
    package var joinsEqualVideos = true

    /// What files of a run and model have among their settings where equal videos were joined; those
    /// of older software lack it.
    package static let joiningRecord = (key: "store.equalVideos", value: "joined")

    /// The defaults.
    package init() {}
  }

  /// How much lies on one side.
  package struct Counts: Sendable, Equatable {
    /// Groups.
    package var groups = 0
    /// Real videos, those without a face too.
    package var realVideos = 0
    /// Fake videos, those without a face too.
    package var fakeVideos = 0
    /// Samples of real videos.
    package var realSamples = 0
    /// Samples of fake videos.
    package var fakeSamples = 0
    /// Videos without a face.
    package var videosWithoutFace = 0

    /// Videos of both classes.
    package var videos: Int { realVideos + fakeVideos }

    /// Samples of both classes.
    package var samples: Int { realSamples + fakeSamples }
  }

  /// Positions in the catalog of the videos that train, ascending.
  package let train: [Int]

  /// Positions in the catalog of the videos that validate, ascending.
  package let validation: [Int]

  /// Positions in the catalog of the videos that test, ascending.
  package let test: [Int]

  /// Positions in the catalog of videos that no side has: their pictures have both labels. Ascending.
  package let leftOut: [Int]

  /// What a person should know of how the split came to be, a sentence each.
  package let notes: [String]

  /// What is wrong with the data, a sentence each.
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

  /// Positions in the catalog of the videos of a side, ascending.
  package func videos(of side: DatasetSplit) -> [Int] {
    switch side {
    case .train: train
    case .validation: validation
    case .test: test
    }
  }

  /// How much lies on a side.
  package func counts(of side: DatasetSplit) -> Counts { countsOfSide[side] ?? Counts() }

  /// Throws where one of the sides has no picture of a class; says what there is and what to try.
  package func requireBothClasses(
    on sides: [DatasetSplit] = [.train, .validation]
  ) throws(TrainingDataError) {
    try require(VideoLabel.allCases, on: sides)
  }

  /// Throws where one of the sides has no picture of one of these classes.
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

  /// The promise of this type, checked on its result and not on the way to it.
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
  /// The side as a person says it.
  var title: String { self == .train ? "training" : rawValue }
}
