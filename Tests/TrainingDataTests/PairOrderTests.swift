import Contract
import FaceDetection
import Imaging
import SelfBlending
import ShardStore
import TestSupport
import Testing
import VideoCatalog

@testable import TrainingData

/// Batches of pairs: stored fakes beside their originals, and blends beside what they are made of.
@Suite struct PairOrderTests {
  /// Six real videos; a fake of each of the first four, of which the last is longer than its
  /// original; and one whose original is missing. Frames 0, 10, 20, ...; every fourth has two
  /// faces.
  private func withCatalog(
    fakes: Bool = true, _ body: (SampleCatalog) throws -> Void
  ) throws {
    try withTemporaryDirectory { directory in
      let path = directory.path(of: "store")
      let geometry = CropGeometry(sizePixels: SmallStore.size)
      let writer = try ShardWriter(
        directory: path, task: 0,
        description: StoreDescription(recipe: ExtractionRecipe(geometry: geometry)))
      let encoder = try JPEGEncoder(quality: 95)
      var videos: [(CatalogVideo, Int)] = (0..<6).map { number in
        (
          CatalogVideo(
            name: "real/\(number).mp4", path: "/r", label: .real, group: "person \(number)"), 8
        )
      }
      if fakes {
        videos += (0..<5).map { number in
          (
            CatalogVideo(
              name: "fake/\(number).mp4", path: "/f", label: .fake, group: "person \(number)",
              method: number == 3 ? "rare" : "common",
              original: number == 4 ? "real/elsewhere.mp4" : "real/\(number).mp4"),
            number == 3 ? 16 : 6
          )
        }
      }
      for (number, (video, frames)) in videos.enumerated() {
        var samples: [FaceSample] = []
        for frame in 0..<frames {
          for face in 0..<(frame % 4 == 3 ? 2 : 1) {
            samples.append(
              FaceSample(
                video: video, frame: 10 * frame, face: face, timestampSeconds: Double(frame),
                box: .init(x: 4, y: 4, width: 24, height: 24),
                landmarks: geometry.canonicalLandmarks.map { .init(x: $0.x, y: $0.y) }, track: face,
                score: 1,
                image: try encoder.encode(
                  picture(100 * number + 10 * frame + face, size: SmallStore.size))))
          }
        }
        try writer.append(.done(video, samples: samples, facts: .init()))
      }
      writer.close()
      try body(SampleCatalog(directory: path))
    }
  }

  private func settings(batchSize: Int = 8, steps: Int = 0) -> EpochOrder.Settings {
    var settings = EpochOrder.Settings()
    settings.seed = 5
    settings.batchSize = batchSize
    settings.stepsPerEpoch = steps
    return settings
  }

  private func order(
    _ catalog: SampleCatalog, _ pairing: PairOrder.Pairing, blends: Double, batchSize: Int = 8,
    steps: Int = 0
  ) throws -> PairOrder {
    try PairOrder(
      catalog, videos: Array(catalog.videos.indices),
      settings: settings(batchSize: batchSize, steps: steps), pairing: pairing, blends: blends)
  }

