package import Contract
internal import Evaluation
package import ModelFiles
package import NeuralNetwork
internal import PrintableText

/// A model whose file contains the recipe for its crops, so that it can judge videos.
package struct DetectorModel: Sendable {
  /// Path of the file, by which reports name the model.
  package var path: String
  package let state: NetworkState
  package let metadata: ModelMetadata
  /// How crops are made from a video.
  package let recipe: ExtractionRecipe

  /// Largest number of frames with a face that are judged per video, evenly spaced, as in the
  /// evaluations of the training; 0 is all.
  package var framesPerVideo: Int { metadata.framesPerVideo }

  /// Reads a model file.
  ///
  /// - Parameter force: Whether a model may be used although its file says that it is broken.
  /// - Throws: `ModelFileError` if the file can't be read; `PredictionError` if it has no recipe,
  ///   or if it says that the model is broken.
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

  /// Takes a model that is in memory.
  ///
  /// - Throws: `PredictionError` if it has no recipe.
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
        "expected a model that says how faces are cut out, got one without that: on crops of "
        + "another kind than in training, its answers mean nothing. With a store of crops like "
        + "those in training, trainer repair \(path.shellWord) --store STORE --output model.pt "
        + "adds what is missing")
  }

  /// Calibrated probability that the video of some crops is fake, by the model's own rule; NaN if a
  /// margin isn't finite.
  ///
  /// - Parameter margins: Logit of fake minus logit of real, for each crop.
  package func probability(margins: [Double]) -> Double {
    let calibration = metadata.calibration
    return calibration.score.probability(margins: margins, temperature: calibration.temperature)
  }

  /// Warning to show with every answer of the model; nil if the model is known to be sound.
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
  /// Largest number of frames per video in the training; 0 is all.
  package var framesPerVideo: Int {
    provenance.settings["data.framesPerVideo"].flatMap { Int($0) }.map { max($0, 0) } ?? 0
  }
}
