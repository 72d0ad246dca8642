import Contract
import Randomness
import Testing

@testable import TrainingData

/// Folds for cross-validation.
@Suite struct FoldTests {
  private func settings(
    _ division: DataSplit.Division, _ source: DataSplit.Source = .hash, seed: UInt64 = 1
  ) -> DataSplit.Settings {
    var settings = DataSplit.Settings()
    settings.source = source
    settings.division = division
    settings.seed = seed
    return settings
  }

  /// Each video is held out by exactly one fold, no person is in training and held out, and the
  /// final training has all videos.
  @Test func everyVideoIsHeldOutOnce() throws {
    var random = RandomStream(seed: 5, .check)
    for round in 0..<60 {
      let count = 2 + random.below(6)
      let groups = count + random.below(40)
      let videos = (0..<groups).flatMap { group in
        (0...random.below(5)).map { number in
          video(
            "\(group)-\(number)", random.happens(0.3) ? .real : .fake, group: "g\(group)",
            samples: random.happens(0.1) ? 0..<0 : 0..<2)
        }
      }
      var heldOut: [Int] = []
      for fold in 0..<count {
        let settings = settings(.fold(fold, of: count), seed: UInt64(round))
        let split = try DataSplit(videos, settings: settings)
        #expect(try DataSplit(videos, settings: settings) == split)
        #expect((split.train + split.validation).sorted() == Array(videos.indices))
        #expect(!split.validation.isEmpty && split.test.isEmpty)
        let people = Set(split.validation.map { videos[$0].group })
        #expect(people.isDisjoint(with: split.train.map { videos[$0].group }))
        heldOut += split.validation
      }
      #expect(heldOut.sorted() == Array(videos.indices))
      let whole = try DataSplit(videos, settings: settings(.allFolds(count), seed: UInt64(round)))
      #expect(whole.train == Array(videos.indices))
    }
  }

  /// 40 groups of one real and two fake videos, 10 of one real: every fold gets a fifth of each.
  @Test func foldsAreAlike() throws {
    let videos = (0..<50).flatMap { group in
      [video("\(group)-r", .real, group: "g\(group)")]
        + (group < 40
          ? [
            video("\(group)-a", .fake, group: "g\(group)"),
            video("\(group)-b", .fake, group: "g\(group)"),
          ]
          : [])
    }
    for fold in 0..<5 {
      let counts = try DataSplit(videos, settings: settings(.fold(fold, of: 5)))
        .counts(of: .validation)
      #expect(counts.groups == 10 && counts.realVideos == 10 && counts.fakeVideos == 16)
    }
    let first = try DataSplit(videos, settings: settings(.fold(0, of: 5))).validation
    let other = try DataSplit(videos, settings: settings(.fold(0, of: 5), seed: 2)).validation
    #expect(first != other)
  }

  /// The data set's test videos are in no fold, unless the split is by hash.
  @Test func theDataSetsTestIsInNoFold() throws {
    let videos = (0..<12).map { group in
      video(
        "\(group)", group % 2 == 0 ? .real : .fake, group: "g\(group)",
        split: group < 4 ? .test : group < 6 ? .validation : .train)
    }
    for fold in 0..<2 {
      let split = try DataSplit(videos, settings: settings(.fold(fold, of: 2), .dataset))
      #expect(split.test == [0, 1, 2, 3])
      #expect(split.train.count == 4 && split.validation.count == 4)
      let byHash = try DataSplit(videos, settings: settings(.fold(fold, of: 2)))
      #expect(byHash.test.isEmpty)
    }
  }

  @Test func tooFewPeopleAreAnError() throws {
    let videos = (0..<3).map { video("\($0)", .real, group: "g\($0)") }
    let error = #expect(throws: TrainingDataError.self) {
      try DataSplit(videos, settings: settings(.fold(0, of: 4)))
    }
    #expect(try #require(error).description.contains("got 3; take fewer folds"))
  }

  @Test func divisionsAreRecorded() {
    for division in [DataSplit.Division.sides, .fold(0, of: 2), .fold(4, of: 5), .allFolds(10)] {
      #expect(
        DataSplit.Settings.division(ofRecord: settings(division).divisionRecord) == division)
    }
    for text in ["", "6 of 5", "0 of 5", "1 of 1", "all", "all of x", "1 of 5 of 5"] {
      #expect(DataSplit.Settings.division(ofRecord: text) == nil, "\(text)")
    }
  }
}
