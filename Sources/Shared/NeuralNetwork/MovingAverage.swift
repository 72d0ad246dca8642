/// An exponential moving average of a network's weights (EMA): it wavers less than the weights from
/// step to step, and mostly predicts better.
///
/// Parameters and running statistics are averaged, counters are copied. The first updates weigh the
/// present more, as in TensorFlow's `ExponentialMovingAverage` with `num_updates`: otherwise a short
/// training would end with an average that is mostly its random start.
public struct MovingAverage: Sendable, Equatable {
  /// What is kept of the average at each update, once there have been many.
  public let decay: Double
  /// Updates so far.
  public private(set) var updates: Int
  /// The average.
  public private(set) var state: NetworkState

  /// Starts with `state` as the average, or goes on after `updates` updates.
  ///
  /// - Precondition: `decay` lies in 0...1, `updates` is not negative.
  public init(decay: Double, state: NetworkState, updates: Int = 0) {
    precondition((0...1).contains(decay) && updates >= 0, "the decay of an average lies in 0...1")
    self.decay = decay
    self.state = state
    self.updates = updates
  }

  /// What the next update keeps of the average: `(1 + updates) / (10 + updates)`, at most `decay`.
  public var effectiveDecay: Double {
    min(decay, Double(1 + updates) / Double(10 + updates))
  }

  /// Moves the average towards `current`. Takes no memory after the first time; about 20 ms for a full ResNet18.
  ///
  /// - Precondition: `current` is of the same architecture.
  public mutating func update(with current: NetworkState) {
    precondition(
      current.architecture == state.architecture, "an average is of states of one architecture")
    let share = Float(1 - effectiveDecay)
    approach(&state.parameters, current.parameters, share: share)
    approach(&state.statistics, current.statistics, share: share)
    state.counters = current.counters
    updates += 1
  }
}

/// `average + share * (current - average)`, as `torch.lerp`: from the nearer end, so that a share of
/// one gives `current` to the bit.
private func approach(_ average: inout [Float], _ current: [Float], share: Float) {
  average.withUnsafeMutableBufferPointer { average in
    current.withUnsafeBufferPointer { current in
      if share < 0.5 {
        for i in average.indices { average[i] += share * (current[i] - average[i]) }
      } else {
        for i in average.indices {
          average[i] = current[i] - (1 - share) * (current[i] - average[i])
        }
      }
    }
  }
}
