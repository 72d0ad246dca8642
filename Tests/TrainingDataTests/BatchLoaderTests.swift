import Contract
import FaceDetection
import Foundation
import Imaging
import SelfBlending
import ShardStore
import TestSupport
import Testing
import VideoCatalog

@testable import TrainingData

/// Loaders.
@Suite struct BatchLoaderTests {
  private func order(
    _ catalog: SampleCatalog, batchSize: Int = 8, steps: Int = 0
  ) throws -> EpochOrder {
    var settings = EpochOrder.Settings()
    settings.seed = 11
    settings.batchSize = batchSize
    settings.stepsPerEpoch = steps
    settings.shuffleVideos = 5
    return try EpochOrder(catalog, videos: Array(catalog.videos.indices), settings: settings)
  }

  private func batches(
    _ catalog: SampleCatalog, _ order: EpochOrder, from start: DataPosition = .start, count: Int,
    options: LoaderOptions = LoaderOptions()
  ) throws -> [Batch] {
    let loader = try BatchLoader(
      catalog, order: order, augmentation: AugmentationSettings(), from: start, options: options)
    return try (0..<count).map { _ in try loader.next() }
  }

  private func expectEqual(_ left: [Batch], _ right: [Batch]) {
    #expect(left.count == right.count)
    for (one, other) in zip(left, right) {
      #expect(one.position == other.position && one.nextPosition == other.nextPosition)
      #expect(one.step == other.step && one.samples == other.samples)
      #expect(one.pictures == other.pictures)
    }
  }

  /// Order and content do not depend on threads or prefetch.
  @Test func independent() throws {
    try withTemporaryDirectory { directory in
      let catalog = try SampleCatalog(directory: try SmallStore(in: directory).path)
      let order = try order(catalog)
      let count = 2 * order.stepsPerEpoch + 3
      let expected = try batches(
        catalog, order, count: count, options: LoaderOptions(threads: 1, prefetch: 1))
      for (threads, prefetch) in [(1, 4), (2, 2), (4, 9), (3, 1)] {
        let options = LoaderOptions(threads: threads, prefetch: prefetch)
        expectEqual(expected, try batches(catalog, order, count: count, options: options))
      }
    }
  }

  /// Batches follow the order; labels, videos and keys are those of the samples.
  @Test func content() throws {
    try withTemporaryDirectory { directory in
      let catalog = try SampleCatalog(directory: try SmallStore(in: directory).path)
      let order = try order(catalog)
      var key: UInt64 = 0
      for batch in try batches(catalog, order, count: 2 * order.stepsPerEpoch) {
        let planned = order.samples(inEpoch: batch.epoch)
        #expect(batch.count == 8 && batch.pictures.count == 8)
        #expect(batch.step == batch.position.sample / 8)
        #expect(batch.endsEpoch == (batch.step == order.stepsPerEpoch - 1))
        for (place, sample) in batch.samples.enumerated() {
          #expect(sample.index == Int(planned[batch.position.sample + place]))
          #expect(sample.label == catalog.videos[sample.video].label)
          #expect(catalog.videos[sample.video].samples.contains(sample.index))
          #expect(sample.key == key)
          key += 1
        }
      }
    }
  }

  /// A held-out blend differs from its crop where something is blended in and nowhere else: a change
  /// of the whole crop would tell it from the stored ones.
  @Test func heldOutBlendsKeepTheRestOfTheCrop() throws {
    try withTemporaryDirectory { directory in
      let catalog = try SampleCatalog(directory: try SmallStore(in: directory).path)
      var settings = SelfBlendingSettings()
      // Of the smallest part of the face, and with a change of colour that reaches every pixel.
      settings.regions = [.nose: 1]
      (settings.tint, settings.contrast) = (1, 1)
      let blends = HeldOutBlends(settings, seed: 5)
      func pictures(_ blends: HeldOutBlends?) throws -> [PixelBuffer] {
        let loader = try EvaluationLoader(
          catalog, videos: Array(catalog.videos.indices), batchSize: catalog.sampleCount,
          blends: blends)
        return try #require(try loader.next()).pictures
      }
      let (stored, blended) = (try pictures(nil), try pictures(blends))
      #expect(stored.count == catalog.sampleCount && stored.count > 20)
      for (one, other) in zip(stored, blended) {
        let equal = zip(one.bytes, other.bytes).count { $0 == $1 }
        let share = Double(equal) / Double(one.bytes.count)
        // A quarter of the bytes are alpha and always equal.
        #expect(share > 0.5 && share < 1)
      }
      #expect(try pictures(blends) == blended)
    }
  }

