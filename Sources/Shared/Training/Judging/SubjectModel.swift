package import Contract
internal import Diagnosis
internal import Evaluation
internal import Imaging
package import ModelFiles
package import NeuralNetwork
internal import ShardStore
package import TrainingData

/// A ResNet18 from a file of any origin, and what is known of how to use it.
package struct SubjectModel {
  package let file: NetworkFile
  package let network: RecognizedNetwork
  /// The metadata of a file that this product wrote; nil for other files.
  package let metadata: ModelMetadata?

  /// - Throws: `ModelFileError` if no network was recognised, or if the file's
  ///   metadata can't be used.
  package init(_ file: NetworkFile) throws(ModelFileError) {
    self.file = file
    network = try file.network()
    metadata = try file.metadata()
  }

  package var path: String { file.path }

  /// The network's state for the crops of a store.
  ///
  /// - Parameter inputSize: Side of the network's input in pixels; nil takes it from the file, or
  ///   from the crops if the file doesn't say.
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

  /// Normalisation of the input: that of the file, or torchvision's.
  package var normalization: InputNormalization { metadata?.normalization ?? .imageNet }

  /// Calibration of the file, or none.
  package func calibration() throws -> Calibration { metadata?.calibration ?? Calibration() }
}

extension ModelMetadata {
  /// Throws if the crops of a store have another geometry than those that the model was trained on.
  /// Other differences, see `recipeDifferences(from:)`, are no error: they change the answers, but
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

  /// Other differences between the crops of a store and those that the model was trained
  /// on; a line each.
  package func recipeDifferences(from catalog: SampleCatalog) -> [String] {
    recipeDifferences(fromStore: catalog.description.recipe)
  }

  /// How the data was split when the model was trained; nil if the file doesn't say.
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
