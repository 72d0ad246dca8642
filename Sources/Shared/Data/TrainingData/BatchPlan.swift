internal import Randomness
internal import Workers

/// The content of a batch, before anything is read.
struct PlannedBatch: Sendable {
  let position: DataPosition
  let nextPosition: DataPosition
  let step: Int
  let samples: [PlannedSample]
  /// For each sample, the index in the epoch whose random numbers are used for it.
  let drawIndices: [Int]
  /// The range of `samples` that get pictures.
  let pictured: Range<Int>
  /// Key of the first sample, from which the others count on. Nil if keys are indices in the
  /// catalog.
  let firstKey: UInt64?
}

/// The batches of a loader by number: a function of the number alone.
protocol BatchPlan: Sendable {
  /// The batch, or nil after the last one.
  func batch(_ number: Int) -> PlannedBatch?
}

/// The batches of training from a position on, without an end.
struct TrainingPlan: BatchPlan {
  let order: any TrainingOrder
  private let start: DataPosition
  private let pictured: Range<Int>
  private let cache = Locked<[Int: [PlannedSample]]>([:])

  /// - Parameter pictured: the samples of each batch that get pictures; nil for all.
  init(_ order: any TrainingOrder, from start: DataPosition, pictured: Range<Int>? = nil) {
    self.order = order
    self.pictured = pictured ?? 0..<order.batchSize
    self.start = order.normalized(start)
  }

  func batch(_ number: Int) -> PlannedBatch? {
    let size = order.batchSize
    let inFirstEpoch = (order.samplesPerEpoch - start.sample) / size
    let position =
      number < inFirstEpoch
      ? DataPosition(epoch: start.epoch, sample: start.sample + number * size)
      : DataPosition(
        epoch: start.epoch + 1 + (number - inFirstEpoch) / order.stepsPerEpoch,
        sample: (number - inFirstEpoch) % order.stepsPerEpoch * size)
    let next = DataPosition(epoch: position.epoch, sample: position.sample + size)
    let range = position.sample..<(position.sample + size)
    let samples = samples(inEpoch: position.epoch)[range]
    return PlannedBatch(
      position: position, nextPosition: order.normalized(next), step: position.sample / size,
      samples: Array(samples), drawIndices: range.map(order.drawIndex), pictured: pictured,
      firstKey: UInt64(position.epoch * order.samplesPerEpoch + position.sample))
  }

  /// The order of an epoch, cached for the threads: they are in the same epoch, or in two
  /// consecutive ones.
  private func samples(inEpoch epoch: Int) -> [PlannedSample] {
    cache.withLock { cache in
      if let known = cache[epoch] { return known }
      let samples = order.plannedSamples(inEpoch: epoch)
      cache = cache.filter { abs($0.key - epoch) <= 1 }
      cache[epoch] = samples
      return samples
    }
  }
}

/// All samples of some videos in catalog order, or a part of them, once.
struct EvaluationPlan: BatchPlan {
  let samples: [UInt32]
  let batchSize: Int
  /// Whether a fake is made of each picture.
  let areBlended: Bool

  init(
    _ catalog: SampleCatalog, videos: [Int], batchSize: Int, samples: Range<Int>? = nil,
    areBlended: Bool = false
  ) {
    self.areBlended = areBlended
    let all = videos.sorted().flatMap { catalog.videos[$0].samples.lazy.map(UInt32.init) }
    self.samples = Array(all[(samples ?? all.indices).clamped(to: all.indices)])
    self.batchSize = batchSize
  }

  func batch(_ number: Int) -> PlannedBatch? {
    let (start, overflow) = number.multipliedReportingOverflow(by: batchSize)
    guard !overflow, start < samples.count else { return nil }
    let end = min(samples.count, start + batchSize)
    let samples = samples[start..<end]
    return PlannedBatch(
      position: DataPosition(epoch: areBlended ? HeldOutBlends.epoch : 0, sample: start),
      nextPosition: DataPosition(epoch: areBlended ? HeldOutBlends.epoch : 0, sample: end),
      step: number, samples: samples.map { PlannedSample($0, areBlended ? .blendedFake : .stored) },
      // The picture's own index, so that its blend doesn't depend on the other pictures.
      drawIndices: samples.map(Int.init), pictured: 0..<end - start, firstKey: nil)
  }
}
