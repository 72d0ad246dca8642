package import Contract
internal import Files

/// Answers as a table for other programs: one row per input, in the order of the inputs.
package struct AnswerTable {
  package static let columns = [
    "input", "verdict", "probability", "faces", "pictures_with_face", "pictures", "seconds",
    "width",
    "height", "damaged_from", "reasons", "remarks", "error",
  ]

  private var rows: [[String]] = []

  package init() {}

  package mutating func append(_ finding: VideoFinding) {
    let video = finding.video
    rows.append([
      finding.input, finding.verdict?.rawValue ?? "", finding.probability.map { "\($0)" } ?? "",
      video == nil ? "" : "\(finding.faces.count)", video.map { "\($0.framesWithFace)" } ?? "",
      video.map { "\($0.framesLookedAt)" } ?? "", video?.seconds.map { "\($0)" } ?? "",
      video.map { "\($0.width)" } ?? "", video.map { "\($0.height)" } ?? "",
      video?.damagedFromSeconds.map { "\($0)" } ?? "",
      finding.doubts.map(\.text).joined(separator: "; "),
      finding.remarks.joined(separator: "; "), finding.error ?? "",
    ])
  }

  /// The table as CSV text (RFC 4180).
  package func text() -> String { CSVTable.text(columns: Self.columns, rows: rows) }
}
