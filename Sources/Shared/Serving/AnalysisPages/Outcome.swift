internal import Analyses
internal import Contract
internal import Reporting

/// What an analysis has come to, in one word: what lists show of it.
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

  /// The outcome of an analysis. One that is done without a verdict has failed, whatever it says.
  init(_ analysis: Analysis) {
    switch analysis.state {
    case .queued: self = .queued
    case .running: self = .running
    case .failed: self = .failed
    case .done: self = (analysis.result?.finding.verdict).map { Outcome($0) } ?? .failed
    }
  }

  /// The word for people.
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

  /// A shape for each: colour alone says nothing to some.
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

  /// The probability that it is manipulated, beside the word: a bare number would be read as that of the
  /// word.
  func chance(_ probability: Double) -> String {
    PageText.chance(probability) + (self == .fake ? "" : " manipulated")
  }

  /// Icon, word and probability in a line. The script finds the probability by its class.
  func badge(_ probability: Double? = nil) -> Markup {
    let number = probability.map(chance) ?? ""
    return """
      <span class="outcome \(rawValue)">\(icon)<span class="word">\(word)</span> \
      <span class="chance">\(number)</span></span>
      """
  }
}
