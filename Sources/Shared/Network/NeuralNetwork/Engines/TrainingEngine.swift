package import Collectives
package import Kernels
internal import Workers

/// Forward and backward pass of a ResNet18 over one global batch, data-parallel on the CPU, in one
/// process or in several.
///
/// The batch is split into contiguous parts, one per worker of all ranks, whose sizes differ by at most
/// one; rank 0 has the first ones. Each worker has activations and gradients of its own, in memory that
/// is allocated once, here; packed weights are shared by a rank's workers. Sums over workers are
/// pairwise (see `pairwiseSplit` in Kernels), so a step is the same from run to run, bit for bit, for
/// the same number of workers, and for every division of them over ranks that `divisionNote` has
/// nothing to say of.
///
/// BatchNorm normalises per worker, as PyTorch's DistributedDataParallel; running statistics are those
/// of the whole batch. With `synchronizedBatchNorm` it normalises over the whole batch, and results
/// don't depend on the number of workers beyond rounding.
///
/// A step has three parts: the rank's own pass (in which ranks meet at each BatchNorm layer if it is
/// synchronised, and sum the gradients of each block over ranks while the pass goes on with the block
/// before), the reduction of all else over ranks, and the end, which changes the state. Every rank gives
/// the engine the same state, labels and options, and gets the same gradients, state and result.
///
/// Not Sendable: one step at a time.
package final class TrainingEngine {
  /// The network that the engine computes.
  package let architecture: ResNet18Architecture
  /// Samples of a global batch.
  package let batchSize: Int
  /// Whether BatchNorm normalises over the whole batch.
  package let synchronizedBatchNorm: Bool

  /// The gradient of the mean loss of the last batch, for each of the state's parameters, PyTorch's
  /// layout. Zeros before the first batch. Don't keep a copy during the next batch: the engine would
  /// have to allocate another array.
  package private(set) var gradients: [Float]

  /// The Euclidean norm of `gradients`.
  package private(set) var gradientNorm = 0.0

  /// The processes that share the batch.
  package let collective: any Collective

  /// How gradients travel between the processes.
  package let precision: WirePrecision

  /// The samples of each batch that this rank computes.
  package let samples: Range<Int>

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
  /// One for each BatchNorm layer.
  private let exchanges: [BatchNormExchange]

  /// Allocates all memory.
  ///
  /// - Parameters:
  ///   - batchSize: samples of a global batch, at least two per worker: BatchNorm needs a variance.
  ///   - workers: how many parts this rank computes at the same time; as many on every rank.
  ///   - kernels: what computes; the same on every rank.
  ///   - collective: the processes that share the batch.
  ///   - precision: how gradients travel between them; the same on every rank.
  /// - Precondition: `workers` is positive and `batchSize` at least `2 * workers * collective.size`.
  package init(
    architecture: ResNet18Architecture, batchSize: Int, workers: Int, synchronizedBatchNorm: Bool,
    kernels: any KernelSet, collective: any Collective = LocalCollective(),
    precision: WirePrecision = .float32
  ) {
    self.precision = precision
    precondition(workers > 0, "a training engine has at least one worker")
    let parts = workers * collective.size
    precondition(
      batchSize >= 2 * parts, "each worker of a training engine needs at least two samples")
    self.collective = collective
    self.architecture = architecture
    self.batchSize = batchSize
    self.synchronizedBatchNorm = synchronizedBatchNorm
    let layout = ResNet18Layout(
      architecture, kernels: kernels, pictures: (batchSize + parts - 1) / parts)
    self.layout = layout
    self.parts = ParameterParts(layout)
    let first = collective.rank * workers
    let bounds = (first...first + workers).map { evenBound($0, of: parts, count: batchSize) }
    samples = bounds[0]..<bounds[workers]
    starts = Array(bounds.dropLast())
    let plans = (0..<workers).map { WorkerPlan(layout, count: bounds[$0 + 1] - bounds[$0]) }
    self.plans = plans
    segments = plans[0].segments
    exchanges = plans[0].units.indices.map { unit in
      BatchNormExchange(plans.map { $0.units[unit] })
    }
    // Behind the weights lies the slack that kernels may touch.
    packedCount = max(layout.packedCount, layout.packedBackwardCount) + FloatMemory.slack
    packedWeights = packedMemory.floats(packedCount)
    gradients = Array(repeating: 0, count: layout.parameterCount)
    squares = Array(repeating: 0, count: self.parts.count)
  }

  /// Whether the time of each layer and pass is measured; costs a look at the clock for each.
  package var measuresTimes = false {
    didSet {
      for times in [times] + plans.map(\.times) { times.isOn = measuresTimes }
    }
  }

  /// Seconds of each layer and pass since `measuresTimes` was set, mean over the workers, in the order
  /// of their first run.
  package var layerTimes: [LayerTime] {
    let sums = LayerTimes()
    for plan in plans { sums.add(plan.times, share: 1 / Double(workers)) }
    sums.add(times, share: 1)
    return sums.entries
  }

  /// The convolutions: name in the state_dict, algorithm, and operations (multiplications and
  /// additions) of one pass over a picture.
  package var convolutions: [(name: String, algorithm: String, operations: Int)] {
    layout.convolutions.map { ($0.name, $0.kernel.algorithm, $0.shape.operations) }
  }

  /// How many parts this rank computes at the same time.
  package var workers: Int { plans.count }

  /// What computes.
  package var kernels: any KernelSet { layout.kernels }

  /// Memory that means nothing between two steps.
  var lentMemory: [UnsafeMutableBufferPointer<Float>] {
    [UnsafeMutableBufferPointer(start: packedWeights, count: packedCount)]
      + plans.map(\.lentMemory)
  }

  /// Bytes of the activations, gradients and packed weights.
  package var memoryBytes: Int {
    packedMemory.bytes + gradients.count * MemoryLayout<Float>.stride
      + plans.reduce(0) { $0 + $1.bytes }
  }

  /// Computes loss, logits and gradients of one batch; moves the state's running statistics and
  /// counters as PyTorch does in training mode. Parameters stay as they are. Where a rank is lost, the
  /// state stays as it was.
  ///
  /// - Parameters:
  ///   - labels: the class of each sample, also of those that other ranks compute.
  ///   - fill: writes a sample's picture, (h, w, 3), normalised floats, all of them; called once for
  ///     each of `samples`, with its number in the batch, on the workers' threads.
  /// - Precondition: the state has this engine's architecture; there are `batchSize` labels, each a
  ///   class, and as many dropout keys if anything is dropped.
  package func computeGradients(
    _ state: inout NetworkState, labels: [Int], options: Options,
    fill: @Sendable (_ sample: Int, _ picture: UnsafeMutableBufferPointer<Float>) -> Void
  ) throws(CollectiveError) -> StepResult {
    check(state, labels, options)
    batches += 1
    try withGradients { memory throws(CollectiveError) in
      try pass(state, labels, options, fill, memory)
    }
    let result = try reduce(frozenStages: options.frozenStages)
    finish(&state, frozenStages: options.frozenStages)
    return result
  }

  /// The rank's own forward and backward pass, and the sums of gradients, which go over ranks while the
  /// backward pass goes on.
  private func pass(
    _ state: NetworkState, _ labels: [Int], _ options: Options,
    _ fill: @Sendable (Int, UnsafeMutableBufferPointer<Float>) -> Void, _ memory: GradientMemory
  ) throws(CollectiveError) {
    try state.parameters.withUnsafeBufferPointer { buffer throws(CollectiveError) in
      guard let parameters = buffer.baseAddress else { return }
      let batch = TrainingBatch(
        plans: plans, starts: starts, segments: segments,
        passes: passes(parameters, options), labels: labels, smoothing: options.labelSmoothing,
        statistics: state.statistics, normalizesTogether: synchronizedBatchNorm,
        exchanges: exchanges, collective: collective)
      times.time("weights", .packing) {
        parts.pack(parameters, into: packedWeights, workers: workers)
      }
      try batch.forward(fill: fill)
      if options.frozenStages < ResNet18Architecture.backboneStages {
        times.time("weights", .packing) {
          parts.packBackward(
            parameters, from: layout.stageStarts[options.frozenStages], into: packedWeights,
            workers: workers)
        }
      }
      try backward(batch, memory, frozenStages: options.frozenStages)
    }
  }

  private func backward(
    _ batch: TrainingBatch, _ memory: GradientMemory, frozenStages: Int
  ) throws(CollectiveError) {
    let start = layout.stageStarts[frozenStages]
    memory.gradients.update(repeating: 0, count: start)
    memory.squares.update(repeating: 0, count: parts.count)
    if collective.isAlone {
      try batch.backward()
      merge(start..<layout.parameterCount, memory, isFinal: true)
      return
    }
    try batch.backward { section throws(CollectiveError) in
      let range = layout.parameters(ofSection: section)
      merge(range, memory, isFinal: false)
      try collective.beginSum(
        UnsafeMutableBufferPointer(
          start: memory.gradients + range.lowerBound, count: range.count), as: precision)
    }
    try collective.finishSums()
    parts.measure(
      memory.gradients, start..<layout.parameterCount, workers: workers, squares: memory.squares)
  }

  /// Sums gradients over the workers of this rank.
  private func merge(_ range: Range<Int>, _ memory: GradientMemory, isFinal: Bool) {
    times.time("gradients", .merging) {
      parts.merge(
        plans.map(\.gradients), range, into: memory.gradients,
        squares: isFinal ? memory.squares : nil)
    }
  }

  /// Where gradients are summed, and the sums of their squares, one for each of `parts`.
  private struct GradientMemory {
    let gradients: UnsafeMutablePointer<Float>
    let squares: UnsafeMutablePointer<Double>
  }

  private func withGradients(
    _ body: (GradientMemory) throws(CollectiveError) -> Void
  ) throws(CollectiveError) {
    try gradients.withUnsafeMutableBufferPointer { gradients throws(CollectiveError) in
      try squares.withUnsafeMutableBufferPointer { squares throws(CollectiveError) in
        guard let gradients = gradients.baseAddress, let squares = squares.baseAddress else {
          return
        }
        try body(GradientMemory(gradients: gradients, squares: squares))
      }
    }
    gradientNorm = squares.reduce(0, +).squareRoot()
  }

  /// Puts BatchNorm moments, losses and logits together, of the workers of this rank, then of ranks.
  private func reduce(frozenStages: Int) throws(CollectiveError) -> StepResult {
    if !synchronizedBatchNorm {
      for exchange in measured(frozenStages: frozenStages) { exchange.merge() }
    }
    guard !collective.isAlone else {
      return result(
        lossSum: pairwiseSum(plans.indices) { plans[$0].lossSum },
        logits: plans.flatMap { $0.logitsOfSamples })
    }
    if !synchronizedBatchNorm { try mergeMoments(frozenStages: frozenStages) }
    return try gatherResult()
  }

  /// Moves the running statistics of the state.
  private func finish(_ state: inout NetworkState, frozenStages: Int) {
    for exchange in measured(frozenStages: frozenStages) {
      BatchNormUnit.updateStatistics(of: &state, exchange.layer, batch: exchange.total)
    }
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
      (0...ResNet18Architecture.backboneStages).contains(options.frozenStages),
      "at most all stages of the backbone are frozen")
    precondition(
      (0...1).contains(options.labelSmoothing), "label smoothing is a share between 0 and 1")
  }

  private func passes(_ parameters: UnsafePointer<Float>, _ options: Options) -> [TrainingPass] {
    zip(plans, starts).map { plan, start in
      TrainingPass(
        kernels: layout.kernels, times: plan.times, parameters: parameters,
        packedWeights: packedWeights, gradients: plan.gradients,
        frozenStages: options.frozenStages, dropoutSeed: options.dropoutSeed,
        dropoutKeys: layout.head.dropout == 0
          ? [] : options.dropoutKeys[start..<start + plan.count])
    }
  }

  /// The layers whose statistics a batch moves.
  private func measured(frozenStages: Int) -> some Sequence<BatchNormExchange> {
    exchanges.lazy.filter { $0.layer.stage >= frozenStages }
  }

  private func result(lossSum: Double, logits: [Float]) -> StepResult {
    StepResult(
      loss: lossSum / Double(batchSize), logits: logits,
      fillSeconds: plans.reduce(0) { $0 + $1.fillSeconds } / Double(workers))
  }
}

