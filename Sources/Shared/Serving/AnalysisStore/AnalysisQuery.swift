package import Analyses
package import Contract

/// Which analyses somebody looks for.
package struct AnalysisQuery: Sendable, Equatable {
  /// Words that the name must have, each, in whatever case.
  package var text = ""
  /// The verdict; nil is any.
  package var verdict: VideoVerdict?
  /// The state; nil is any.
  package var state: Analysis.State?
  /// Only those after this one, from the newest to the oldest; nil is from the newest on.
  package var before: Cursor?
  /// Most that are given, from 1 on.
  package var limit = 50

  /// A position in the list.
  package struct Cursor: Sendable, Equatable, CustomStringConvertible {
    package var created: Double
    package var id: AnalysisID

    /// The position of an analysis.
    package init(_ analysis: Analysis) {
      created = analysis.created
      id = analysis.id
    }

    /// What `description` gave; nil for anything else.
    package init?(_ text: some StringProtocol) {
      let parts = text.split(separator: "_")
      guard parts.count == 2, let bits = UInt64(parts[0], radix: 16),
        case let created = Double(bitPattern: bits), created.isFinite, let id = AnalysisID(parts[1])
      else { return nil }
      self.created = created
      self.id = id
    }

    package var description: String { String(created.bitPattern, radix: 16) + "_\(id)" }
  }

  package init() {}

  /// The words, with what means more than itself in a pattern of SQL escaped; at most ten.
  var words: [String] {
    text.split(whereSeparator: \.isWhitespace).prefix(10).map { word in
      word.reduce(into: "") { result, character in
        if "%_\\".contains(character) { result.append("\\") }
        result.append(character)
      }
    }
  }
}
