import Contract
import TestSupport
import Testing

@testable import TrainingData

/// Equal shares of data sets and methods within a class.
@Suite struct BalanceTests {
  private struct Kind: Hashable {
    var label: VideoLabel
    var dataset: String?
    var method: String?
  }

  /// Videos of four samples each, of some kinds in turn until each kind has its number of videos.
  private func videos(_ counts: [(Kind, Int)]) -> [SampleCatalog.Video] {
    var result: [SampleCatalog.Video] = []
    for number in 0..<(counts.map(\.1).max() ?? 0) {
      for (kind, count) in counts where number < count {
        let start = 4 * result.count
        result.append(
          video(
            "v\(result.count)", kind.label, group: "g", shard: result.count % 3,
            samples: start..<start + 4, method: kind.method, dataset: kind.dataset))
      }
    }
    return result
  }

  private func order(
    _ videos: [SampleCatalog.Video], by factors: [EpochOrder.BalanceFactor], repeats: Double = 8,
    steps: Int = 0, seed: UInt64 = 3, balance: EpochOrder.Balance = .undersample
  ) throws -> EpochOrder {
    var settings = EpochOrder.Settings()
    settings.seed = seed
    settings.balance = balance
    settings.balanceBy = factors
    settings.balanceRepeats = repeats
    settings.batchSize = 8
    settings.stepsPerEpoch = steps
    return try EpochOrder(
      videos: videos, chosen: Array(videos.indices), shardCount: nil, settings: settings)
  }

  private func kind(_ sample: UInt32, _ videos: [SampleCatalog.Video]) -> Kind {
    let video = videos[Int(sample) / 4]
    return Kind(label: video.label, dataset: video.dataset, method: video.method)
  }

  private func counts(
    _ order: EpochOrder, _ videos: [SampleCatalog.Video], epochs: Range<Int> = 0..<1
  ) -> [Kind: Int] {
    epochs.reduce(into: [:]) { counts, epoch in
      for sample in order.samples(inEpoch: epoch) { counts[kind(sample, videos), default: 0] += 1 }
    }
  }

  private static let kinds: [(Kind, Int)] = [
    (Kind(label: .real, dataset: "A"), 25), (Kind(label: .real, dataset: "B"), 75),
    (Kind(label: .real), 30),
    (Kind(label: .fake, dataset: "A", method: "m1"), 20),
    (Kind(label: .fake, dataset: "A", method: "m2"), 90),
    (Kind(label: .fake, dataset: "B", method: "m1"), 50),
    (Kind(label: .fake, dataset: "B"), 40),
    (Kind(label: .fake, dataset: "B", method: "m3"), 30),
  ]

