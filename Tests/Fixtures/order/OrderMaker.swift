// The main file of what `make_orders` compiles: prints orders of version 1 as JSON.
import Contract
import Foundation

/// Of VideoCatalog.
public enum VideoLabel { case real, fake }

/// Of TrainingData, with what an order needs.
public struct SampleCatalog {
  /// A video of the catalog.
  public struct Video {
    let label: VideoLabel
    let shard: Int
    let samples: Range<Int>
  }
  let videos: [Video]
  let shards: [Int]
}

/// Of TrainingData.
public struct TrainingDataError: Error {
  enum Code { case missingClass, tooFewSamples, invalidSetting }
  init(_ code: Code, subject: String, _ message: String) {}
}

func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)" }

/// As the videos in OldOrderTests.swift.
let (videoCount, shardCount) = (60, 7)
var (videos, start): ([SampleCatalog.Video], Int) = ([], 0)
for index in 0..<videoCount {
  let count = 1 + index % 4
  videos.append(
    SampleCatalog.Video(
      label: index % 3 == 0 ? .fake : .real, shard: index * shardCount / videoCount,
      samples: start..<start + count))
  start += count
}

var cases: [[String: Any]] = []
for (balance, window, seed) in [
  (EpochOrder.Balance.undersample, 2, 1), (.undersample, 16, 5), (.none, 3, 7),
] {
  var settings = EpochOrder.Settings()
  settings.seed = UInt64(seed)
  settings.balance = balance
  settings.batchSize = 8
  settings.shuffleShards = window
  let order = try EpochOrder(
    videos: videos, chosen: (0..<videoCount).filter { $0 % 5 != 4 }, shardCount: shardCount,
    settings: settings)
  cases.append([
    "balance": balance.rawValue, "shuffleShards": window, "seed": seed,
    "epochs": [0, 1, 9].map { ["epoch": $0, "samples": order.samples(inEpoch: $0)] },
  ])
}
let data = try JSONSerialization.data(withJSONObject: cases, options: [.sortedKeys])
print(String(decoding: data, as: UTF8.self))
