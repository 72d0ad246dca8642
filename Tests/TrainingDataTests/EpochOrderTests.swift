import Contract
import Testing
import VideoCatalog

@testable import TrainingData

/// The order of samples.
@Suite struct EpochOrderTests {
  private func order(
    _ videos: [SampleCatalog.Video], balance: EpochOrder.Balance = .undersample,
    batchSize: Int = 10, steps: Int = 0, shuffleVideos: Int = 4096, seed: UInt64 = 1
  ) throws -> EpochOrder {
    var settings = EpochOrder.Settings()
    settings.seed = seed
    settings.balance = balance
    settings.batchSize = batchSize
    settings.stepsPerEpoch = steps
    settings.shuffleVideos = shuffleVideos
    return try EpochOrder(
      videos: videos, chosen: Array(videos.indices), shardCount: nil, settings: settings)
  }

  private func labels(_ videos: [SampleCatalog.Video]) -> [VideoLabel] {
    videos.flatMap { video in video.samples.map { _ in video.label } }
  }

  /// Every epoch is balanced and has all of the smaller class; all of the larger come in turn.
  @Test func balance() throws {
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

  /// The numbers of times that samples of a class are seen never differ by more than one.
  @Test(arguments: [0, 3, 40])
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

  /// Without balance an epoch is all samples, each once.
  @Test func unbalanced() throws {
    let order = try order(videos(real: 30, fake: 70), balance: .none)
    #expect(order.samples(inEpoch: 4).sorted() == Array(0..<100))
  }

  /// An order is a function of seed and epoch, in whatever order epochs are requested.
  @Test func pure() throws {
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
      videos: videos, chosen: videos.indices.reversed(), shardCount: nil, settings: first.settings)
    #expect(reversed.samples(inEpoch: 5) == first.samples(inEpoch: 5))
  }

  /// Videos of each window, in the order of the epoch: sets that follow each other without sharing
  /// one.
  private func windows(_ order: EpochOrder, _ videos: [SampleCatalog.Video], epoch: Int) -> [Set<
    Int
  >] {
    let videoOfSample = videos.indices.flatMap { index in videos[index].samples.map { _ in index } }
    let row = order.samples(inEpoch: epoch).map { videoOfSample[Int($0)] }
    var last: [Int: Int] = [:]
    for (place, video) in row.enumerated() { last[video] = place }
    var (windows, open, end): ([Set<Int>], Set<Int>, Int) = ([], [], 0)
    for (place, video) in row.enumerated() {
      open.insert(video)
      end = max(end, last[video] ?? 0)
      if place == end {
        windows.append(open)
        open = []
      }
    }
    return windows
  }

  /// Samples are mixed within windows of about as many videos, never beyond.
  @Test func windowsOfVideos() throws {
    let videos = videos(real: 400, fake: 400, shardCount: 3)
    #expect(videos.count == 160)
    // 160 videos in blocks of 2: five windows of 32.
    let order = try order(videos, balance: .none, shuffleVideos: 32)
    var seen: Set<Set<Int>> = []
    for epoch in 0..<4 {
      let windows = windows(order, videos, epoch: epoch)
      #expect(windows.map(\.count) == [32, 32, 32, 32, 32])
      // Neighbours stay together, windows have blocks from all over.
      for window in windows {
        #expect(window.allSatisfy { window.contains($0 ^ 1) })
        #expect((window.max() ?? 0) - (window.min() ?? 0) > 64)
      }
      seen.formUnion(windows)
    }
    #expect(seen.count == 20, "other windows in every epoch")
    // As many windows as it takes, of nearly equal size, however small.
    for (size, expected) in [(159, 2), (160, 1), (100_000, 1), (50, 4), (7, 23)] {
      let windows = windows(
        try self.order(videos, balance: .none, shuffleVideos: size), videos, epoch: 0)
      #expect(windows.count == expected, "\(size)")
      let sizes = windows.map(\.count)
      // They differ by a block, and the last block may be smaller.
      #expect(
        (sizes.max() ?? 0) - (sizes.min() ?? 0) < 2 * max(size / 16, 1), "\(size): \(sizes)")
    }
    #expect(
      windows(try self.order(videos, balance: .none, shuffleVideos: 1), videos, epoch: 0).count
        == 160)
  }

  /// Too few samples, a missing class and bad settings are refused with advice.
  @Test func refusals() throws {
    expectError(.tooFewSamples, "batch of 32", "got 20", "lower the batch size") {
      _ = try order(videos(real: 10, fake: 90), batchSize: 32)
    }
    expectError(.missingClass, "0 real samples", "90 fake") {
      _ = try order(videos(real: 0, fake: 90))
    }
    _ = try order(videos(real: 0, fake: 90), balance: .none)
    for (batch, steps, videos) in [(0, 0, 1), (1, -1, 1), (1, 0, 0)] {
      expectError(.invalidSetting, "or more") {
        _ = try order(
          TrainingDataTests.videos(real: 10, fake: 10), batchSize: batch, steps: steps,
          shuffleVideos: videos)
      }
    }
    expectError(.invalidSetting, "steps per epoch") {
      _ = try order(videos(real: 10, fake: 10), steps: .max)
    }
  }
}
