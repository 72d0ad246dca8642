internal import Diagnosis
internal import Evaluation
internal import Imaging
package import ModelFiles
package import NeuralNetwork
internal import ShardStore
package import TrainingData
package import Contract

/// A ResNet18 from a file of anybody's, and what can be known of how it is to be used.
package struct SubjectModel {
  package let file: NetworkFile
  package let network: RecognizedNetwork
  /// What a file of this product says of itself; nil for any other.
  package let metadata: ModelMetadata?

  /// - Throws: `ModelFileError` where no network was recognised, or what the file says of itself can't
  ///   be used.
  package init(_ file: NetworkFile) throws(ModelFileError) {
    self.file = file
    network = try file.network()
    metadata = try file.metadata()
  }

  package var path: String { file.path }

  /// The network for crops of a store, with what the file has of it.
  ///
  /// - Parameter inputSize: side of the network's input in pixels; nil is what the file says, or the
  ///   crops' own.
  package func state(for catalog: SampleCatalog, inputSize: Int?) throws -> NetworkState {
    try metadata?.check(catalog)
    let size = inputSize ?? metadata?.architecture.inputSize ?? catalog.sizePixels
    guard size % 32 == 0, (32...1024).contains(size) else {
      throw JudgingError(
        catalog.directory,
        "a network takes pictures of a multiple of 32 pixels up to 1024, these "
          + "have \(size); say --input-size 224")
    }
    return try file.state(inputSize: size)
  }

  /// How pixels become the network's input: what the file says, or torchvision's.
  package var normalization: InputNormalization { metadata?.normalization ?? .imageNet }

  /// How margins become verdicts: what the file says, or no calibration.
  package func calibration() throws -> Calibration {
    try metadata?.calibration(file: path) ?? Calibration()
  }
}

extension ModelMetadata {
  /// Makes sure that the crops of a store are of the kind that the model was trained on.
  package func check(_ catalog: SampleCatalog) throws {
    guard catalog.description.geometry == geometry else {
      throw JudgingError(
        catalog.directory,
        "its crops are not those that the model was trained on: expected "
          + "\(geometry), got \(catalog.description.geometry); extract the videos with the model's "
          + "geometry")
    }
  }

  /// How the model's margins become verdicts; `file` names it in errors.
  package func calibration(file: String) throws -> Calibration {
    guard let score = VideoScore(rawValue: videoScore) else {
      throw JudgingError(file, "unknown rule for the score of a video: \(videoScore)")
    }
    return Calibration(score: score, temperature: temperature, threshold: threshold)
  }

  /// How the data was split when the model was trained; nil where the file doesn't say.
  package var splitSettings: DataSplit.Settings? {
    let known = provenance.settings
    guard
      let source = known["data.split"].flatMap({ DataSplit.Source(rawValue: $0) }),
      let validationShare = known["data.validationShare"].flatMap(Double.init),
      let testShare = known["data.testShare"].flatMap(Double.init),
      let seed = known["seed"].flatMap(UInt64.init)
    else { return nil }
    var settings = DataSplit.Settings()
    settings.source = source
    settings.validationShare = validationShare
    settings.testShare = testShare
    settings.seed = seed
    return settings
  }
}
