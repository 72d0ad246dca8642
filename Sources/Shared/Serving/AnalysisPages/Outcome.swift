internal import Analyses
internal import Contract
internal import Reporting

/// Outcome or state of an analysis in one word, for lists.
enum Outcome: String, CaseIterable {
  case queued, running, real, fake
  case cannotTell = "cannot-tell"
  case failed

  /// The outcome of a verdict.
  init(_ verdict: VideoVerdict) {
    switch verdict {
    case .real: self = .real
    case .fake: self = .fake
    case .cannotTell: self = .cannotTell
    }
  }

  /// The outcome of an analysis. One that is done without a verdict counts as failed.
  init(_ analysis: Analysis) {
    switch analysis.state {
    case .queued: self = .queued
    case .running: self = .running
    case .failed: self = .failed
    case .done: self = (analysis.result?.finding.verdict).map { Outcome($0) } ?? .failed
    }
  }

  /// The word that pages show.
  var word: String {
    switch self {
    case .queued: "Waiting"
    case .running: "Running"
    case .real: "Real"
    case .fake: "Manipulated"
    case .cannotTell: "Cannot tell"
    case .failed: "Failed"
    }
  }

  /// An icon of a different shape for each, because some readers can't distinguish the colours.
  var icon: Markup {
    switch self {
    case .queued: PageIcon.queued
    case .running: PageIcon.running
    case .real: PageIcon.real
    case .fake: PageIcon.fake
    case .cannotTell: PageIcon.cannotTell
    case .failed: PageIcon.failed
    }
  }

  /// The probability of manipulation as text. It says so beside other words than "Manipulated",
  /// because a bare number would be read as the probability of the word.
  func chance(_ probability: Double) -> String {
    PageText.chance(probability) + (self == .fake ? "" : " manipulated")
  }

  /// Icon, word and probability in a line. The script finds the probability by its CSS class.
  func badge(_ probability: Double? = nil) -> Markup {
    let number = probability.map(chance) ?? ""
    return """
      <span class="outcome \(rawValue)">\(icon)<span class="word">\(word)</span> \
      <span class="chance">\(number)</span></span>
      """
  }
}
