import Contract
import Imaging
import ShardStore
import TestSupport
import Testing
import VideoCatalog

@testable import TrainingData

/// Equal samples give the same training, however they are divided into shards.
@Suite struct ShardIndependenceTests {
  /// The videos of a small store, distributed over shards, each with a writer of its own, as
  /// several hosts do.
  private func store(_ folder: TemporaryDirectory, _ name: String, shards: Int) throws -> String {
    let path = folder.path(of: name)
    let encoder = try JPEGEncoder(quality: 95)
    for task in 0..<shards {
      let writer = try ShardWriter(
        directory: path, task: task,
        description: StoreDescription(
          recipe: ExtractionRecipe(geometry: CropGeometry(sizePixels: SmallStore.size))))
      // Neighbours by name lie in different shards, and no shard is in the order of names.
      for number in (0..<14).reversed() where number * 5 % shards == task {
        let samples = try SmallStore.samples(number, frames: 6, encoder)
        try writer.append(.done(SmallStore.catalogVideo(number), samples: samples, facts: .init()))
      }
      writer.close()
    }
    return path
  }

  @Test func oneShardAndSevenGiveTheSameBatches() throws {
    try withTemporaryDirectory { folder in
      let one = try SampleCatalog(directory: store(folder, "one", shards: 1))
      let seven = try SampleCatalog(directory: store(folder, "seven", shards: 7))
      #expect(one.shards.count == 1 && seven.shards.count == 7)
      #expect(one.fingerprint == seven.fingerprint)
      #expect(one.shardFingerprint == one.fingerprint)
      #expect(seven.shardFingerprint != seven.fingerprint)
      #expect(seven.hasFingerprint(one.fingerprint))
      #expect(seven.hasFingerprint(seven.shardFingerprint))
      #expect(!seven.hasFingerprint(seven.fingerprint &+ 1))
      var settings = EpochOrder.Settings()
      settings.batchSize = 6
      for window in [3, 4096] {
        settings.shuffleVideos = window
        let loaders = try [one, seven].map { catalog in
          try BatchLoader(
            catalog,
            order: EpochOrder(catalog, videos: Array(catalog.videos.indices), settings: settings),
            augmentation: AugmentationSettings())
        }
        for _ in 0..<2 * loaders[0].order.stepsPerEpoch {
          let (left, right) = (try loaders[0].next(), try loaders[1].next())
          #expect(left.samples == right.samples && left.position == right.position)
          #expect(left.pictures == right.pictures)
        }
      }
      let split = try [one, seven].map { try DataSplit($0, settings: .init()) }
      #expect(split[0].train == split[1].train && split[0].validation == split[1].validation)
    }
  }

  @Test func theOldNumbersDependOnShards() throws {
    try withTemporaryDirectory { folder in
      let path = try store(folder, "seven", shards: 7)
      let new = try SampleCatalog(directory: path)
      let old = try SampleCatalog(directory: path, orderVersion: .shards)
      #expect(old.fingerprint == new.shardFingerprint)
      #expect(Set(old.videos.map(\.name)) == Set(new.videos.map(\.name)))
      #expect(old.videos.map(\.name) != new.videos.map(\.name))
      #expect(old.videos.map(\.shard) == old.videos.map(\.shard).sorted())
      #expect(new.videos.map(\.name) == new.videos.map(\.name).sorted())
      let decoder = try JPEGDecoder()
      for video in new.videos {
        let same = try #require(old.videos.first { $0.name == video.name })
        for (left, right) in zip(video.samples, same.samples) {
          #expect(
            try new.picture(of: left, decoder: decoder) == old.picture(of: right, decoder: decoder))
        }
      }
    }
  }
}
