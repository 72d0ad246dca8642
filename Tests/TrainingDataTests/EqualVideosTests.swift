import Contract
import TestSupport
import Testing

@testable import TrainingData

/// Files that are in a data set twice.
@Suite struct EqualVideosTests {
  private func settings(
    _ source: DataSplit.Source = .hash, seed: UInt64 = 1, joining: Bool = true
  ) -> DataSplit.Settings {
    var settings = DataSplit.Settings()
    settings.source = source
    settings.seed = seed
    settings.joinsEqualVideos = joining
    return settings
  }

  /// Groups of one real and one fake video each, with the indices 2 * group and 2 * group + 1.
  private func pairs(_ groups: Int, split: (Int) -> DatasetSplit? = { _ in nil })
    -> [SampleCatalog.Video]
  {
    (0..<groups).flatMap { group in
      [VideoLabel.real, .fake].map { label in
        video("\(label.rawValue)/\(group)", label, group: "g\(group)", split: split(group))
      }
    }
  }

  private func side(_ split: DataSplit, _ video: Int) -> [DatasetSplit] {
    DatasetSplit.allCases.filter { split.videos(of: $0).contains(video) }
  }

  /// With every seed both lie on one side, and their groups with them; a chain of three too.
  @Test func equalVideosLieOnOneSide() throws {
    for groups in [12, 300] {
      let videos = pairs(groups)
      for seed in 1...40 {
        let equal = EqualVideos(sets: [[0, 4], [5, 9], [12, 14]])
        let split = try DataSplit(videos, equal: equal, settings: settings(seed: UInt64(seed)))
        for joined in [[0, 1, 4, 5, 8, 9], [12, 13, 14, 15]] {
          #expect(Set(joined.flatMap { side(split, $0) }).count == 1)
        }
        #expect(split.train.count + split.validation.count + split.test.count == 2 * groups)
        let counted = DatasetSplit.allCases.reduce(0) { $0 + split.counts(of: $1).groups }
        #expect(counted == groups - 3)
        #expect(split.warnings.count == 1 && split.leftOut.isEmpty)
        #expect(
          split.warnings[0].hasPrefix(
            "6 videos have exactly the pictures of a video of another group, such as \"real/0\" and "
              + "\"real/2\": their 5 groups count as 2,"), "\(split.warnings)")
      }
    }
  }

  /// The data set's own split has a picture on two sides: its group goes to the test side.
  @Test func theDataSetsOwnSplitIsNoExcuse() throws {
    let videos = pairs(30) { $0 < 20 ? .train : $0 < 25 ? .validation : .test }
    let equal = EqualVideos(sets: [[2, 50], [7, 41]])
    let split = try DataSplit(videos, equal: equal, settings: settings(.dataset))
    for index in [2, 3, 50, 51] { #expect(side(split, index) == [.test]) }
    for index in [6, 7, 40, 41] { #expect(side(split, index) == [.validation]) }
    #expect(split.warnings.count == 1)
    #expect(
      split.warnings[0].hasSuffix("2 sets of such videos lie on several sides in the data set."))
    // All the others stay where the data set has them.
    for (index, video) in videos.enumerated() where ![2, 3, 6, 7].contains(index) {
      #expect(side(split, index) == [video.split])
    }
  }

  /// Equal videos of one group are on one side anyway: nothing changes, and there is no warning.
  @Test func equalVideosOfOneGroupAreNoNews() throws {
    var videos = pairs(12)
    videos.append(video("real/0 copy", .real, group: "g0"))
    let split = try DataSplit(
      videos, equal: EqualVideos(sets: [[0, 24]]), settings: settings())
    #expect(try DataSplit(videos, settings: settings()) == split)
    #expect(split.warnings.isEmpty)
  }

  /// One of the labels is wrong: both videos are left out, and named.
  @Test func contradictionsAreLeftOut() throws {
    let videos = pairs(12)
    let split = try DataSplit(
      videos, equal: EqualVideos(sets: [[4, 7], [10, 11, 12]]), settings: settings())
    #expect(split.leftOut == [4, 7, 10, 11, 12])
    for index in split.leftOut { #expect(side(split, index).isEmpty) }
    #expect(split.train.count + split.validation.count + split.test.count == 19)
    // The rest of their groups stays together.
    #expect(side(split, 5) == side(split, 6))
    #expect(
      split.warnings[0].hasPrefix(
        "5 videos are left out: they have exactly the pictures of a video with the other label, such "
          + "as \"real/2\" (real) and \"fake/3\" (fake)."), "\(split.warnings)")
  }

  /// If most of a class has both labels, there is no usable split: an error, with an example.
  @Test func mostlyContradictoryLabelsAreAnError() throws {
    let videos = pairs(6)
    let half = EqualVideos(sets: [[0, 1], [2, 3], [4, 5]])
    #expect(try DataSplit(videos, equal: half, settings: settings()).leftOut.count == 6)
    let more = EqualVideos(sets: half.sets + [[6, 7]])
    expectError(
      .contradictoryLabels, "4 of 6 real videos have exactly the pictures",
      "\"real/0\" (real) and \"fake/0\" (fake)", "extract into a new store"
    ) {
      _ = try DataSplit(videos, equal: more, settings: settings())
    }
  }

  /// A model of older software is evaluated on the split that it was trained with, with a warning
  /// about it.
  @Test func olderSplitsAreKeptAndWarnedOf() throws {
    let videos = pairs(30) { $0 < 20 ? .train : .test }
    let equal = EqualVideos(sets: [[2, 50], [8, 9]])
    let split = try DataSplit(
      videos, equal: equal, settings: settings(.dataset, joining: false))
    let before = try DataSplit(videos, settings: settings(.dataset))
    #expect(split.train == before.train && split.test == before.test && split.leftOut.isEmpty)
    #expect(split.warnings.count == 1)
    #expect(
      split.warnings[0].hasPrefix(
        "2 videos have exactly the pictures of a video on another side of the split, such as "
          + "\"real/1\" and \"real/25\""), "\(split.warnings)")
  }

  /// From the files to the split: real JPEG files in a store.
  @Test func equalFilesOfAStoreAreFound() throws {
    try withTemporaryDirectory { directory in
      var videos = try (0..<8).flatMap { number in
        [
          PictureStore.Video("real/\(number)", [try spotsFile(number)]),
          PictureStore.Video("fake/\(number)", [try spotsFile(100 + number)], .fake),
        ]
      }
      videos.append(.init("copies/of real 3", [try spotsFile(3)]))
      videos.append(.init("copies/of fake 5", [try spotsFile(105)]))
      videos.append(.init("copies/of real 7, compressed anew", [try spotsFile(7, quality: 80)]))
      let catalog = try SampleCatalog(directory: try PictureStore(in: directory, videos).path)
      let names = catalog.videos.map(\.name)
      #expect(
        try EqualVideos(catalog).sets.map { $0.map { names[$0] } } == [
          ["copies/of fake 5", "fake/5"], ["copies/of real 3", "real/3"],
        ])
      let split = try DataSplit(catalog, settings: settings())
      #expect(split.leftOut.map { names[$0] } == ["copies/of fake 5", "fake/5"])
      #expect(split.warnings.count == 2)
      // As the warning says: with the label corrected, the store has all videos.
      try withTemporaryDirectory { directory in
        videos[17] = .init("copies/of fake 5", [try spotsFile(105)], .fake)
        let catalog = try SampleCatalog(directory: try PictureStore(in: directory, videos).path)
        #expect(try DataSplit(catalog, settings: settings()).leftOut.isEmpty)
      }
    }
  }
}
