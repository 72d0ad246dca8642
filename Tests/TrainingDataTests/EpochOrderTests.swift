import Contract
import Testing
import VideoCatalog

@testable import TrainingData

@Suite("The order of samples")
struct EpochOrderTests {
  private func order(
    _ videos: [SampleCatalog.Video], balance: EpochOrder.Balance = .undersample,
    batchSize: Int = 10, steps: Int = 0, shuffleShards: Int = 16, seed: UInt64 = 1
  ) throws -> EpochOrder {
    var settings = EpochOrder.Settings()
    settings.seed = seed
    settings.balance = balance
    settings.batchSize = batchSize
    settings.stepsPerEpoch = steps
    settings.shuffleShards = shuffleShards
    return try EpochOrder(
      videos: videos, chosen: Array(videos.indices), shardCount: (videos.last?.shard ?? 0) + 1,
      settings: settings)
  }

  private func labels(_ videos: [SampleCatalog.Video]) -> [VideoLabel] {
    videos.flatMap { video in video.samples.map { _ in video.label } }
  }

  @Test("Every epoch is balanced and has all of the smaller class; all of the larger come in turn")
  func balance() throws {
    let videos = videos(real: 60, fake: 310, shardCount: 7)
    let order = try order(videos)
    let labels = labels(videos)
    #expect(order.stepsPerEpoch == 12)
    var seen: Set<UInt32> = []
    for epoch in 0..<6 {
      let samples = order.samples(inEpoch: epoch)
      #expect(samples.count == 120)
      let real = samples.filter { labels[Int($0)] == .real }
      #expect(Set(real).count == 60)
      #expect(samples.count - real.count == 60)
      if epoch < 5 { #expect(Set(samples).count == 120) }
      seen.formUnion(samples)
    }
    #expect(seen.count == 370)
  }

  @Test("No sample is seen twice more often than another of its class", arguments: [0, 3, 40])
  func evenly(steps: Int) throws {
    let videos = videos(real: 57, fake: 143, shardCount: 3)
    for balance in EpochOrder.Balance.allCases {
      let order = try order(videos, balance: balance, batchSize: 7, steps: steps)
      if steps > 0 { #expect(order.stepsPerEpoch == steps) }
      var counts = [Int](repeating: 0, count: 200)
      for epoch in 0..<23 {
        let samples = order.samples(inEpoch: epoch)
        #expect(samples.count == order.samplesPerEpoch && samples.count % 7 == 0)
        for sample in samples { counts[Int(sample)] += 1 }
      }
      let labels = labels(videos)
      var totals: [Int] = []
      for label in VideoLabel.allCases {
        let own = counts.indices.filter { labels[$0] == label }.map { counts[$0] }
        if balance == .undersample {
          #expect((own.max() ?? 0) - (own.min() ?? 0) <= 1)
        }
        totals.append(own.reduce(0, +))
      }
      #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1 || balance == .undersample)
      if balance == .undersample { #expect(abs(totals[0] - totals[1]) <= 1) }
    }
  }

  @Test("Without balance an epoch is all samples, each once")
  func unbalanced() throws {
    let order = try order(videos(real: 30, fake: 70), balance: .none)
    #expect(order.samples(inEpoch: 4).sorted() == Array(0..<100))
  }

  @Test("An order is a function of seed and epoch, in whatever order one asks")
  func pure() throws {
    let videos = videos(real: 60, fake: 310, shardCount: 7)
    let first = try order(videos)
    let second = try order(videos)
    let later = second.samples(inEpoch: 1_000_000)
    for epoch in [3, 0, 2] {
      #expect(first.samples(inEpoch: epoch) == second.samples(inEpoch: epoch))
    }
    #expect(first.samples(inEpoch: 1_000_000) == later)
    #expect(first.samples(inEpoch: 0) != first.samples(inEpoch: 1))
    #expect(try order(videos, seed: 2).samples(inEpoch: 0) != first.samples(inEpoch: 0))
    // Which videos are chosen matters, not how they are listed.
    let reversed = try EpochOrder(
      videos: videos, chosen: videos.indices.reversed(), shardCount: 7, settings: first.settings)
    #expect(reversed.samples(inEpoch: 5) == first.samples(inEpoch: 5))
  }

  @Test("Samples are mixed within windows of shards, never beyond", arguments: [1, 2, 3, 100])
  func windows(size: Int) throws {
    let videos = videos(real: 200, fake: 200, shardCount: 8)
    let order = try order(videos, shuffleShards: size)
    let shards = videos.flatMap { video in video.samples.map { _ in video.shard } }
    var firsts: Set<Int> = []
    for epoch in 0..<10 {
      let row = order.samples(inEpoch: epoch).map { shards[Int($0)] }
      var left = Set(row)
      var start = 0
      while start < row.count {
        // A window's shards end before those of the next begin.
        var end = start
        var open: Set<Int> = []
        while end < row.count, open.count < min(size, left.count) || open.contains(row[end]) {
          open.insert(row[end])
          end += 1
        }
        #expect(open.count == min(size, left.count))
        #expect(Set(row[end...]).isDisjoint(with: open))
        left.subtract(open)
        start = end
      }
      firsts.insert(row[0])
      if size == 100 { #expect(Set(row.prefix(60)).count > 4) }
    }
    #expect(firsts.count > 2)
  }

  @Test("Too few samples, a missing class and bad settings are refused with advice")
  func refusals() throws {
    expectError(.tooFewSamples, "batch of 32", "got 20", "lower the batch size") {
      _ = try order(videos(real: 10, fake: 90), batchSize: 32)
    }
    expectError(.missingClass, "0 real samples", "90 fake") {
      _ = try order(videos(real: 0, fake: 90))
    }
    _ = try order(videos(real: 0, fake: 90), balance: .none)
    for (batch, steps, shards) in [(0, 0, 1), (1, -1, 1), (1, 0, 0)] {
      expectError(.invalidSetting, "or more") {
        _ = try order(
          videos(real: 10, fake: 10), batchSize: batch, steps: steps, shuffleShards: shards)
      }
    }
    expectError(.invalidSetting, "steps per epoch") {
      _ = try order(videos(real: 10, fake: 10), steps: .max)
    }
  }
}
