package import Kernels
internal import Workers

/// Forward pass of a ResNet18 in evaluation mode, data-parallel on the CPU: running statistics, folded
/// into the weights of the convolutions; nothing dropped.
///
/// A batch is shared out among workers. Where there are fewer samples than workers, all of them compute
/// each layer together, which is what gives one sample its short latency.
///
/// A sample's logits depend on that sample alone up to rounding, not on what it is computed with; and not
/// even the rounding does where convolutions are the same, see `usualPictures`.
/// Not Sendable: one call at a time.
package final class InferenceEngine {
  /// The network that the engine computes.
  package let architecture: ResNet18Architecture
  /// Samples that are computed at once.
  package let maximumBatch: Int

  private let layout: ResNet18Layout
  private let memory: FloatMemory
  /// Keeps what is borrowed.
  private let lender: TrainingEngine?
  private let weights: FoldedWeights
  private let plans: [InferencePlan]
  /// Workers that go through a plan together.
  private let members: Int
  private var isLoaded = false
  /// How many batches the lender had seen when weights were loaded into its memory.
  private var lenderBatches = 0

  /// Allocates all memory.
  ///
  /// - Parameters:
  ///   - maximumBatch: samples that are computed at once; memory grows with it.
  ///   - workers: how many parts of a batch are computed at the same time.
  ///   - kernels: what computes.
  ///   - usualPictures: how many pictures a worker usually computes at once, which convolutions are chosen
  ///     for; with the same number a sample's logits are the same to the bit, however many workers there
  ///     are. Nil takes their share of the batch, which is the fastest.
  ///   - lender: an engine whose memory is used between its steps, as far as it goes: it forgets its
  ///     last batch, but for the gradients. Never use both at the same time.
  /// - Precondition: both numbers are positive.
  package init(
    architecture: ResNet18Architecture, maximumBatch: Int, workers: Int,
    kernels: any KernelSet, usualPictures: Int? = nil,
    borrowingFrom lender: TrainingEngine? = nil
  ) {
    precondition(workers > 0, "an inference engine has at least one worker")
    precondition(maximumBatch > 0, "an inference engine computes at least one sample at once")
    self.architecture = architecture
    self.maximumBatch = maximumBatch
    self.lender = lender
    let parts = maximumBatch < workers ? 1 : workers
    let layout = ResNet18Layout(
      architecture, kernels: kernels,
      pictures: usualPictures ?? (maximumBatch + parts - 1) / parts)
    self.layout = layout
    let memory = FloatMemory(lent: lender?.lentMemory ?? [])
    self.memory = memory
    weights = FoldedWeights(layout, packedMemory: memory)
    members = maximumBatch < workers ? workers : 1
    plans = (0..<parts).map { [members] part in
      let first = evenBound(part, of: parts, count: maximumBatch)
      let last = evenBound(part + 1, of: parts, count: maximumBatch)
      return InferencePlan(layout, maximum: last - first, members: members, memory: memory)
    }
  }

  /// Bytes of the activations and packed weights.
  package var memoryBytes: Int { weights.bytes + memory.bytes }

  /// Takes over the weights and statistics of a state; later changes of it don't matter.
  ///
  /// - Precondition: the state has this engine's architecture.
  package func load(_ state: NetworkState) {
    precondition(
      state.architecture == architecture, "an engine takes a state of its own architecture")
    weights.load(state)
    isLoaded = true
    lenderBatches = lender?.batches ?? 0
  }

  /// The logits of samples 0..<count, `count x classes`, computed `maximumBatch` at a time.
  ///
  /// - Parameter fill: writes a sample's picture, (h, w, 3), normalised floats, all of them; called
  ///   once per sample, on the workers' threads.
  /// - Precondition: `load` was called; `count` is not negative.
  package func logits(
    count: Int,
    fill: @Sendable (_ sample: Int, _ picture: UnsafeMutableBufferPointer<Float>) -> Void
  ) -> [Float] {
    var logits: [Float] = []
    logits.reserveCapacity(max(0, count) * architecture.classes)
    runAll(count: count, fill: fill) { [architecture] plan, _, samples in
      logits += UnsafeBufferPointer(start: plan.logits, count: samples * architecture.classes)
    }
    return logits
  }

  /// Computes samples 0..<count, `maximumBatch` at a time.
  ///
  /// - Parameter collect: gets what each plan has computed, in the order of the samples, and how many
  ///   samples these are.
  /// - Precondition: as for `logits`.
  func runAll(
    count: Int, fill: @Sendable (Int, UnsafeMutableBufferPointer<Float>) -> Void,
    collect: (InferencePlan, FoldedWeights, Int) -> Void
  ) {
    precondition(
      isLoaded && lenderBatches == lender?.batches ?? 0,
      "an inference engine needs the weights of a state first, again after its lender's steps")
    precondition(count >= 0, "there are 0 or more samples")
    for first in stride(from: 0, to: count, by: maximumBatch) {
      runRound(first..<min(count, first + maximumBatch), fill: fill, collect: collect)
    }
  }

  private func runRound(
    _ samples: Range<Int>, fill: @Sendable (Int, UnsafeMutableBufferPointer<Float>) -> Void,
    collect: (InferencePlan, FoldedWeights, Int) -> Void
  ) {
    let shared = WorkerShared((plans, weights))
    let parts = (0...plans.count).map {
      samples.lowerBound + evenBound($0, of: plans.count, count: samples.count)
    }
    if members > 1 {
      runTogether(members) { member in
        let (plans, weights) = shared.value
        plans[0].run(samples, weights, member: member, fill: fill)
      }
    } else {
      runParallel(plans.count) { worker in
        let (plans, weights) = shared.value
        plans[worker].run(parts[worker]..<parts[worker + 1], weights, fill: fill)
      }
    }
    for (worker, plan) in plans.enumerated() {
      collect(plan, weights, parts[worker + 1] - parts[worker])
    }
  }
}