  /// A stored fake is paired with the same face in the same frame of its original; after the
  /// original's end, with the sample at the same relative position; without an original, with any
  /// real picture.
  @Test func fakesStandBesideTheirOriginals() throws {
    try withCatalog { catalog in
      let order = try order(catalog, .source, blends: 0)
      #expect(order.pairedFakes.paired == 4 && order.pairedFakes.all == 5)
      var unpaired = 0
      for epoch in 0..<4 {
        let samples = order.plannedSamples(inEpoch: epoch)
        #expect(samples.count == order.samplesPerEpoch)
        for pair in 0..<(samples.count / 2) {
          let (real, fake) = (samples[2 * pair], samples[2 * pair + 1])
          #expect(real.content == .stored && fake.content == .stored)
          let (one, other) = (catalog.sample(Int(real.index)), catalog.sample(Int(fake.index)))
          #expect(one.label == .real && other.label == .fake)
          guard let original = catalog.videos[other.video].original, !original.contains("elsewhere")
          else {
            unpaired += 1
            continue
          }
          #expect(catalog.videos[one.video].name == original)
          if other.frame <= 70 { #expect(one.frame == other.frame && one.face == other.face) }
        }
        #expect(order.drawIndex(of: 7) == 6 && order.drawIndex(of: 6) == 6)
      }
      #expect(unpaired > 0)
    }
  }

  /// Without pairing by source, every real and every stored fake picture comes equally often.
  @Test func allPicturesComeEquallyOften() throws {
    try withCatalog { catalog in
      let order = try order(catalog, .none, blends: 0.5)
      #expect(order.blendsPerBatch == 2)
      var counts = [Int](repeating: 0, count: catalog.sampleCount)
      var stored = counts
      for epoch in 0..<40 {
        for (place, sample) in order.plannedSamples(inEpoch: epoch).enumerated() {
          #expect(
            (place % 2 == 0)
              == (catalog.sample(Int(sample.index)).label == .real
                && sample.content != .blendedFake))
          if place % 2 == 0 { counts[Int(sample.index)] += 1 }
          if place % 2 == 1, sample.content == .stored { stored[Int(sample.index)] += 1 }
        }
      }
      for (counts, label) in [(counts, VideoLabel.real), (stored, .fake)] {
        let own = counts.indices.filter { catalog.sample($0).label == label }.map { counts[$0] }
        #expect(try #require(own.max()) - #require(own.min()) <= 1)
      }
    }
  }

