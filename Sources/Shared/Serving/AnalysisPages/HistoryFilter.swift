internal import HTTPSyntax

/// Filter and position of a list of analyses.
package struct HistoryFilter: Sendable, Equatable {
  /// Words that names must contain; empty for all.
  package var text: String
  /// Outcome of the analyses; nil for all.
  package var verdict: Verdict?
  /// Cursor of the store at which the list begins; nil for the newest.
  package var before: String?
  /// Cursor at which the next, older part of the list begins; nil if there is none.
  package var next: String?

  /// Outcome of an analysis; the raw values are those of `verdict` in addresses.
  package enum Verdict: String, Sendable, CaseIterable {
    case real, fake
    case cannotTell = "cannot-tell"
    case failed
  }

  package init(
    text: String = "", verdict: Verdict? = nil, before: String? = nil, next: String? = nil
  ) {
    self.text = text
    self.verdict = verdict
    self.before = before
    self.next = next
  }

  /// Whether the filter may exclude analyses.
  var isNarrow: Bool { !text.isEmpty || verdict != nil }

  /// Address of the list with this filter, beginning at a cursor.
  func address(before: String?) -> String {
    var values: [String] = []
    if !text.isEmpty { values.append("q=" + PercentCoding.encodedForQuery(text)) }
    if let verdict { values.append("verdict=" + verdict.rawValue) }
    if let before { values.append("before=" + PercentCoding.encodedForQuery(before)) }
    return values.isEmpty ? "/" : "/?" + values.joined(separator: "&")
  }
}
