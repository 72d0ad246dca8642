internal import Analyses
internal import Contract
internal import Foundation
internal import GRDB

/// A row of the table `analyses`.
struct AnalysisRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "analyses"

  var id: String
  var name: String
  var bytes: Int
  var state: String
  var created: Double
  var started: Double?
  var finished: Double?
  var expires: Double?
  var attempts: Int
  /// `real`, `fake` or `cannot tell`; nil without an answer.
  var verdict: String?
  /// `AnalysisFailure` as JSON.
  var failure: String?
  /// `AnalysisResult` without crops as JSON.
  var result: String?
  /// The crops of the result as JSON; read only if they are needed.
  var crops: String?

  /// All columns except the crops, which most queries don't need.
  static let short = [
    "id", "name", "bytes", "state", "created", "started", "finished", "expires", "attempts",
    "verdict", "failure", "result",
  ].map { Column($0) }

  init(_ analysis: Analysis) throws {
    id = analysis.id.description
    name = analysis.name
    bytes = analysis.bytes
    state = analysis.state.rawValue
    created = analysis.created
    started = analysis.started
    finished = analysis.finished
    expires = analysis.expires
    attempts = analysis.attempts
    failure = try analysis.failure.map(Self.json)
    guard var value = analysis.result else { return }
    verdict = value.finding.verdict?.rawValue
    crops = try Self.json(value.crops)
    value.crops = []
    result = try Self.json(value)
  }

  /// The analysis; nil if another program has written the row.
  var analysis: Analysis? {
    guard let id = AnalysisID(id), let state = Analysis.State(rawValue: state) else { return nil }
    var analysis = Analysis(
      id: id, name: name, bytes: bytes, created: created, expires: expires)
    analysis.state = state
    analysis.started = started
    analysis.finished = finished
    analysis.attempts = attempts
    analysis.failure = failure.flatMap(Self.value)
    analysis.result = result.flatMap(Self.value)
    if let crops, let value: [AnalysisResult.Crop] = Self.value(crops) {
      analysis.result?.crops = value
    }
    return analysis
  }

  private static func json(_ value: some Encodable) throws -> String {
    String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
  }

  private static func value<Value: Decodable>(_ text: String) -> Value? {
    try? JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }
}
