internal import Analyses
internal import Contract
internal import Reporting

/// Notes on a model for the pages.
struct ModelNotes {
  var summary: ModelSummary
  /// The server's description of its model; nil if that is another model.
  var description: ModelDescription?

  init(_ description: ModelDescription) {
    summary = description.summary
    self.description = description
  }

  /// The notes on the model that gave an answer.
  init(_ summary: ModelSummary, current: ModelDescription) {
    self.summary = summary
    description = current.summary == summary ? current : nil
  }

  /// Warning about a model that isn't known to be sound, in the same words as in the remarks of its
  /// answers; nil for a sound model.
  var caution: String? {
    switch summary.verdict {
    case .sound: nil
    case .broken: "The file says that this model is broken: \(summary.reason ?? "it says no more")"
    case .cannotTell:
      "It isn't known whether this model is a detector: \(summary.reason ?? "it says no more")"
    case nil:
      "It isn't known whether this model is a detector: its file is of older software, and doesn't say."
    }
  }

  /// The caution as a separate paragraph.
  var warning: Markup {
    guard caution != nil else { return Markup() }
    let reason =
      summary.verdict == .broken
      ? "Its own file says that this model is broken."
      : "It isn’t known whether this model is a detector."
    return """
      <p class="note" id="caution">\(PageIcon.fake)<span><strong>Treat the answers with care.</strong> \
      \(reason) The reason is below, under what the model is.</span></p>
      """
  }

  /// All known facts, collapsed until the reader opens them.
  var details: Markup {
    var rows = row("File", PageText.fileName(summary.file))
    if let verdict = summary.verdict {
      rows += row(
        "Its verdict on itself", verdict.rawValue + (summary.reason.map { ". \($0)" } ?? ""))
    } else {
      rows += row("Its verdict on itself", "none: the file is of older software")
    }
    rows += row("Rule", rule)
    for fact in description?.facts ?? [] { rows += row(fact.name, fact.value) }
    let another: Markup =
      description == nil
      ? "<p>The server has another model by now. This is the one that gave the answer.</p>" : ""
    return """
      <details id="about-model"><summary>What the model is\(limits == nil ? "" : ", and what it can’t do")\
      </summary>\(another)<dl class="facts">\(rows)</dl>\(limits ?? Markup())</details>
      """
  }

  private var limits: Markup? {
    guard let limits = description?.limits, !limits.isEmpty else { return nil }
    let items = limits.map { limit -> Markup in "<li>\(limit)</li>" }
    return "<h3>What it can’t do</h3><ul>\(items.joined())</ul>"
  }

  private var rule: String {
    let bounds =
      summary.lowerBound < summary.upperBound
      ? "; no answer from \(NumberText.percent(summary.lowerBound)) to "
        + NumberText.percent(summary.upperBound) : ""
    return "\(summary.score.rawValue) of the pictures’ probabilities; manipulated above "
      + NumberText.percent(summary.threshold) + bounds
  }

  private func row(_ name: String, _ value: String) -> Markup {
    "<div><dt>\(name)</dt><dd>\(value)</dd></div>"
  }

  /// A sentence with its full stop and a capital letter.
  static func sentence(_ text: String) -> String {
    guard let first = text.first, let last = text.last else { return "" }
    return first.uppercased() + text.dropFirst() + (".!?".contains(last) ? "" : ".")
  }
}
