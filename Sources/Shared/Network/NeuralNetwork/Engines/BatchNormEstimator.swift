package import Kernels
internal import Workers

/// Estimates the running statistics of all BatchNorm layers of a network exactly, from samples: what a
/// model needs whose weights are right and whose statistics were lost.
///
/// Each layer gets the mean and the variance of its true input over all pixels of all samples, while
/// the layers before it already work with what they got, as in evaluation: no average with momentum,
/// no mean of batches' variances. Layers are measured from the input on, those that don't depend on
/// each other in the same pass: 17 passes over the samples, 18 for a head with BatchNorm.
///
///     let estimator = BatchNormEstimator(state, workers: 2)
///     while !estimator.isFinished {
///       for batch in batches { estimator.accumulate(count: batch.count, fill: batch.fill) }
///       estimator.finishPass()
///     }
///     let repaired = estimator.state
///
/// Moments are float64, one sample's merged after the other's (Chan, Golub, LeVeque 1979). The result
/// depends on the samples and their order alone: not on the number of workers, on how the samples are
/// cut into batches or on the cache, to the bit.
///
/// Without a cache all passes together cost as much as 9 to 12 forward passes, as each computes the
/// network up to its layers. A sample that the cache holds continues after the last finished block,
/// which costs less than 3 in all, and its picture is asked for only twice.
///
/// Not Sendable: one call at a time.
package final class BatchNormEstimator {
  /// The network with the statistics estimated so far; all of them once `isFinished`.
  ///
  /// As in PyTorch `running_var` is unbiased: the sum of squares divided by the count less one. A
  /// single value, one sample with maps of one pixel, has the variance 0. `num_batches_tracked` is 1:
  /// all samples are one batch.
  package private(set) var state: NetworkState
  /// Passes that are finished.
  package private(set) var finishedPasses = 0

  private let layout: ResNet18Layout
  private let memory = FloatMemory()
  private let weights: FoldedWeights
  private let plans: [EstimationPlan]
  private let passes: [EstimationPass]
  private let cacheBytes: Int
  private var cache: FeatureCache?

  /// For each layer that the current pass measures.
  private var moments: [ChannelMoments] = []
  /// Samples that this pass has seen.
  private var seen = 0
  /// Samples of every pass, known when the first is finished.
  private var samples: Int?

  /// Allocates all memory but for the cache's.
  ///
  /// - Parameters:
  ///   - state: the network; its statistics don't matter.
  ///   - workers: how many groups of samples are computed at the same time.
  ///   - cacheBytes: how much memory may hold feature maps of samples between passes, 0.8 MB per
  ///     sample for a full ResNet18 with an input of 224 pixels at first, less and less from pass to
  ///     pass; samples that it doesn't hold are computed from their pictures. 0 is no cache.
  ///   - kernels: what computes.
  /// - Precondition: `workers` is positive, `cacheBytes` not negative.
  package init(
    _ state: NetworkState, workers: Int, cacheBytes: Int = 0,
    kernels: any KernelSet
  ) {
    precondition(workers > 0, "an estimator has at least one worker")
    precondition(cacheBytes >= 0, "a cache has 0 or more bytes")
    self.state = state
    self.cacheBytes = cacheBytes
    // The same algorithms for every number of workers: they round in different ways.
    let layout = ResNet18Layout(
      state.architecture, kernels: kernels, pictures: EstimationPlan.group)
    self.layout = layout
    weights = FoldedWeights(layout, packedMemory: memory)
    weights.loadHead(state)
    plans = (0..<workers).map { [memory] _ in EstimationPlan(layout, memory: memory) }
    passes = EstimationPass.all(layout)
    beginPass()
  }

  /// Passes over all samples.
  package var passCount: Int { passes.count }
  /// Whether all layers have their statistics.
  package var isFinished: Bool { finishedPasses == passes.count }
  /// How many samples `accumulate` keeps all workers busy with; multiples of it are as good.
  package var batchSize: Int { plans.count * EstimationPlan.group }
  /// Samples of the current pass that need no picture, the first ones: the cache holds their maps.
  package var heldSamples: Int { cache?.count ?? 0 }
  /// Bytes of activations, weights and the cache.
  package var memoryBytes: Int { memory.bytes + weights.bytes + (cache?.bytes ?? 0) }

  /// Takes in some more samples of the current pass. Every pass needs the same ones in the same order.
  ///
  /// - Parameter fill: writes the picture of sample 0..<count, (h, w, 3), normalised floats, all of
  ///   them; called at most once per sample, on the workers' threads, and not at all for a sample that
  ///   the cache holds.
  /// - Precondition: not all passes are finished; `count` is not negative.
  package func accumulate(
    count: Int,
    fill: @Sendable (_ sample: Int, _ picture: UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    precondition(!isFinished, "all passes over the samples are finished")
    precondition(count >= 0, "there are 0 or more samples")
    let groups = groups(count)
    for first in stride(from: 0, to: groups.count, by: plans.count) {
      runRound(groups[first..<min(groups.count, first + plans.count)], fill: fill)
    }
    seen += count
  }

  /// Ends a pass: its layers get their statistics, and the next layers are measured.
  ///
  /// - Precondition: the pass has seen samples, as many as the first one.
  package func finishPass() {
    precondition(!isFinished, "all passes over the samples are finished")
    precondition(seen > 0, "statistics are those of one or more samples")
    precondition(seen == samples ?? seen, "every pass sees the same samples")
    let pass = passes[finishedPasses]
    for (norm, moments) in zip(pass.norms(layout), moments) { set(norm, moments) }
    for layers in pass.convolutions(layout) { weights.fold(layers, state) }
    cache?.end()
    if samples == nil, cacheBytes > 0 {
      cache = FeatureCache(layout, samples: seen, bytes: cacheBytes)
    }
    samples = seen
    finishedPasses += 1
    if !isFinished { beginPass() }
  }

  private func beginPass() {
    let pass = passes[finishedPasses]
    moments = pass.norms(layout).map {
      ChannelMoments(channels: layout.matrix(columns: $0.channels).paddedChannels)
    }
    for layers in pass.convolutions(layout) { weights.packUnfolded(layers, state) }
    for plan in plans { plan.begin(pass) }
    cache?.begin(keeping: pass == .head ? nil : pass.finishedBlocks(layout))
    seen = 0
  }

  /// The next samples, by their index in the pass, in groups that are in the cache or not.
  private func groups(_ count: Int) -> [Range<Int>] {
    let held = cache?.count ?? 0
    var groups: [Range<Int>] = []
    var first = seen
    while first < seen + count {
      let end = first < held ? min(held, seen + count) : seen + count
      let last = min(end, first + EstimationPlan.group)
      groups.append(first..<last)
      first = last
    }
    return groups
  }

  private func runRound(
    _ groups: ArraySlice<Range<Int>>,
    fill: @Sendable (Int, UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    let (pass, start) = (passes[finishedPasses], seen)
    let shared = WorkerShared((plans, Array(groups), weights, cache))
    runParallel(groups.count) { worker in
      let (plans, groups, weights, cache) = shared.value
      plans[worker].run(pass, groups[worker], weights, cache) { fill($0 - start, $1) }
    }
    for (plan, group) in zip(plans, groups) {
      for index in 0..<group.count {
        for layer in moments.indices { moments[layer].merge(plan.moments[index][layer]) }
      }
      if let cache, let blocks = pass.finishedBlocks(layout) {
        plan.store(group, blocks: blocks, in: cache)
      }
    }
  }

  private func set(_ norm: ResNet18Layout.BatchNorm, _ moments: ChannelMoments) {
    for channel in 0..<norm.channels {
      state.statistics[norm.mean + channel] = Float(moments.mean[channel])
      state.statistics[norm.variance + channel] = Float(
        moments.squares[channel] / max(moments.count - 1, 1))
    }
    state.counters[norm.counter] = 1
  }
}