  /// The choice of fakes is balanced, and each is still paired with its own original.
  @Test func storedFakesAreBalanced() throws {
    try withCatalog { catalog in
      var settings = settings(steps: 50)
      settings.balanceBy = [.method]
      let order = try PairOrder(
        catalog, videos: Array(catalog.videos.indices), settings: settings, pairing: .source,
        blends: 0.5)
      let samples = order.plannedSamples(inEpoch: 3)
      var counts: [String: Int] = [:]
      for pair in 0..<(samples.count / 2) where samples[2 * pair + 1].content == .stored {
        let fake = catalog.videos[catalog.sample(Int(samples[2 * pair + 1].index)).video]
        counts[fake.method ?? "", default: 0] += 1
        let real = catalog.videos[catalog.sample(Int(samples[2 * pair].index)).video]
        if fake.name != "fake/4.mp4" { #expect(real.name == fake.original) }
      }
      #expect(counts == ["rare": 50, "common": 50])
      #expect(order.balancedParts.map(\.names) == [[nil], ["common"], ["rare"]])
      #expect(order.balancedParts.map(\.samplesPerEpoch) == [200, 50, 50])
      let plain = try self.order(catalog, .source, blends: 0.5)
      #expect(order.partsFingerprint != nil && plain.partsFingerprint == nil)
    }
  }

  /// Blends are paired with their own real picture, and each batch has as many as requested.
  @Test(arguments: [(0.0, 0), (0.3, 1), (0.5, 2), (1, 4)])
  func everyBatchHasItsBlends(share: Double, blends: Int) throws {
    try withCatalog { catalog in
      let order = try order(catalog, .none, blends: share, steps: 5)
      let samples = order.plannedSamples(inEpoch: 2)
      for batch in 0..<5 {
        let own = samples[(8 * batch)..<(8 * batch + 8)]
        #expect(own.count { $0.content == .blendedFake } == blends)
        for pair in 0..<4 where samples[8 * batch + 2 * pair].content == .blendedReal {
          let (real, fake) = (samples[8 * batch + 2 * pair], samples[8 * batch + 2 * pair + 1])
          #expect(real.index == fake.index && fake.content == .blendedFake)
        }
      }
    }
  }

  /// Real pictures alone are enough if all fakes are blends; else the error says what is missing.
  @Test func realPicturesAreEnough() throws {
    try withCatalog(fakes: false) { catalog in
      let order = try order(catalog, .source, blends: 1)
      let reals = catalog.sampleCount
      #expect(order.stepsPerEpoch == reals / 4)
      expectError(.missingClass, "2 of 4 fakes of a batch are stored ones", "selfBlending.share 1")
      {
        _ = try self.order(catalog, .none, blends: 0.5)
      }
    }
    try withCatalog { catalog in
      expectError(.invalidSetting, "even number of pictures, got 7") {
        _ = try order(catalog, .none, blends: 1, batchSize: 7)
      }
      expectError(.invalidSetting, "expected 0...1, got 1.5") {
        _ = try order(catalog, .none, blends: 1.5)
      }
    }
  }

  /// The members of a pair are augmented in the same way: a pair of equal pictures stays equal.
  /// Without pairs they differ.
  @Test(arguments: [true, false]) func pairsAreAugmentedAlike(isPaired: Bool) throws {
    struct Twice: TrainingOrder {
      let isPaired: Bool
      let seed: UInt64 = 3
      let batchSize = 8
      let stepsPerEpoch = 1
      let balancedParts: [BalancedPart] = []
      let partsFingerprint: UInt64? = nil
      func plannedSamples(inEpoch epoch: Int) -> [PlannedSample] {
        (0..<8).map { PlannedSample(UInt32($0 / 2)) }
      }
      func drawIndex(of place: Int) -> Int { isPaired ? place & ~1 : place }
    }
    try withCatalog { catalog in
      let batch = try BatchLoader(
        catalog, order: Twice(isPaired: isPaired), augmentation: AugmentationSettings()
      ).next()
      for pair in 0..<4 {
        #expect((batch.pictures[2 * pair] == batch.pictures[2 * pair + 1]) == isPaired)
      }
      #expect(batch.pictures[0] != batch.pictures[2])
    }
  }

  /// Blends have the label fake, and neither threads, nor where it
  /// is resumed, nor which part of a batch is loaded changes anything.
  @Test func batchesAreAFunctionOfTheirPlace() throws {
    try withCatalog { catalog in
      let order = try order(catalog, .source, blends: 0.5, steps: 6)
      func batches(
        from start: DataPosition = .start, count: Int, threads: Int = 1,
        augmentation: AugmentationSettings? = AugmentationSettings(), pictured: Range<Int>? = nil
      ) throws -> [Batch] {
        let loader = try BatchLoader(
          catalog, order: order, augmentation: augmentation, from: start, pictured: pictured,
          options: LoaderOptions(threads: threads, prefetch: 2))
        return try (0..<count).map { _ in try loader.next() }
      }
      let all = try batches(count: 12)
      let threaded = try batches(count: 12, threads: 3)
      let tail = try batches(from: all[4].nextPosition, count: 7)
      let part = try batches(count: 12, pictured: 3..<6)
      for (number, batch) in all.enumerated() {
        #expect(batch.samples == threaded[number].samples)
        #expect(batch.pictures == threaded[number].pictures)
        if number > 4 { #expect(batch.pictures == tail[number - 5].pictures) }
        #expect(part[number].pictures == Array(batch.pictures[3..<6]))
        for (place, sample) in batch.samples.enumerated() {
          #expect(sample.label == (place % 2 == 0 ? .real : .fake))
        }
      }
      // Blends differ from their real picture, and epochs from each other.
      let plain = try batches(count: 12, augmentation: nil)
      for batch in plain {
        for pair in 0..<4 where batch.samples[2 * pair].index == batch.samples[2 * pair + 1].index {
          #expect(batch.pictures[2 * pair] != batch.pictures[2 * pair + 1])
        }
      }
      #expect(plain[0].pictures != plain[6].pictures)
    }
  }
}
