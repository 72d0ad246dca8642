import Contract
import Randomness
import Testing
import VideoCatalog

@testable import TrainingData

/// Splits by group.
@Suite struct DataSplitTests {
  /// A few groups of any composition.
  private func randomVideos(_ random: inout RandomStream, groups: Int) -> [SampleCatalog.Video] {
    let withSplits = random.happens(0.5)
    return (0..<groups).flatMap { group in
      (0...random.below(4)).map { number in
        let split: DatasetSplit? =
          withSplits && random.happens(0.6) ? DatasetSplit.allCases[random.below(3)] : nil
        return video(
          "\(group)-\(number)", random.happens(0.5) ? .fake : .real, group: "g\(group)",
          split: split, samples: random.happens(0.1) ? 0..<0 : 0..<3)
      }
    }
  }

  private func settings(
    _ source: DataSplit.Source = .hash, validation: Double = 0.15, test: Double = 0.15,
    seed: UInt64 = 1
  ) -> DataSplit.Settings {
    var settings = DataSplit.Settings()
    settings.source = source
    settings.validationShare = validation
    settings.testShare = test
    settings.seed = seed
    return settings
  }

  /// Every video is on one side, every group too; the same settings give the same split.
  @Test func partition() throws {
    var random = RandomStream(seed: 1, .check)
    for round in 0..<300 {
      let videos = randomVideos(&random, groups: 1 + random.below(round < 290 ? 30 : 600))
      for source in DataSplit.Source.allCases {
        let settings = settings(source, test: random.happens(0.3) ? 0 : 0.2, seed: UInt64(round))
        let split = try DataSplit(videos, settings: settings)
        #expect((split.train + split.validation + split.test).sorted() == Array(videos.indices))
        var sides: [String: Set<DatasetSplit>] = [:]
        for side in DatasetSplit.allCases {
          for index in split.videos(of: side) {
            sides[videos[index].group, default: []].insert(side)
          }
        }
        #expect(sides.values.allSatisfy { $0.count == 1 })
        let total = DatasetSplit.allCases.reduce(0) { $0 + split.counts(of: $1).samples }
        #expect(total == videos.reduce(0) { $0 + $1.samples.count })
        #expect(try DataSplit(videos, settings: settings) == split)
      }
    }
  }

  /// Whether some division of the groups, the largest in training where it holds more than half of
  /// the videos, has both classes in training and in validation.
  private func isDivisible(_ videos: [SampleCatalog.Video]) -> Bool {
    let groups = Dictionary(grouping: videos, by: \.group).values.map { $0 }
    return (0..<(1 << groups.count)).contains { bits in
      var classes: [[VideoLabel]] = [[], []]
      for (place, group) in groups.enumerated() {
        let side = bits >> place & 1
        if side == 1, 2 * group.count > videos.count { return false }
        classes[side] += group.filter { !$0.samples.isEmpty }.map(\.label)
      }
      return classes.allSatisfy { Set($0).count == 2 }
    }
  }

  /// Training and validation have both classes exactly where the groups allow it.
  @Test func bothClasses() throws {
    var random = RandomStream(seed: 2, .check)
    var counts = [true: 0, false: 0]
    for round in 0..<400 {
      let videos = randomVideos(&random, groups: 1 + random.below(8))
      let split = try DataSplit(
        videos, settings: settings(test: round % 2 == 0 ? 0.2 : 0, seed: UInt64(round)))
      let works = (try? split.requireBothClasses()) != nil
      #expect(works == isDivisible(videos), "round \(round): \(videos.map(\.group))")
      counts[works, default: 0] += 1
    }
    #expect(counts[true, default: 0] > 50 && counts[false, default: 0] > 50)
  }

  private func manyVideos(_ range: Range<Int>) -> [SampleCatalog.Video] {
    range.map { video("v\($0)", $0 % 6 == 0 ? .real : .fake, group: "person \($0)") }
  }

  /// With many groups, a group's side does not change when others are added or removed.
  @Test func stable() throws {
    let few = manyVideos(0..<800)
    let many = manyVideos(0..<2000)
    let first = try DataSplit(few, settings: settings())
    let second = try DataSplit(many, settings: settings())
    for side in DatasetSplit.allCases {
      #expect(second.videos(of: side).filter { $0 < 800 } == first.videos(of: side))
    }
    #expect((0.12...0.18).contains(Double(second.validation.count) / 2000))
    #expect((0.12...0.18).contains(Double(second.test.count) / 2000))
    let other = try DataSplit(many, settings: settings(seed: 2))
    #expect(other.validation != second.validation)
    #expect(second.notes.isEmpty)
  }

  /// With few groups the shares are exact, per class.
  @Test func countedOff() throws {
    let split = try DataSplit(manyVideos(0..<120), settings: settings(validation: 0.2, test: 0.1))
    let (validation, test) = (split.counts(of: .validation), split.counts(of: .test))
    #expect(validation.realVideos == 4 && validation.fakeVideos == 20)
    #expect(test.realVideos == 2 && test.fakeVideos == 10)
    #expect(split.counts(of: .train).groups == 84)
  }

