import Contract
import Foundation
import Testing
import VideoCatalog

@testable import TrainingData

/// Orders of version 1, with which a checkpoint of that version is continued: see
/// Tests/Fixtures/order/make_orders.
@Suite struct OldOrderTests {
  private struct Example: Decodable {
    struct Epoch: Decodable {
      let epoch: Int
      let samples: [UInt32]
    }

    let balance: EpochOrder.Balance
    let shuffleShards: Int
    let seed: UInt64
    let epochs: [Epoch]
  }

  private static let shardCount = 7

  /// The same as in OrderMaker.swift.
  private static let videos: [SampleCatalog.Video] = {
    var start = 0
    return (0..<60).map { index in
      defer { start += 1 + index % 4 }
      return video(
        "v\(index)", index % 3 == 0 ? .fake : .real, group: "g", shard: index * shardCount / 60,
        samples: start..<start + 1 + index % 4)
    }
  }()

  @Test func shardsAreOrderedAsByTheFirstVersion() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/order/shards.json")
    let examples = try JSONDecoder().decode([Example].self, from: Data(contentsOf: file))
    #expect(examples.count == 3)
    for example in examples {
      var settings = EpochOrder.Settings()
      settings.seed = example.seed
      settings.balance = example.balance
      settings.batchSize = 8
      settings.shuffleShards = example.shuffleShards
      let chosen = (0..<60).filter { $0 % 5 != 4 }
      let order = try EpochOrder(
        videos: Self.videos, chosen: chosen, shardCount: Self.shardCount, settings: settings)
      let other = try EpochOrder(
        videos: Self.videos, chosen: chosen, shardCount: nil, settings: settings)
      for epoch in example.epochs {
        #expect(order.samples(inEpoch: epoch.epoch) == epoch.samples)
        #expect(other.samples(inEpoch: epoch.epoch) != epoch.samples)
      }
    }
  }

  /// A training on a store of one shard is unchanged.
  @Test(arguments: EpochOrder.Balance.allCases)
  func oneShardIsOrderedAsByTheFirstVersion(balance: EpochOrder.Balance) throws {
    let videos = TrainingDataTests.videos(real: 60, fake: 310)
    var settings = EpochOrder.Settings()
    settings.balance = balance
    let chosen = videos.indices.filter { $0 % 4 != 1 }
    let old = try EpochOrder(videos: videos, chosen: chosen, shardCount: 1, settings: settings)
    settings.shuffleVideos = chosen.count
    let new = try EpochOrder(videos: videos, chosen: chosen, shardCount: nil, settings: settings)
    for epoch in [0, 1, 5, 40] {
      #expect(old.samples(inEpoch: epoch) == new.samples(inEpoch: epoch))
    }
    settings.shuffleVideos -= 1
    let two = try EpochOrder(videos: videos, chosen: chosen, shardCount: nil, settings: settings)
    #expect(two.samples(inEpoch: 0) != new.samples(inEpoch: 0))
  }
}
