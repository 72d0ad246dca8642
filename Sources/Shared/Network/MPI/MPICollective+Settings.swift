extension MPICollective {
  /// How a job is watched.
  package struct Watch: Sendable {
    /// How long nothing may be heard of a rank.
    package var longestSilence: Duration
    /// Gets the reason why this process ends the job, just before.
    package var onLoss: @Sendable (String) -> Void

    /// Ten minutes by default.
    package init(
      longestSilence: Duration = .seconds(600), onLoss: @escaping @Sendable (String) -> Void
    ) {
      self.longestSilence = longestSilence
      self.onLoss = onLoss
    }
  }

  /// When sums go on.
  package enum Overlap: String, Sendable {
    /// While the program computes.
    case backward
    /// Not before it waits for them: to measure what that costs.
    case none
  }
}
