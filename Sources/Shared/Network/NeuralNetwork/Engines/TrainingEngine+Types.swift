extension TrainingEngine {
  /// What may differ from batch to batch.
  package struct Options: Sendable, Equatable {
    /// Share of each target that is spread evenly over all classes.
    package var labelSmoothing: Float
    /// How many stages of the backbone don't learn, from the stem on; with all five only the head does.
    /// They normalise with their running statistics, which stay as they are, and have zero gradients:
    /// as PyTorch's modules after `eval()` and `requires_grad_(False)`.
    package var frozenStages: Int
    /// Seed of the run.
    package var dropoutSeed: UInt64
    /// For each sample a number that says which sample it is and when it is seen: dropout is a
    /// function of it. May be empty where nothing is dropped.
    package var dropoutKeys: [UInt64]

    /// Creates options.
    package init(
      labelSmoothing: Float = 0, frozenStages: Int = 0, dropoutSeed: UInt64 = 0,
      dropoutKeys: [UInt64] = []
    ) {
      self.labelSmoothing = labelSmoothing
      self.frozenStages = frozenStages
      self.dropoutSeed = dropoutSeed
      self.dropoutKeys = dropoutKeys
    }
  }

  /// What a batch gave besides gradients.
  package struct StepResult: Sendable, Equatable {
    /// Mean loss of the batch; not finite if the network has broken.
    package var loss: Double
    /// Logits of all samples, `batch x classes`, as computed in training mode.
    package var logits: [Float]
    /// Seconds that a worker spent on filling in its pictures, mean over the workers.
    package var fillSeconds: Double
  }
}
