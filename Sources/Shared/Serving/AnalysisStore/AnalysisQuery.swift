package import Analyses
package import Contract

/// A search for analyses.
package struct AnalysisQuery: Sendable, Equatable {
  /// Words that the name must contain, all of them, in any case.
  package var text = ""
  /// Verdict; nil is any.
  package var verdict: VideoVerdict?
  /// State; nil is any.
  package var state: Analysis.State?
  /// Position after which the results begin, in the order from the newest to the oldest; nil begins
  /// with the newest.
  package var before: Cursor?
  /// Largest number of results, 1 or more.
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

    /// Parses a `description`; nil for other text.
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

  /// The words, at most ten, with the special characters of SQL patterns escaped.
  var words: [String] {
    text.split(whereSeparator: \.isWhitespace).prefix(10).map { word in
      word.reduce(into: "") { result, character in
        if "%_\\".contains(character) { result.append("\\") }
        result.append(character)
      }
    }
  }
}