// MARK: Between ranks

extension TrainingEngine {
  /// Merges the moments of all layers over ranks, in one message.
  private func mergeMoments(frozenStages: Int) throws(CollectiveError) {
    let layers = Array(measured(frozenStages: frozenStages))
    let message = layers.flatMap(\.message)
    let ranks = try collective.gather(message).parts(of: max(message.count, 1))
    var start = 0
    for layer in layers {
      layer.merge(
        ranks.map { $0.dropFirst(start).prefix(layer.messageCount) })
      start += layer.messageCount
    }
  }

  /// Loss and logits of the whole batch. Rank 0 has the most samples; messages are as long as its.
  private func gatherResult() throws(CollectiveError) -> StepResult {
    let counts = (0..<collective.size).map { rank in
      evenBound((rank + 1) * workers, of: collective.size * workers, count: batchSize)
        - evenBound(rank * workers, of: collective.size * workers, count: batchSize)
    }
    let length = 1 + counts[0] * architecture.classes
    var message = [pairwiseSum(plans.indices) { plans[$0].lossSum }]
    for plan in plans { message += plan.logitsOfSamples.lazy.map(Double.init) }
    message += Array(repeating: 0, count: length - message.count)
    let ranks = try collective.gather(message).parts(of: length)
    return result(
      lossSum: pairwiseSum(ranks.indices) { ranks[$0][ranks[$0].startIndex] },
      logits: zip(ranks, counts).flatMap { rank, count in
        rank.dropFirst().prefix(count * architecture.classes).map(Float.init)
      })
  }

  /// Why another division of the same workers over ranks would round sums in another way, for a
  /// person; nil where it would not: a step's bits depend on the number of all workers alone.
  ///
  /// - Parameters:
  ///   - workers: workers of each rank.
  ///   - ranks: how many ranks there are.
  package static func divisionNote(workers: Int, ranks: Int) -> String? {
    // One rank computes the whole tree of sums; several compute whole branches of it only if each has
    // a power of two of the workers.
    guard ranks > 1, workers & (workers - 1) != 0 else { return nil }
    return
      "\(ranks) processes of \(workers) workers round sums in another way than other divisions "
      + "of the same \(ranks * workers) workers: results repeat to the bit with this division only; "
      + "with 1, 2, 4, 8, ... workers in each process they would with any"
  }
}
