extension MPICollective {
  /// How a job is watched.
  package struct Watch: Sendable {
    /// How long a rank may be silent before it counts as lost.
    package var longestSilence: Duration
    /// Called just before this process ends the job, with the reason.
    package var onLoss: @Sendable (String) -> Void

    package init(
      longestSilence: Duration = .seconds(600), onLoss: @escaping @Sendable (String) -> Void
    ) {
      self.longestSilence = longestSilence
      self.onLoss = onLoss
    }
  }

  /// When sums are computed.
  package enum Overlap: String, Sendable {
    /// While the program computes.
    case backward
    /// Only when it waits for them, to measure what that costs.
    case none
  }
}
