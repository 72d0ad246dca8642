public import Kernels
internal import Workers

/// Forward and backward pass of a ResNet18 over one global batch, data-parallel on the CPU.
///
/// The batch is split into contiguous parts, one per worker, whose sizes differ by at most one. Each
/// worker has activations and gradients of its own, in memory that is allocated once, here; packed
/// weights are shared. Gradients are summed in the order of the workers, so a step is the same from
/// run to run, bit for bit, for the same number of workers.
///
/// BatchNorm normalises per worker, as PyTorch's DistributedDataParallel; running statistics are those
/// of the whole batch. With `synchronizedBatchNorm` it normalises over the whole batch, and results
/// don't depend on the number of workers beyond rounding.
///
/// Not Sendable: one step at a time.
public final class TrainingEngine {
  /// The network that the engine computes.
  public let architecture: ResNet18Architecture
  /// Samples of a global batch.
  public let batchSize: Int
  /// Whether BatchNorm normalises over the whole batch.
  public let synchronizedBatchNorm: Bool

  /// The gradient of the mean loss of the last batch, for each of the state's parameters, PyTorch's
  /// layout. Zeros before the first batch. Don't keep a copy during the next batch: the engine would
  /// have to allocate another array.
  public private(set) var gradients: [Float]

  /// The Euclidean norm of `gradients`.
  public private(set) var gradientNorm = 0.0

  /// Batches so far.
  private(set) var batches = 0

  private let layout: ResNet18Layout
  private let parts: ParameterParts
  private let plans: [WorkerPlan]
  /// First sample of each worker's part.
  private let starts: [Int]
  /// Times of what the workers do together.
  private let times = LayerTimes()
  private let packedMemory = FloatMemory()
  private let packedWeights: UnsafeMutablePointer<Float>
  private let packedCount: Int
  private var squares: [Double]
  /// Steps between two exchanges, which workers do without a word.
  private let segments: [Range<Int>]

  /// Allocates all memory.
  ///
  /// - Parameters:
  ///   - batchSize: samples of a global batch, at least two per worker: BatchNorm needs a variance.
  ///   - workers: how many parts are computed at the same time.
  ///   - kernels: what computes.
  /// - Precondition: `workers` is positive and `batchSize` at least `2 * workers`.
  public init(
    architecture: ResNet18Architecture, batchSize: Int, workers: Int, synchronizedBatchNorm: Bool,
    kernels: any KernelSet
  ) {
    precondition(workers > 0, "a training engine has at least one worker")
    precondition(
      batchSize >= 2 * workers, "each worker of a training engine needs at least two samples")
    self.architecture = architecture
    self.batchSize = batchSize
    self.synchronizedBatchNorm = synchronizedBatchNorm
    let layout = ResNet18Layout(
      architecture, kernels: kernels, pictures: (batchSize + workers - 1) / workers)
    self.layout = layout
    parts = ParameterParts(layout)
    let bounds = (0...workers).map { evenBound($0, of: workers, count: batchSize) }
    starts = Array(bounds.dropLast())
    plans = (0..<workers).map { WorkerPlan(layout, count: bounds[$0 + 1] - bounds[$0]) }
    segments = plans[0].segments
    // Behind the weights lies the slack that kernels may touch.
    packedCount = max(layout.packedCount, layout.packedBackwardCount) + FloatMemory.slack
    packedWeights = packedMemory.floats(packedCount)
    gradients = Array(repeating: 0, count: layout.parameterCount)
    squares = Array(repeating: 0, count: parts.count)
  }

  /// Whether the time of each layer and pass is measured; costs a look at the clock for each.
  public var measuresTimes = false {
    didSet {
      for times in [times] + plans.map(\.times) { times.isOn = measuresTimes }
    }
  }

  /// Seconds of each layer and pass since `measuresTimes` was set, mean over the workers, in the order
  /// of their first run.
  public var layerTimes: [LayerTime] {
    let sums = LayerTimes()
    for plan in plans { sums.add(plan.times, share: 1 / Double(workers)) }
    sums.add(times, share: 1)
    return sums.entries
  }

  /// The convolutions: name in the state_dict, algorithm, and operations (multiplications and
  /// additions) of one pass over a picture.
  public var convolutions: [(name: String, algorithm: String, operations: Int)] {
    layout.convolutions.map { ($0.name, $0.kernel.algorithm, $0.shape.operations) }
  }

  /// How many parts are computed at the same time.
  public var workers: Int { plans.count }

  /// What computes.
  public var kernels: any KernelSet { layout.kernels }

