extension MPICollective {
  /// How a job is watched.
  public struct Watch: Sendable {
    /// How long nothing may be heard of a rank.
    public var longestSilence: Duration
    /// Gets the reason why this process ends the job, just before.
    public var onLoss: @Sendable (String) -> Void

    /// Ten minutes by default.
    public init(
      longestSilence: Duration = .seconds(600), onLoss: @escaping @Sendable (String) -> Void
    ) {
      self.longestSilence = longestSilence
      self.onLoss = onLoss
    }
  }

  /// When sums go on.
  public enum Overlap: String, Sendable {
    /// While the program computes.
    case backward
    /// Not before it waits for them: to measure what that costs.
    case none
  }
}
