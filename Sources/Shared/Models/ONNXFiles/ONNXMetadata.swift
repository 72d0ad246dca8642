internal import Contract
internal import ModelFiles

/// The keys of `metadata_props`: what a caller must know to feed the network.
///
/// Lists and objects are JSON; numbers are written as in JSON. docs/onnx.md describes each key.
package enum ONNXMetadataKey: String, CaseIterable, Sendable {
  /// Version of these keys; 1.
  case formatVersion
  /// Side of a crop in pixels.
  case inputSize
  /// `NCHW`.
  case inputLayout
  /// `RGB`.
  case colourOrder
  /// Divisor of a byte before mean and deviation are applied: 255.
  case pixelScale
  /// Means of red, green and blue, on the scale 0...1.
  case mean
  /// Standard deviations of red, green and blue, on the scale 0...1.
  case standardDeviation
  /// Names of the logits, in their order.
  case labels
  /// Divisor of the difference of the logits before the sigmoid.
  case temperature
  /// Probability of fake above which a video is fake.
  case threshold
  /// Probability from which on it can't be told what a video is.
  case lowerBound
  /// Probability up to which it can't be told what a video is.
  case upperBound
  /// How crops become the score of a video, as a word.
  case videoScore
  /// The same, and how the score becomes a verdict, in sentences.
  case videoRule
  /// What a reader should know about how the calibration was fitted.
  case calibrationNotes
  /// How a face becomes a crop.
  case geometry
  /// All that determined the crops that the network was trained on; missing if the model's file
  /// doesn't say.
  case recipe
  /// Whether the model can be trusted, in a word; missing if the model's file doesn't say.
  case verdict
  /// What the verdict is based on.
  case verdictReason
  /// Program and version that trained or repaired the model.
  case software
  /// `kept` or `folded`.
  case batchNorm
}

/// The `metadata_props` of a model.
enum ONNXMetadata {
  /// Version of the keys.
  static let formatVersion = 1

  /// Every key with its value: those of `ONNXMetadataKey`, in its order, and the whole description
  /// of the model under the name that it has in `model.pt`.
  static func entries(
    of metadata: ModelMetadata, folds: Bool
  ) throws(ONNXFileError) -> [(key: String, value: String)] {
    var entries: [(key: String, value: String)] = []
    for key in ONNXMetadataKey.allCases {
      if let value = try value(of: key, metadata, folds: folds) {
        entries.append((key.rawValue, value))
      }
    }
    entries.append((ModelMetadata.recordName, try json(metadata)))
    return entries
  }

  private static func value(
    of key: ONNXMetadataKey, _ metadata: ModelMetadata, folds: Bool
  ) throws(ONNXFileError) -> String? {
    let calibration = metadata.calibration
    return switch key {
    case .formatVersion: "\(formatVersion)"
    case .inputSize: "\(metadata.architecture.inputSize)"
    case .inputLayout: "NCHW"
    case .colourOrder: "RGB"
    case .pixelScale: "255"
    case .mean: list(metadata.normalization.mean)
    case .standardDeviation: list(metadata.normalization.standardDeviation)
    case .labels: list(VideoLabel.logitOrder.map { "\"\($0.rawValue)\"" })
    case .temperature: "\(calibration.temperature)"
    case .threshold: "\(calibration.threshold)"
    case .lowerBound: "\(calibration.lowerBound)"
    case .upperBound: "\(calibration.upperBound)"
    case .videoScore: calibration.score.rawValue
    case .videoRule: calibration.ruleText
    case .calibrationNotes: try json(calibration.notes)
    case .geometry: try json(metadata.geometry)
    case .recipe: if let recipe = metadata.recipe { try json(recipe) } else { nil }
    case .verdict: metadata.verdict?.verdict.rawValue
    case .verdictReason: metadata.verdict?.reason
    case .software: metadata.provenance.software
    case .batchNorm: folds ? "folded" : "kept"
    }
  }

  private static func list(_ values: [some CustomStringConvertible]) -> String {
    "[" + values.map(\.description).joined(separator: ", ") + "]"
  }

  private static func json(_ value: some Encodable) throws(ONNXFileError) -> String {
    do throws(ContractError) {
      return String(decoding: try ContractDocument.encode(value), as: UTF8.self)
    } catch {
      throw ONNXFileError(
        .content, subject: "metadata_props", "can't be written as JSON: \(error)")
    }
  }
}
