package import Contract
internal import Evaluation
package import ModelFiles
package import NeuralNetwork
internal import PrintableText

/// A model that says of itself how crops are made, so that it can judge videos.
package struct DetectorModel: Sendable {
  /// Path of the file; what reports call the model.
  package var path: String
  /// The weights.
  package let state: NetworkState
  /// What the file says of itself.
  package let metadata: ModelMetadata
  /// How a video becomes crops.
  package let recipe: ExtractionRecipe

  /// Most pictures with a face that are judged of a video, evenly spaced over them, as in the training's
  /// evaluations; 0 is all.
  package var framesPerVideo: Int { metadata.framesPerVideo }

  /// Reads a model file.
  ///
  /// - Parameter force: whether a model that says that it is broken may be used all the same.
  /// - Throws: `ModelFileError` where the file can't be read; `PredictionError` where it doesn't say how
  ///   crops are made, or that it is broken.
  package init(contentsOf path: String, force: Bool = false) throws {
    let file = try NetworkFile.recognize(path)
    guard try file.metadata() != nil || file.isCheckpoint else {
      throw Self.withoutRecipe(path)
    }
    let model = try ModelFile(file)
    if !force, let stated = model.metadata.verdict, stated.verdict == .broken {
      throw PredictionError(
        code: .brokenModel, subject: path,
        message:
          "the file says that this model is broken: \(stated.reason) Train another one, or say "
          + "--force to see what it answers")
    }
    try self.init(model, path: path)
  }

  /// A model that is in memory.
  ///
  /// - Throws: `PredictionError` where it doesn't say how crops are made.
  package init(_ model: ModelFile, path: String) throws(PredictionError) {
    guard let recipe = model.metadata.recipe else { throw Self.withoutRecipe(path) }
    self.path = path
    state = model.state
    metadata = model.metadata
    self.recipe = recipe
  }

  private static func withoutRecipe(_ path: String) -> PredictionError {
    PredictionError(
      code: .missingRecipe, subject: path,
      message:
        "expected a model that says how faces are cut out, got one without that: on other crops "
        + "than those of its training it answers anything. With a store of crops like those, trainer "
        + "repair \(path.shellWord) --store STORE --output model.pt adds what is missing")
  }

  /// The calibrated probability of fake of crops, by the model's own rule; NaN where a margin isn't finite.
  ///
  /// - Parameter margins: logit of fake minus logit of real, of each crop.
  package func probability(margins: [Double]) -> Double {
    let calibration = metadata.calibration
    return calibration.score.probability(margins: margins, temperature: calibration.temperature)
  }

  /// What every answer of a model that isn't known to be sound says with it; nil for a sound one.
  package var caution: String? {
    guard let stated = metadata.verdict else {
      return "It isn't known whether this model is a detector: its file is of older software, and "
        + "doesn't say."
    }
    guard stated.verdict != .sound else { return nil }
    return stated.verdict == .broken
      ? "The file says that this model is broken: \(stated.reason)"
      : "It isn't known whether this model is a detector: \(stated.reason)"
  }
}

extension ModelMetadata {
  /// Most pictures of a video that the training judged; 0 is all.
  package var framesPerVideo: Int {
    provenance.settings["data.framesPerVideo"].flatMap { Int($0) }.map { max($0, 0) } ?? 0
  }
}