  /// Data sets in equal parts, methods of each in equal parts of that; in every epoch.
  @Test func dataSetsThenMethods() throws {
    let videos = videos(Self.kinds)
    let order = try order(videos, by: [.dataset, .method], repeats: 1000, steps: 90)
    for epoch in 0..<4 {
      let counts = counts(order, videos, epochs: epoch..<epoch + 1)
      #expect(counts.values.reduce(0, +) == 720)
      for (kind, count) in counts {
        let expected = kind.label == .real ? 120 : kind.dataset == "A" ? 90 : 60
        #expect(abs(count - expected) <= 1, "epoch \(epoch): \(kind) \(count)")
      }
    }
    let parts = order.balancedParts
    #expect(
      parts.map(\.names) == [
        [nil, nil], ["A", nil], ["B", nil], ["A", "m1"], ["A", "m2"], ["B", nil], ["B", "m1"],
        ["B", "m3"],
      ])
    #expect(parts.map(\.videos) == [30, 25, 75, 20, 90, 40, 50, 30])
    #expect(
      parts.allSatisfy {
        !$0.isHeld && abs($0.samplesPerEpoch - ($0.label == .real ? 120 : 60)) < 32
      })
  }

  /// By method alone, whatever the data set.
  @Test func methodsAlone() throws {
    let videos = videos(Self.kinds)
    let order = try order(videos, by: [.method], repeats: 1000, steps: 100)
    let counts = counts(order, videos)
    for method in ["m1", "m2", "m3", nil] {
      let count = counts.filter { $0.key.label == .fake && $0.key.method == method }.values
      #expect(abs(count.reduce(0, +) - 100) <= 1, "\(method ?? "none")")
    }
    // Reals have one method, none: their data sets come as they are.
    let reals = counts.filter { $0.key.label == .real }
    #expect(reals.values.reduce(0, +) == 400)
    let seen = counts[Kind(label: .real, dataset: "B")] ?? 0
    #expect(seen > 200 && seen < 260, "75 of 130 videos: \(seen)")
  }

  /// A method with 10 videos beside one with 1000 has eight times its natural share, not half; its
  /// samples come equally often, and none more often than that.
  @Test func rareOnesAreNotRepeatedWithoutEnd() throws {
    let rare = Kind(label: .fake, method: "rare")
    let videos = videos([
      (Kind(label: .real), 300), (rare, 10), (Kind(label: .fake, method: "common"), 1000),
    ])
    let order = try order(videos, by: [.method])
    var times: [UInt32: Int] = [:]
    let epochs = 20
    for epoch in 0..<epochs {
      for sample in order.samples(inEpoch: epoch) { times[sample, default: 0] += 1 }
    }
    let own = times.filter { kind($0.key, videos) == rare }
    let mean = Double(epochs * order.samplesPerEpoch) / 2 / 4040
    let total = own.values.reduce(0, +)
    #expect(abs(Double(total) - 8 * mean * 40) <= 2, "\(total) for \(8 * mean * 40)")
    #expect(own.count == 40)
    let (least, most) = (own.values.min() ?? 0, own.values.max() ?? 0)
    #expect(most - least <= 1)
    #expect(order.balancedParts.map(\.isHeld) == [false, false, true])
    // With a bound too high to matter they have half.
    let unbounded = try self.order(videos, by: [.method], repeats: 1000)
    #expect(abs((counts(unbounded, videos)[rare] ?? 0) * 4 - unbounded.samplesPerEpoch) <= 4)
    // A bound of 1 changes only the order.
    let natural = try self.order(videos, by: [.method], repeats: 1)
    let share = Double(counts(natural, videos, epochs: 0..<20)[rare] ?? 0)
    #expect(abs(share - 20 * Double(natural.samplesPerEpoch) / 2 * 10 / 1010) <= 2)
  }

  /// What a part can't take is shared by those beside it, level by level.
  @Test func heldShares() throws {
    let videos = videos([
      (Kind(label: .real), 100), (Kind(label: .fake, dataset: "A", method: "a"), 2),
      (Kind(label: .fake, dataset: "A", method: "b"), 38), (Kind(label: .fake, dataset: "B"), 60),
    ])
    let parts = try order(videos, by: [.dataset, .method], repeats: 4).balancedParts
    let shares = Dictionary(uniqueKeysWithValues: parts.map { ($0.names, $0) })
    #expect(abs((shares[["A", "a"]]?.share ?? 0) - 0.08) < 1e-12)
    #expect(abs((shares[["A", "b"]]?.share ?? 0) - 0.42) < 1e-12)
    #expect(abs((shares[["B", nil]]?.share ?? 0) - 0.5) < 1e-12)
    #expect(parts.filter(\.isHeld).map(\.names) == [["A", "a"]])
  }

  /// An epoch is the same whatever came before it and however the store is divided; another seed
  /// gives another.
  @Test func dependsOnSeedAndEpochAlone() throws {
    let videos = videos(Self.kinds)
    let first = try order(videos, by: [.dataset, .method], steps: 20)
    let later = try order(videos, by: [.dataset, .method], steps: 20)
    #expect(first.samples(inEpoch: 7) == later.samples(inEpoch: 7))
    #expect(first.samples(inEpoch: 7) != later.samples(inEpoch: 8))
    let recut = videos.map {
      video(
        $0.name, $0.label, group: $0.group, shard: 0, samples: $0.samples, method: $0.method,
        dataset: $0.dataset)
    }
    #expect(
      try order(recut, by: [.dataset, .method], steps: 20).samples(inEpoch: 7)
        == first.samples(inEpoch: 7))
    #expect(
      try order(videos, by: [.dataset, .method], steps: 20, seed: 4).samples(inEpoch: 7)
        != first.samples(inEpoch: 7))
  }

  /// Epochs take the next part of each sequence: over many of them, the numbers of times that
  /// samples of a part come differ by one at most.
  @Test(arguments: [1, 3, 7])
  func nothingIsLostBetweenEpochs(steps: Int) throws {
    let videos = videos(Self.kinds)
    let order = try order(videos, by: [.method, .dataset], repeats: 3, steps: steps)
    var times = [Int](repeating: 0, count: 4 * videos.count)
    for epoch in 0..<200 {
      for sample in order.samples(inEpoch: epoch) { times[Int(sample)] += 1 }
    }
    for part in Set(videos.indices.map { kind(UInt32(4 * $0), videos) }) {
      let own = times.indices.filter { kind(UInt32($0), videos) == part }.map { times[$0] }
      #expect((own.max() ?? 0) - (own.min() ?? 0) <= 1, "\(part)")
    }
  }

  /// The fingerprint depends on the assignment of samples to parts.
  @Test func partsHaveAFingerprint() throws {
    var videos = videos(Self.kinds)
    #expect(try order(videos, by: []).partsFingerprint == nil)
    #expect(try order(videos, by: []).balancedParts.isEmpty)
    let before = try order(videos, by: [.dataset]).partsFingerprint
    #expect(before != nil)
    // Two videos exchange their data sets.
    videos.swapAt(0, 1)
    let (first, second) = (videos[0], videos[1])
    videos[0] = video("v0", .real, group: "g", samples: 0..<4, dataset: first.dataset)
    videos[1] = video("v1", .real, group: "g", samples: 4..<8, dataset: second.dataset)
    #expect(try order(videos, by: [.dataset]).partsFingerprint != before)
  }

  @Test func refusesWrongSettings() throws {
    let videos = videos(Self.kinds)
    for repeats in [0.5, .infinity, .nan] {
      expectError(.invalidSetting, "1 or more") {
        _ = try order(videos, by: [.method], repeats: repeats)
      }
    }
    expectError(.invalidSetting, "once") { _ = try order(videos, by: [.method, .method]) }
  }
}
