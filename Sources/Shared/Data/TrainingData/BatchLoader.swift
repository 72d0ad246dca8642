package import SelfBlending

/// Loads augmented training batches in the order of a `TrainingOrder`, ahead of their use and on
/// threads of its own, epoch after epoch without an end.
///
/// The same order, augmentation and position give the same batches, bit for bit, whatever the
/// options. Any thread may call `next`, one at a time. Ends its threads when it is released.
package final class BatchLoader: Sendable {
  /// The order of the samples.
  package let order: any TrainingOrder

  private let queue: BatchQueue

  /// Starts loading.
  ///
  /// - Parameters:
  ///   - catalog: the store.
  ///   - order: the order, made of the same catalog; its seed is also that of the augmentation.
  ///   - augmentation: how pictures are changed; nil leaves them as they are.
  ///   - selfBlending: how the order's blends are made.
  ///   - inputSize: side of the pictures in pixels; 0 for that of the store.
  ///   - start: the position to begin at, any one in the order: `nextPosition` of the last batch
  ///     that was trained on. Batches of an epoch follow each other from there; less than a batch
  ///     at its end is dropped.
  ///   - pictured: the samples of each batch that get pictures, one process's part; nil for all.
  ///     Samples and pictures don't depend on it.
  package init(
    _ catalog: SampleCatalog, order: any TrainingOrder, augmentation: AugmentationSettings?,
    selfBlending: SelfBlendingSettings = SelfBlendingSettings(), inputSize: Int = 0,
    from start: DataPosition = .start, pictured: Range<Int>? = nil,
    options: LoaderOptions = LoaderOptions()
  ) throws(TrainingDataError) {
    guard (0...1_000_000_000).contains(start.epoch),
      (0...order.samplesPerEpoch).contains(start.sample)
    else {
      throw TrainingDataError(
        .invalidSetting, subject: "position in the data",
        "expected a sample of 0...\(order.samplesPerEpoch) in an epoch of 0 or more, got "
          + "\(start.sample) in epoch \(start.epoch)")
    }
    let batch = 0..<order.batchSize
    guard
      pictured.map({ batch.contains($0.lowerBound) && $0.upperBound <= batch.upperBound }) ?? true
    else {
      throw TrainingDataError(
        .invalidSetting, subject: "part of a batch",
        "expected samples of 0...\(batch.upperBound - 1), got \(pictured ?? batch)")
    }
    try augmentation?.check()
    do throws(SelfBlendingSettings.Fault) {
      try selfBlending.check()
    } catch {
      throw TrainingDataError(
        .invalidSetting, subject: "selfBlending.\(error.name)",
        "expected \(error.expected), got \(error.got)")
    }
    self.order = order
    queue = try BatchQueue(
      TrainingPlan(order, from: start, pictured: pictured),
      PictureSettings(
        catalog: catalog, inputSize: try catalog.checkedSize(inputSize),
        augmentation: augmentation, selfBlending: selfBlending, seed: order.seed),
      options)
  }

  deinit { queue.stop() }

  /// Returns the next batch; waits until it is ready. An error of a batch is thrown when it is that
  /// batch's turn, and by all later calls; it names shard and key.
  package func next() throws(TrainingDataError) -> Batch {
    guard let batch = try queue.next() else {
      throw TrainingDataError(.stopped, subject: "batch loader", "there are no more batches")
    }
    return batch
  }

  /// How long `next` has waited so far.
  package var times: LoaderTimes { queue.times }

  /// Ends loading; returns when no thread works any more. `next` throws from then on.
  package func stop() { queue.stop() }

  var mostBatchesAhead: Int { queue.mostBatchesAhead }
}

/// Loads all samples of some videos once, in catalog order and not augmented, ahead of their use
/// and on threads of its own.
///
/// Any thread may call `next`, one at a time. Ends its threads when it is released.
package final class EvaluationLoader: Sendable {
  /// Total number of samples.
  package let sampleCount: Int

  private let queue: BatchQueue

  /// Starts loading.
  ///
  /// - Parameters:
  ///   - catalog: the store.
  ///   - videos: indices of the videos, one side of a split; those without a face have no samples.
  ///   - batchSize: pictures per batch; the last one may have fewer.
  ///   - inputSize: side of the pictures in pixels; 0 for that of the store.
  ///   - samples: the range of samples, counted in catalog order; nil for all.
  ///   - blends: makes a fake of each picture; nil gives the stored pictures.
  ///   - measuresBlur: whether batches have the blur of their pictures.
  package init(
    _ catalog: SampleCatalog, videos: [Int], batchSize: Int, inputSize: Int = 0,
    samples: Range<Int>? = nil, blends: HeldOutBlends? = nil, measuresBlur: Bool = false,
    options: LoaderOptions = LoaderOptions()
  ) throws(TrainingDataError) {
    guard batchSize > 0 else {
      throw TrainingDataError(
        .invalidSetting, subject: "batch size", "expected 1 or more, got \(batchSize)")
    }
    let plan = EvaluationPlan(
      catalog, videos: videos, batchSize: batchSize, samples: samples, areBlended: blends != nil)
    sampleCount = plan.samples.count
    queue = try BatchQueue(
      plan,
      PictureSettings(
        catalog: catalog, inputSize: try catalog.checkedSize(inputSize), augmentation: nil,
        selfBlending: blends?.settings ?? SelfBlendingSettings(), seed: blends?.seed ?? 0,
        measuresBlur: measuresBlur),
      options)
  }

  deinit { queue.stop() }

  /// Returns the next batch, or nil after the last one; waits until it is ready. An error of a
  /// batch is thrown when it is that batch's turn, and by all later calls; it names shard and key.
  package func next() throws(TrainingDataError) -> Batch? { try queue.next() }

  /// How long `next` has waited so far.
  package var times: LoaderTimes { queue.times }

  /// Ends loading; returns when no thread works any more. `next` throws from then on.
  package func stop() { queue.stop() }
}

extension SampleCatalog {
  /// A network's input size, or the store's if that is 0.
  func checkedSize(_ inputSize: Int) throws(TrainingDataError) -> Int {
    guard (0...Self.maximumSizePixels).contains(inputSize) else {
      throw TrainingDataError(
        .invalidSetting, subject: "input size",
        "expected 0...\(Self.maximumSizePixels) pixels, got \(inputSize)")
    }
    return inputSize == 0 ? sizePixels : inputSize
  }
}
