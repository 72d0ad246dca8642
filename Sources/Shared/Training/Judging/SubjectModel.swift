package import Contract
internal import Diagnosis
internal import Evaluation
internal import Imaging
package import ModelFiles
package import NeuralNetwork
internal import ShardStore
package import TrainingData

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
  package func calibration() throws -> Calibration { metadata?.calibration ?? Calibration() }
}

extension ModelMetadata {
  /// Makes sure that the crops of a store are of the kind that the model was trained on. Only another
  /// geometry is an error: what else differs, `recipeDifferences(from:)`, changes the answers,
  /// not their meaning.
  package func check(_ catalog: SampleCatalog) throws {
    guard catalog.description.geometry == geometry else {
      throw JudgingError(
        catalog.directory,
        "its crops are not those that the model was trained on: expected "
          + "\(geometry), got \(catalog.description.geometry); extract the videos with the model's "
          + "geometry")
    }
  }

  /// In what else the crops of a store differ from those that the model was trained on; a line each.
  package func recipeDifferences(from catalog: SampleCatalog) -> [String] {
    recipeDifferences(fromStore: catalog.description.recipe)
  }

  /// How the data was split when the model was trained; nil where the file doesn't say.
  package var splitSettings: DataSplit.Settings? {
    let known = provenance.settings
    guard
      let source = known["data.split"].flatMap({ DataSplit.Source(rawValue: $0) }),
      let validationShare = known["data.validationShare"].flatMap(Double.init),
      let testShare = known["data.testShare"].flatMap(Double.init),
      let seed = known["seed"].flatMap(UInt64.init),
      let division = DataSplit.Settings.division(
        ofRecord: known[DataSplit.Settings.divisionKey])
    else { return nil }
    var settings = DataSplit.Settings()
    settings.division = division
    settings.source = source
    settings.validationShare = validationShare
    settings.testShare = testShare
    settings.seed = seed
    settings.joinsEqualVideos = known[DataSplit.Settings.joiningRecord.key] != nil
    return settings
  }
}
