/// The running statistics of a BatchNorm layer.
package struct BatchNormStatistics: Sendable, Equatable {
  /// The layer's name, such as `layer1.0.bn1`.
  package var name: String
  /// Running mean, one value per channel.
  package var mean: [Float]
  /// Running variance, one value per channel.
  package var variance: [Float]
  /// Number of batches that they were computed from; nil if the file doesn't say.
  package var batchesTracked: Int?

  package init(name: String, mean: [Float], variance: [Float], batchesTracked: Int? = nil) {
    self.name = name
    self.mean = mean
    self.variance = variance
    self.batchesTracked = batchesTracked
  }
}

/// The input of a behaviour check. Plain values: the check knows nothing about networks and files.
package struct BehaviourEvidence: Sendable {
  /// Measured on the test split, or on validation where there is none.
  package var report: EvaluationReport

  /// The predictions that the report was computed from.
  package var frames: [FramePrediction]

  /// Names of all entries that the architecture has, parameters and buffers.
  package var expectedEntries: [String]

  /// Names of the entries in the model file.
  package var presentEntries: [String]

  /// Names of the entries that hold a value that is not finite.
  package var entriesNotFinite: [String]

  /// Every BatchNorm layer.
  package var batchNormLayers: [BatchNormStatistics]

  /// Logits of some pictures, two each: real, fake. A few pictures are enough.
  package var logits: [Float]

  /// Logits of the same pictures after a change that a viewer would notice (half blacked out,
  /// upside down, another face), in the same order.
  package var logitsOfChangedPictures: [Float]

  /// Logits of the first pictures by the network read back from the exported file; nil if nothing
  /// was exported.
  package var logitsAfterReload: [Float]?

  /// Whether the model knows the people and the kind of fakes in a report's videos.
  package enum Novelty: Sendable, Equatable {
    /// New people, and fakes that others made.
    case unseen
    /// Videos that the model has learned from.
    case learned
    /// New people, but the fakes are blended from their faces, as those in training were.
    case blended
  }

  package var novelty: Novelty

  package init(
    report: EvaluationReport, frames: [FramePrediction], expectedEntries: [String],
    presentEntries: [String], entriesNotFinite: [String], batchNormLayers: [BatchNormStatistics],
    logits: [Float], logitsOfChangedPictures: [Float], logitsAfterReload: [Float]?,
    novelty: Novelty = .unseen
  ) {
    self.report = report
    self.frames = frames
    self.expectedEntries = expectedEntries
    self.presentEntries = presentEntries
    self.entriesNotFinite = entriesNotFinite
    self.batchNormLayers = batchNormLayers
    self.logits = logits
    self.logitsOfChangedPictures = logitsOfChangedPictures
    self.logitsAfterReload = logitsAfterReload
    self.novelty = novelty
  }
}
