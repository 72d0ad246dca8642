internal import Workers

package import Kernels

/// An exponential moving average of a network's weights (EMA): it wavers less than the weights from
/// step to step, and mostly predicts better.
///
/// Parameters and running statistics are averaged, counters are copied. The first updates weigh the
/// present more, as in TensorFlow's `ExponentialMovingAverage` with `num_updates`: otherwise a short
/// training would end with an average that is mostly its random start.
package struct MovingAverage: Sendable, Equatable {
  /// What is kept of the average at each update, once there have been many.
  package let decay: Double
  /// Updates so far.
  package private(set) var updates: Int
  /// The average.
  package private(set) var state: NetworkState

  /// Starts with `state` as the average, or goes on after `updates` updates.
  ///
  /// - Precondition: `decay` lies in 0...1, `updates` is not negative.
  package init(decay: Double, state: NetworkState, updates: Int = 0) {
    precondition((0...1).contains(decay) && updates >= 0, "the decay of an average lies in 0...1")
    self.decay = decay
    self.state = state
    self.updates = updates
  }

  /// What the next update keeps of the average: `(1 + updates) / (10 + updates)`, at most `decay`.
  package var effectiveDecay: Double {
    min(decay, Double(1 + updates) / Double(10 + updates))
  }

  /// Moves the average towards `current`. Bound by memory: about 20 ms on one core for a full ResNet18.
  ///
  /// - Parameters:
  ///   - share: the weight of `current`; nil is what the decay calls for. One over the number of updates
  ///     since some step gives the even mean of the weights since then.
  ///   - workers: how many threads share the numbers out; the result doesn't depend on it.
  ///   - kernels: what computes.
  /// - Precondition: `current` is of the same architecture; `workers` is positive.
  package mutating func update(
    with current: NetworkState, share: Double? = nil, workers: Int = 1, kernels: any KernelSet
  ) {
    precondition(workers > 0, "an average has at least one worker")
    precondition(
      current.architecture == state.architecture, "an average is of states of one architecture")
    precondition(share.map { (0...1).contains($0) } ?? true, "a share lies in 0...1")
    let share = Float(share ?? 1 - effectiveDecay)
    approach(&state.parameters, current.parameters, share: share, workers, kernels)
    approach(&state.statistics, current.statistics, share: share, workers, kernels)
    state.counters = current.counters
    updates += 1
  }
}

private func approach(
  _ average: inout [Float], _ current: [Float], share: Float, _ workers: Int,
  _ kernels: any KernelSet
) {
  let parts = pieces(average.indices)
  average.withUnsafeMutableBufferPointer { average in
    current.withUnsafeBufferPointer { current in
      guard let average = average.baseAddress, let current = current.baseAddress else { return }
      let shared = WorkerShared((average, current))
      runParallel(workers) { worker in
        let (average, current) = shared.value
        for index in stride(from: worker, to: parts.count, by: workers) {
          let (start, count) = (parts[index].lowerBound, parts[index].count)
          kernels.moveAverage(
            MutableFloatView(average + start, count: count),
            towards: FloatView(current + start, count: count), share: share)
        }
      }
    }
  }
}
