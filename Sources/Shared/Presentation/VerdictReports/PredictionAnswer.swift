package import Contract
internal import Terminal

/// An answer with the model that gave it, as JSON (format prediction/1).
package struct PredictionAnswer: Encodable, Sendable {
  private let finding: VideoFinding
  private let model: ModelSummary

  package init(_ finding: VideoFinding, _ model: ModelSummary) {
    self.finding = finding
    self.model = model
  }

  /// The answer as a line of JSON.
  package func line() throws -> String {
    try ResultDestination.line(self, format: "prediction/1")
  }

  private enum CodingKeys: String, CodingKey {
    case model
  }

  package func encode(to encoder: any Encoder) throws {
    try finding.encode(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(model, forKey: .model)
  }
}
