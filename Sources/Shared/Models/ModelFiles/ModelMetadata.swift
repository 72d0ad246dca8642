public import Contract
internal import Foundation
public import NeuralNetwork
internal import TensorFiles

/// What a detector must know of a model besides its weights. JSON in one more record of `model.pt`.
///
/// What must be equal at training and at prediction time stands here once: a detector that reads it
/// can't feed the network crops, colours or sizes that it wasn't trained on.
public struct ModelMetadata: Codable, Sendable, Equatable {
  /// Name of the record in the zip file.
  public static let recordName = "deepfake_detection.json"

  /// The only format there is.
  public static let currentFormatVersion = 1

  private static let maximumBytes = 1 << 20

  /// Version of this record.
  public var formatVersion = currentFormatVersion
  /// Which network.
  public var architecture: ArchitectureDescription
  /// What the logits stand for, in their order.
  public var labels = ["real", "fake"]
  /// How a face becomes a crop.
  public var geometry: CropGeometry
  /// How a crop's pixels become the network's input.
  public var normalization: InputNormalization
  /// What margins are divided by before they become probabilities; fitted on validation.
  public var temperature: Double
  /// Video probability from which a video is called fake; fitted on validation.
  public var threshold: Double
  /// Rule that makes one score of the frames of a video.
  public var videoScore: String
  /// How the model came to be; equal for equal trainings.
  public var provenance: Provenance

  /// How a model came to be: nothing here depends on when or where.
  public struct Provenance: Codable, Sendable, Equatable {
    /// Program and version that wrote the model.
    public var software: String
    /// Epoch of the weights, from 1.
    public var epoch: Int
    /// Optimizer steps until then.
    public var step: Int
    /// All settings that matter for the result, by dotted key.
    public var settings: [String: String]

    /// Creates a provenance.
    public init(software: String, epoch: Int, step: Int, settings: [String: String]) {
      self.software = software
      self.epoch = epoch
      self.step = step
      self.settings = settings
    }
  }

  /// Creates a description in the current format.
  public init(
    architecture: ResNet18Architecture, entryNames: [String: String] = [:],
    geometry: CropGeometry, normalization: InputNormalization, temperature: Double,
    threshold: Double,
    videoScore: String, provenance: Provenance
  ) {
    self.architecture = ArchitectureDescription(
      architecture, entryNames: entryNames)
    self.geometry = geometry
    self.normalization = normalization
    self.temperature = temperature
    self.threshold = threshold
    self.videoScore = videoScore
    self.provenance = provenance
  }

  /// The record: JSON with sorted keys, the same bytes for the same content.
  func encoded() throws(ModelFileError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return [UInt8](try encoder.encode(self))
    } catch {
      throw ModelFileError(
        .otherContent, subject: Self.recordName, "can't be written as JSON: \(error)")
    }
  }

  /// Reads the record of `file`.
  init(record: [UInt8], file: String) throws(ModelFileError) {
    func wrong(_ message: String) -> ModelFileError {
      ModelFileError(.otherContent, subject: "\(file): \(Self.recordName)", message)
    }
    guard record.count <= Self.maximumBytes else {
      throw wrong("expected at most \(Self.maximumBytes) bytes, got \(record.count)")
    }
    let metadata: ModelMetadata
    do {
      metadata = try JSONDecoder().decode(ModelMetadata.self, from: Data(record))
    } catch {
      throw wrong("expected this product's description of a model, got other JSON: \(error)")
    }
    guard metadata.formatVersion == Self.currentFormatVersion else {
      throw wrong(
        "expected format \(Self.currentFormatVersion), got \(metadata.formatVersion); "
          + "a later version of this software reads it")
    }
    guard metadata.temperature > 0, metadata.temperature.isFinite, metadata.threshold.isFinite
    else {
      throw wrong(
        "expected a positive temperature and a threshold, got \(metadata.temperature) and "
          + "\(metadata.threshold)")
    }
    self = metadata
  }
}

/// A `ResNet18Architecture` in JSON.
public struct ArchitectureDescription: Codable, Sendable, Equatable {
  /// Always `resnet18`.
  public var name = "resnet18"
  /// Channels of the first stage.
  public var width: Int
  /// Side of the input in pixels.
  public var inputSize: Int
  /// Logits.
  public var classes: Int
  /// Features of the hidden layer of the head; nil for a linear one.
  public var hidden: Int?
  /// Whether the head has a BatchNorm layer.
  public var headBatchNorm: Bool
  /// Share of the features that training drops.
  public var dropout: Float
  /// Names of entries in the file, by their names in this product, where they differ: a repaired
  /// model keeps those of its network. Nil where none does.
  public var entryNames: [String: String]?

  /// Describes an architecture.
  public init(_ architecture: ResNet18Architecture, entryNames: [String: String] = [:]) {
    self.entryNames = entryNames.isEmpty ? nil : entryNames
    width = architecture.width
    inputSize = architecture.inputSize
    classes = architecture.classes
    switch architecture.head {
    case .linear: (hidden, headBatchNorm, dropout) = (nil, false, 0)
    case .mlp(let hidden, let batchNorm, let dropout):
      (self.hidden, headBatchNorm, self.dropout) = (hidden, batchNorm, dropout)
    }
  }

  /// The architecture, or nil where a number is out of bounds.
  public var architecture: ResNet18Architecture? {
    guard name == "resnet18", width % 8 == 0, (8...256).contains(width), inputSize % 32 == 0,
      (32...1024).contains(inputSize), classes == 2, (0..<1).contains(dropout),
      (1...4096).contains(hidden ?? 1)
    else { return nil }
    return ResNet18Architecture(
      width: width, inputSize: inputSize, classes: classes,
      head: hidden.map { .mlp(hidden: $0, batchNorm: headBatchNorm, dropout: dropout) } ?? .linear)
  }
}
