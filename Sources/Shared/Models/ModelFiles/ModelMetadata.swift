package import Contract
internal import Foundation
package import NeuralNetwork
internal import TensorFiles

/// What a detector must know about a model besides its weights. JSON in one more record of
/// `model.pt`.
///
/// What must be equal at training and at prediction time is stored here once: a detector that reads
/// it can't feed the network crops, colours or sizes that it wasn't trained on.
package struct ModelMetadata: Codable, Sendable, Equatable {
  /// Name of the record in the zip file.
  package static let recordName = "deepfake_detection.json"

  /// The format that is written; every older one is read.
  package static let currentFormatVersion = 2

  private static let maximumBytes = 1 << 20

  /// Version of the record that this was read from; the current one for a new record.
  package let formatVersion: Int
  /// The network's architecture.
  package var architecture: ArchitectureDescription
  /// All that determined the crops that the network was trained on. Nil if the file doesn't say, as
  /// in version 1, which has only the geometry.
  package let recipe: ExtractionRecipe?
  /// How a face becomes a crop; the recipe's own geometry if there is a recipe.
  package let geometry: CropGeometry
  /// How a crop's pixels become the network's input.
  package var normalization: InputNormalization
  /// How the network's answers become a verdict; fitted on validation.
  package var calibration: Calibration
  /// How the model came to be; equal for equal trainings.
  package var provenance: Provenance
  /// Whether the model could be trusted when it was written, and why; nil in older files, which
  /// were written only if no check had failed.
  package var verdict: StatedVerdict?

  /// How a model came to be: nothing here depends on when or where.
  package struct Provenance: Codable, Sendable, Equatable {
    /// Program and version that wrote the model.
    package var software: String
    /// Epoch of the weights, from 1.
    package var epoch: Int
    /// Number of optimizer steps until then.
    package var step: Int
    /// All settings that matter for the result, by dotted key.
    package var settings: [String: String]

    package init(software: String, epoch: Int, step: Int, settings: [String: String]) {
      self.software = software
      self.epoch = epoch
      self.step = step
      self.settings = settings
    }
  }

  package init(
    architecture: ResNet18Architecture, entryNames: [String: String] = [:],
    recipe: ExtractionRecipe, normalization: InputNormalization, calibration: Calibration,
    provenance: Provenance, verdict: StatedVerdict? = nil
  ) {
    formatVersion = Self.currentFormatVersion
    self.architecture = ArchitectureDescription(architecture, entryNames: entryNames)
    self.recipe = recipe
    geometry = recipe.geometry
    self.normalization = normalization
    self.calibration = calibration
    self.provenance = provenance
    self.verdict = verdict
  }

  /// The record: JSON with sorted keys, the same bytes for the same content.
  func encoded() throws(ModelFileError) -> [UInt8] {
    do throws(ContractError) {
      return try ContractDocument.encode(self)
    } catch {
      throw ModelFileError(
        .otherContent, subject: Self.recordName, "can't be written as JSON: \(error)")
    }
  }

  /// Reads the record of `file`.
  init(record: [UInt8], file: String) throws(ModelFileError) {
    let subject = "\(file): \(Self.recordName)"
    guard record.count <= Self.maximumBytes else {
      throw ModelFileError(
        .otherContent, subject: subject,
        "expected at most \(Self.maximumBytes) bytes, got \(record.count)")
    }
    do throws(ContractError) {
      self = try ContractDocument.decode(ModelMetadata.self, from: record)
    } catch {
      throw ModelFileError(
        .otherContent, subject: subject,
        "this description of a model can't be used: \(error.description)")
    }
  }
}

extension ModelMetadata {
  private enum CodingKeys: String, CodingKey {
    case formatVersion, architecture, labels, recipe, geometry, normalization, calibration
    case provenance, verdict
    // Version 1 has these instead of `calibration`.
    case temperature, threshold, videoScore
  }

  /// Reads a description of any version; values that can't be used are an error.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    formatVersion = try values.decodeWhole(.formatVersion)
    guard (1...Self.currentFormatVersion).contains(formatVersion) else {
      throw ContractError(
        key: "formatVersion", expected: "1...\(Self.currentFormatVersion)",
        got: "\(formatVersion)", advice: "a later version of this software reads it"
      ).decodingError(at: decoder)
    }
    architecture = try values.decode(ArchitectureDescription.self, forKey: .architecture)
    let labels = try values.decode([String].self, forKey: .labels)
    let expected = VideoLabel.logitOrder.map(\.rawValue)
    guard labels == expected else {
      throw ContractError(
        key: "labels", expected: "\(expected), the order of the network's two answers",
        got: "\(labels.prefix(4))",
        advice: "in another order every verdict would be the opposite; swap the two rows of the "
          + "last layer, weights and bias, and the labels with them"
      ).decodingError(at: decoder)
    }
    recipe = try values.decodeIfPresent(ExtractionRecipe.self, forKey: .recipe)
    geometry = try recipe?.geometry ?? values.decode(CropGeometry.self, forKey: .geometry)
    normalization = try values.decode(InputNormalization.self, forKey: .normalization)
    provenance = try values.decode(Provenance.self, forKey: .provenance)
    verdict = try values.decodeIfPresent(StatedVerdict.self, forKey: .verdict)
    if formatVersion == 1 {
      let score = try values.decode(VideoScore.self, forKey: .videoScore)
      let temperature: Double = try values.decodeNumber(.temperature)
      let threshold: Double = try values.decodeNumber(.threshold)
      do throws(ContractError) {
        calibration = try Calibration(
          validating: score, temperature: temperature, threshold: threshold)
      } catch {
        throw error.decodingError(at: decoder)
      }
    } else {
      calibration = try values.decode(Calibration.self, forKey: .calibration)
    }
  }

  /// Writes the description in the current format.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(Self.currentFormatVersion, forKey: .formatVersion)
    try values.encode(architecture, forKey: .architecture)
    try values.encode(VideoLabel.logitOrder, forKey: .labels)
    if let recipe {
      try values.encode(recipe, forKey: .recipe)
    } else {
      try values.encode(geometry, forKey: .geometry)
    }
    try values.encode(normalization, forKey: .normalization)
    try values.encode(calibration, forKey: .calibration)
    try values.encode(provenance, forKey: .provenance)
    try values.encodeIfPresent(verdict, forKey: .verdict)
  }

  /// The settings in which a store's crops differ from those that the model was trained on, besides
  /// the geometry: one line each. Empty if there are none, and if the model's file doesn't say. How
  /// a face was found doesn't matter, only how it was cut out; and versions from 2 on differ in
  /// nothing but the settings.
  package func recipeDifferences(fromStore store: ExtractionRecipe) -> [String] {
    guard let recipe else { return [] }
    let isOfOldPixels = min(recipe.version, store.version) < 2
    return recipe.differences(from: store).filter {
      !$0.name.hasPrefix("alignment.") && $0.name != "detection.reuseOriginals"
        && ($0.name != "version" || isOfOldPixels)
    }.map {
      "\($0.name): the model was trained with \($0.value), this store was made with \($0.other)"
    }
  }
}
