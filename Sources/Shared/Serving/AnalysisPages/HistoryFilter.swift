internal import HTTPSyntax

/// Which analyses a list shows.
package struct HistoryFilter: Sendable, Equatable {
  /// What names must contain; empty for all.
  package var text: String
  /// What the analyses must have come to; nil for all.
  package var verdict: Verdict?
  /// Where the list begins; nil for the newest. A word that the store understands.
  package var before: String?
  /// Where the next, older part of the list begins; nil where there is none.
  package var next: String?

  /// What an analysis came to: the values of `verdict` in addresses.
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

  /// Whether something may be left out of the list.
  var isNarrow: Bool { !text.isEmpty || verdict != nil }

  /// Address of the list with this filter, from a place on.
  func address(before: String?) -> String {
    var values: [String] = []
    if !text.isEmpty { values.append("q=" + PercentCoding.encodedForQuery(text)) }
    if let verdict { values.append("verdict=" + verdict.rawValue) }
    if let before { values.append("before=" + PercentCoding.encodedForQuery(before)) }
    return values.isEmpty ? "/" : "/?" + values.joined(separator: "&")
  }
}