  /// Memory that means nothing between two steps.
  var lentMemory: [UnsafeMutableBufferPointer<Float>] {
    [UnsafeMutableBufferPointer(start: packedWeights, count: packedCount)]
      + plans.map(\.lentMemory)
  }

  /// Bytes of the activations, gradients and packed weights.
  public var memoryBytes: Int {
    packedMemory.bytes + gradients.count * MemoryLayout<Float>.stride
      + plans.reduce(0) { $0 + $1.bytes }
  }

  /// Computes loss, logits and gradients of one batch; moves the state's running statistics and
  /// counters as PyTorch does in training mode. Parameters stay as they are.
  ///
  /// - Parameters:
  ///   - labels: the class of each sample.
  ///   - fill: writes a sample's picture, (h, w, 3), normalised floats, all of them; called once per
  ///     sample, on the workers' threads.
  /// - Precondition: the state has this engine's architecture; there are `batchSize` labels, each a
  ///   class, and as many dropout keys if anything is dropped.
  public func computeGradients(
    _ state: inout NetworkState, labels: [Int], options: Options,
    fill: @Sendable (_ sample: Int, _ picture: UnsafeMutableBufferPointer<Float>) -> Void
  ) -> StepResult {
    check(state, labels, options)
    batches += 1
    state.parameters.withUnsafeBufferPointer { buffer in
      guard let parameters = buffer.baseAddress else { return }
      let batch = TrainingBatch(
        plans: plans, starts: starts, segments: segments,
        passes: passes(parameters, options), labels: labels, smoothing: options.labelSmoothing,
        statistics: state.statistics, normalizesTogether: synchronizedBatchNorm)
      times.time("weights", .packing) {
        parts.pack(parameters, into: packedWeights, workers: workers)
      }
      batch.forward(fill: fill)
      if !options.backboneFrozen {
        times.time("weights", .packing) {
          parts.packBackward(parameters, into: packedWeights, workers: workers)
        }
      }
      batch.backward()
    }
    times.time("gradients", .merging) { mergeGradients(headOnly: options.backboneFrozen) }
    updateStatistics(of: &state, headOnly: options.backboneFrozen)
    return result()
  }

  private func check(_ state: NetworkState, _ labels: [Int], _ options: Options) {
    precondition(
      state.architecture == architecture, "an engine takes a state of its own architecture")
    precondition(labels.count == batchSize, "a batch has one label per sample")
    precondition(
      labels.allSatisfy { (0..<architecture.classes).contains($0) },
      "a label is the number of a class")
    precondition(
      layout.head.dropout == 0 || options.dropoutKeys.count == batchSize,
      "dropout needs one key per sample")
    precondition(
      (0...1).contains(options.labelSmoothing), "label smoothing is a share between 0 and 1")
  }

  private func passes(_ parameters: UnsafePointer<Float>, _ options: Options) -> [TrainingPass] {
    zip(plans, starts).map { plan, start in
      TrainingPass(
        kernels: layout.kernels, times: plan.times, parameters: parameters,
        packedWeights: packedWeights, gradients: plan.gradients,
        backboneFrozen: options.backboneFrozen, dropoutSeed: options.dropoutSeed,
        dropoutKeys: layout.head.dropout == 0
          ? [] : options.dropoutKeys[start..<start + plan.count])
    }
  }

  private func mergeGradients(headOnly: Bool) {
    gradients.withUnsafeMutableBufferPointer { gradients in
      squares.withUnsafeMutableBufferPointer { squares in
        guard let gradients = gradients.baseAddress, let squares = squares.baseAddress else {
          return
        }
        parts.merge(
          plans.map(\.gradients), headOnly: headOnly, into: gradients, squares: squares)
      }
    }
    gradientNorm = squares.reduce(0, +).squareRoot()
  }

  private func updateStatistics(of state: inout NetworkState, headOnly: Bool) {
    for (index, unit) in plans[0].units.enumerated() where !headOnly || unit.layer.isHead {
      var moments = unit.moments
      for plan in plans.dropFirst() { moments.merge(plan.units[index].moments) }
      BatchNormUnit.updateStatistics(of: &state, unit.layer, batch: moments)
    }
  }

  private func result() -> StepResult {
    StepResult(
      loss: plans.reduce(0) { $0 + $1.lossSum } / Double(batchSize),
      logits: plans.flatMap { plan in
        UnsafeBufferPointer(start: plan.logits, count: plan.count * architecture.classes)
      },
      fillSeconds: plans.reduce(0) { $0 + $1.fillSeconds } / Double(workers))
  }
}

/// The bound before part `index` of `parts` nearly equal parts; the first ones are larger.
func evenBound(_ index: Int, of parts: Int, count: Int) -> Int {
  index * (count / parts) + min(index, count % parts)
}