  /// A part of a batch has the pictures that the whole one has.
  @Test func parts() throws {
    try withTemporaryDirectory { directory in
      let catalog = try SampleCatalog(directory: try SmallStore(in: directory).path)
      let order = try order(catalog)
      let whole = try batches(catalog, order, count: 4)
      for part in [0..<3, 3..<8, 5..<5] {
        let loader = try BatchLoader(
          catalog, order: order, augmentation: AugmentationSettings(), pictured: part)
        for batch in whole {
          let found = try loader.next()
          #expect(batch.pictured == 0..<8 && found.pictured == part)
          #expect(found.samples == batch.samples && found.nextPosition == batch.nextPosition)
          #expect(found.pictures == Array(batch.pictures[part]))
          #expect(part.allSatisfy { found.picture(of: $0) == batch.picture(of: $0) })
        }
      }
      expectError(.invalidSetting, "part of a batch", "0...7") {
        _ = try BatchLoader(catalog, order: order, augmentation: nil, pictured: 4..<9)
      }
    }
  }

  /// Resuming at any position gives the same tail.
  @Test func resume() throws {
    try withTemporaryDirectory { directory in
      let catalog = try SampleCatalog(directory: try SmallStore(in: directory).path)
      for steps in [0, 2, 11] {
        let order = try order(catalog, steps: steps)
        let all = try batches(catalog, order, count: 3 * order.stepsPerEpoch)
        for (index, batch) in all.enumerated() where index % 2 == 0 {
          let count = min(4, all.count - index - 1)
          let tail = try batches(catalog, order, from: batch.nextPosition, count: count)
          expectEqual(Array(all[(index + 1)...].prefix(count)), tail)
        }
        // The end of an epoch is the start of the next.
        let end = DataPosition(epoch: 1, sample: order.samplesPerEpoch)
        #expect(
          try batches(catalog, order, from: end, count: 1)[0].position
            == DataPosition(epoch: 2, sample: 0))
      }
    }
  }

  /// A position between batches is continued from there, and a rest of less than a batch is
  /// dropped.
  @Test func betweenBatches() throws {
    try withTemporaryDirectory { directory in
      let catalog = try SampleCatalog(directory: try SmallStore(in: directory).path)
      let order = try order(catalog)
      let start = DataPosition(epoch: 0, sample: 3)
      let some = try batches(catalog, order, from: start, count: order.stepsPerEpoch)
      #expect(some[0].position == start)
      #expect(some[order.stepsPerEpoch - 2].nextPosition == DataPosition(epoch: 1, sample: 0))
      #expect(some[order.stepsPerEpoch - 1].position == DataPosition(epoch: 1, sample: 0))
      for bad in [DataPosition(epoch: -1, sample: 0), DataPosition(epoch: 0, sample: 9_999)] {
        expectError(.invalidSetting, "position") {
          _ = try BatchLoader(catalog, order: order, augmentation: nil, from: bad)
        }
      }
    }
  }

  /// Evaluation gives every sample once, in catalog order, as it is stored.
  @Test func evaluation() throws {
    try withTemporaryDirectory { directory in
      let catalog = try SampleCatalog(directory: try SmallStore(in: directory).path)
      let videos = [7, 1, 2, 10]
      let loader = try EvaluationLoader(catalog, videos: videos, batchSize: 5)
      let decoder = try JPEGDecoder()
      var samples: [Int] = []
      while let batch = try loader.next() {
        #expect(batch.position.sample == samples.count && batch.count <= 5)
        for (sample, picture) in zip(batch.samples, batch.pictures) {
          #expect(try catalog.picture(of: sample.index, decoder: decoder) == picture)
          samples.append(sample.index)
        }
      }
      #expect(try loader.next() == nil)
      #expect(samples == videos.sorted().flatMap { Array(catalog.videos[$0].samples) })
      #expect(loader.sampleCount == samples.count)
      let none = try EvaluationLoader(catalog, videos: [], batchSize: 5)
      #expect(try none.next() == nil)
    }
  }

  /// Blur is measured in the inner face at the store's size, also if the network's size is another,
  /// and only if requested.
  @Test(arguments: [0, 64]) func blur(inputSize: Int) throws {
    try withTemporaryDirectory { directory in
      let catalog = try SampleCatalog(directory: try SmallStore(in: directory).path)
      let face = catalog.description.geometry.innerFace
      let decoder = try JPEGDecoder()
      let loader = try EvaluationLoader(
        catalog, videos: [1, 2, 7], batchSize: 5, inputSize: inputSize, measuresBlur: true)
      var values: Set<Double> = []
      while let batch = try loader.next() {
        #expect(batch.blurs.count == batch.count)
        for (sample, blur) in zip(batch.samples, batch.blurs) {
          let picture = try catalog.picture(of: sample.index, decoder: decoder)
          #expect(blur == picture.blur(in: face))
          values.insert(blur)
        }
      }
      #expect(values.count > 5)
      let plain = try EvaluationLoader(catalog, videos: [2], batchSize: 5)
      #expect(try plain.next()?.blurs == [])
    }
  }

  /// Pictures come at the network's size.
  @Test func inputSize() throws {
    try withTemporaryDirectory { directory in
      let catalog = try SampleCatalog(directory: try SmallStore(in: directory).path)
      let order = try order(catalog)
      let loader = try BatchLoader(
        catalog, order: order, augmentation: AugmentationSettings(), inputSize: 48)
      #expect(try loader.next().pictures.allSatisfy { $0.width == 48 && $0.height == 48 })
      expectError(.invalidSetting, "input size") {
        _ = try EvaluationLoader(catalog, videos: [0], batchSize: 1, inputSize: 1 << 40)
      }
      for options in [LoaderOptions(threads: 0), LoaderOptions(prefetch: 0)] {
        expectError(.invalidSetting, "loader threads") {
          _ = try EvaluationLoader(catalog, videos: [0], batchSize: 1, options: options)
        }
      }
    }
  }

  /// No more is read ahead than asked for, and a released loader ends its work.
  @Test func bounded() throws {
    try withTemporaryDirectory { directory in
      let catalog = try SampleCatalog(directory: try SmallStore(in: directory).path)
      let order = try order(catalog)
      for (threads, prefetch, most) in [(1, 2, 2), (2, 3, 3), (4, 1, 4)] {
        let loader = try BatchLoader(
          catalog, order: order, augmentation: nil,
          options: LoaderOptions(threads: threads, prefetch: prefetch))
        for step in 0..<12 {
          _ = try loader.next()
          if step % 4 == 0 { usleep(20_000) }
        }
        #expect(loader.mostBatchesAhead <= most)
        #expect(loader.mostBatchesAhead >= min(2, most))
        let times = loader.times
        #expect(times.waitSeconds >= 0 && times.waitSeconds <= times.totalSeconds)
        #expect(times.totalSeconds >= 0.06)
        loader.stop()
        expectError(.stopped, "stopped") { _ = try loader.next() }
      }
      for _ in 0..<50 {
        _ = try BatchLoader(catalog, order: order, augmentation: AugmentationSettings())
      }
    }
  }

  /// Reads batches until one fails; returns the error and the number of good ones.
  private func failure(_ loader: BatchLoader) -> (good: Int, error: TrainingDataError?) {
    for step in 0..<1_000 {
      do throws(TrainingDataError) {
        _ = try loader.next()
      } catch {
        return (step, error)
      }
    }
    return (1_000, nil)
  }

  /// A damaged image fails the batch it is in, by shard and key, at any number of threads.
  @Test func damagedImage() throws {
    let small = PixelBuffer(width: 16, height: 16)
    let cases: [([UInt8], String)] = [
      (Array("this is no JPEG file".utf8), "can't be decoded"),
      (try JPEGEncoder(quality: 90).encode(small), "expected 32x32"),
    ]
    for (image, text) in cases {
      try withTemporaryDirectory { directory in
        let catalog = try SampleCatalog(
          directory: try SmallStore(in: directory, replacing: [6: image]).path)
        let order = try order(catalog)
        let video = try #require(catalog.videos.first { $0.name == "folder/video 6.mp4" })
        let bad = UInt32(video.samples.lowerBound)
        let place = try #require(order.samples(inEpoch: 0).firstIndex(of: bad))
        for threads in [1, 3] {
          let loader = try BatchLoader(
            catalog, order: order, augmentation: nil, options: LoaderOptions(threads: threads))
          let (good, error) = failure(loader)
          #expect(good == place / 8)
          #expect(error?.code == .damagedPicture)
          let message = error?.description ?? ""
          #expect(message.contains(text), "\(message)")
          #expect(message.contains("folder/video 6.mp4/000000/00"), "\(message)")
          #expect(message.contains("shard-000-"), "\(message)")
          #expect(failure(loader).error == error)
        }
      }
    }
  }

  /// A flipped bit in an image is found by its checksum.
  @Test func flippedBit() throws {
    try withTemporaryDirectory { directory in
      let store = try SmallStore(in: directory, maximumShardBytes: 1 << 30)
      let reader = try ShardReader(directory: store.path)
      let sample = try #require(try reader.samples().last)
      let image = Data(try reader.image(of: sample))
      let file = URL(fileURLWithPath: store.path + "/" + sample.shard.fileName)
      var bytes = try Data(contentsOf: file)
      // Everywhere: LMDB keeps outdated copies of pages in the file.
      try #require(bytes.range(of: image) != nil)
      while let range = bytes.range(of: image) { bytes[range.upperBound - 30] ^= 4 }
      let copy = directory.path(of: "copy")
      try FileManager.default.copyItem(atPath: store.path, toPath: copy)
      try bytes.write(to: URL(fileURLWithPath: copy + "/" + sample.shard.fileName))
      let catalog = try SampleCatalog(directory: copy)
      let loader = try EvaluationLoader(
        catalog, videos: Array(catalog.videos.indices), batchSize: catalog.sampleCount)
      expectError(.damagedStore, "CRC-32", sample.key.description) { _ = try loader.next() }
    }
  }
}
