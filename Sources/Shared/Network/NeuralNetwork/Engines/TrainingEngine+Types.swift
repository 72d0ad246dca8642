extension TrainingEngine {
  /// What may differ from batch to batch.
  public struct Options: Sendable, Equatable {
    /// Share of each target that is spread evenly over all classes.
    public var labelSmoothing: Float
    /// Whether only the head learns: the backbone normalises with its running statistics, which stay
    /// as they are, and has zero gradients.
    public var backboneFrozen: Bool
    /// Seed of the run.
    public var dropoutSeed: UInt64
    /// For each sample a number that says which sample it is and when it is seen: dropout is a
    /// function of it. May be empty where nothing is dropped.
    public var dropoutKeys: [UInt64]

    /// Creates options.
    public init(
      labelSmoothing: Float = 0, backboneFrozen: Bool = false, dropoutSeed: UInt64 = 0,
      dropoutKeys: [UInt64] = []
    ) {
      self.labelSmoothing = labelSmoothing
      self.backboneFrozen = backboneFrozen
      self.dropoutSeed = dropoutSeed
      self.dropoutKeys = dropoutKeys
    }
  }

  /// What a batch gave besides gradients.
  public struct StepResult: Sendable, Equatable {
    /// Mean loss of the batch; not finite if the network has broken.
    public var loss: Double
    /// Logits of all samples, `batch x classes`, as computed in training mode.
    public var logits: [Float]
    /// Seconds that a worker spent on filling in its pictures, mean over the workers.
    public var fillSeconds: Double
  }
}