  /// With few groups of many sizes the shares of the videos fit too, at any seed.
  @Test func sizes() throws {
    var random = RandomStream(seed: 6, .check)
    let videos = (0..<60).flatMap { group in
      (0...random.below(16)).map { number in
        video("\(group)-\(number)", number % 3 == 0 ? .real : .fake, group: "g\(group)")
      }
    }
    var validations: Set<[Int]> = []
    for seed in 0..<30 {
      let split = try DataSplit(videos, settings: settings(seed: UInt64(seed)))
      for side in [DatasetSplit.validation, .test] {
        let share = Double(split.counts(of: side).videos) / Double(videos.count)
        #expect((0.1...0.2).contains(share), "seed \(seed): \(side) \(share)")
      }
      validations.insert(split.validation)
    }
    #expect(validations.count == 30)
  }

  /// The data set's split is kept; a side that it lacks is drawn from training.
  @Test func dataset() throws {
    // Like Celeb-DF: a list of test videos, all others train.
    let videos = (0..<300).map {
      video("v\($0)", $0 % 2 == 0 ? .real : .fake, group: "g\($0)", split: $0 < 50 ? .test : .train)
    }
    let split = try DataSplit(videos, settings: settings(.dataset))
    #expect(split.test == Array(0..<50))
    #expect((20...60).contains(split.validation.count))
    try split.requireBothClasses(on: DatasetSplit.allCases)

    // Like FaceForensics++: all three; nothing is drawn.
    let sides: [DatasetSplit] = [.train, .validation, .test]
    let full = (0..<90).map {
      video("v\($0)", $0 % 2 == 0 ? .real : .fake, group: "g\($0)", split: sides[$0 / 30])
    }
    let given = try DataSplit(full, settings: settings(.dataset))
    #expect(given.train == Array(0..<30) && given.validation == Array(30..<60))
    #expect(try DataSplit(full, settings: settings(.hash)).train != given.train)
  }

  /// A group whose videos have several sides goes to the one whose videos must not leak.
  @Test func disagreement() throws {
    var videos = (0..<60).map {
      video("v\($0)", $0 % 2 == 0 ? .real : .fake, group: "g\($0)", split: .train)
    }
    videos.append(video("a", .fake, group: "g1", split: .test))
    videos.append(video("b", .fake, group: "g2", split: .validation))
    let split = try DataSplit(videos, settings: settings(.dataset))
    #expect(split.test == [1, 60])
    #expect(split.validation.contains(2) && split.validation.contains(61))
    #expect(split.notes.contains { $0.contains("2 groups") && $0.contains("several sides") })
  }

  /// One giant group trains, whatever the hash says, and is noted with its share.
  @Test func giant() throws {
    var videos = (0..<300).map {
      video("v\($0)", $0 % 2 == 0 ? .real : .fake, group: "all", split: $0 < 50 ? .test : .train)
    }
    videos += (0..<20).map { video("w\($0)", $0 % 2 == 0 ? .real : .fake, group: "p\($0)") }
    for source in DataSplit.Source.allCases {
      for seed in 0..<5 {
        let split = try DataSplit(videos, settings: settings(source, seed: UInt64(seed)))
        #expect(Set(0..<300).isSubset(of: split.train))
        #expect(split.notes.contains { $0.contains("300 of 320") && $0.contains("94%") })
        try split.requireBothClasses()
      }
    }
  }

  /// A missing class is an error that says what there is and what to try.
  @Test func missingClass() throws {
    let real = (0..<30).map { video("v\($0)", .real, group: "g\($0)") }
    let onlyReal = try DataSplit(real, settings: settings())
    expectError(.missingClass, "training split", "no fakes", "no picture of a fake video") {
      try onlyReal.requireBothClasses()
    }
    let one = real + [video("f", .fake, group: "x"), video("f2", .fake, group: "x")]
    let split = try DataSplit(one, settings: settings())
    expectError(
      .missingClass, "validation split: no fakes", "2 fake in", "no division of the groups"
    ) { try split.requireBothClasses() }
    let given = try DataSplit(one, settings: settings(.dataset))
    expectError(.missingClass, "no fakes", "try the split by hash") {
      try given.requireBothClasses()
    }
    // Videos without a face have no samples.
    let faceless = real + (0..<9).map { video("f\($0)", .fake, group: "f\($0)", samples: 0..<0) }
    let unusable = try DataSplit(faceless, settings: settings())
    expectError(.missingClass, "no fakes with a face") { try unusable.requireBothClasses() }
  }

  /// Shares out of bounds are refused.
  @Test(arguments: [(0, 0.1), (0.5, 0.5), (-1, 0), (0.2, -0.1)])
  func badShares(validation: Double, test: Double) {
    expectError(.invalidSetting, "shares") {
      _ = try DataSplit(
        manyVideos(0..<9), settings: settings(validation: validation, test: test))
    }
    expectError(.invalidSetting) {
      _ = try DataSplit(manyVideos(0..<9), settings: settings(validation: .nan, test: test))
    }
  }
}
