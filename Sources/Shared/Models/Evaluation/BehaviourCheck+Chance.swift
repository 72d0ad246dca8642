internal import Foundation

extension BehaviourCheck {
  /// Whether the model ranks fakes above reals, more often than chance would, on these people.
  static func betterThanChance(
    _ evidence: BehaviourEvidence, _ limits: BehaviourLimits
  ) -> Finding {
    let report = evidence.report
    guard let accuracy = report.videos.balancedAccuracy, let auc = report.videos.auc,
      let chance = report.chance
    else { return unmeasurable(.betterThanChance, report) }
    let intervals = report.intervals
    let basis = Basis(report, chance)
    func finding(_ outcome: Finding.Outcome, _ meaning: String, _ advice: String) -> Finding {
      Finding(
        .betterThanChance, outcome,
        measured: "AUC \(described(auc, intervals.videoAUC)), balanced accuracy "
          + "\(described(accuracy, intervals.videoBalancedAccuracy)); \(basis.people)",
        value: accuracy, meaning: meaning, advice: advice)
    }
    if chance.shareAsHigh <= limits.largestShareOfChance {
      return finding(.passed, "The model is better than chance on people it has not seen.", "")
    }
    if report.hasSwappedClasses {
      return finding(
        .failed,
        "The classes are swapped: fakes score lower than reals, which chance does in "
          + "\(percent(chance.shareAsLow)) of all cases only.", swapAdvice)
    }
    let known = [intervals.videoBalancedAccuracy, intervals.videoAUC].compactMap(\.self)
    if !known.isEmpty, known.allSatisfy({ $0.upper < limits.leastUsefulAccuracy }),
      chance.spread <= limits.largestSpreadOfChance
    {
      return finding(
        .failed, "The model is no better than chance, and there are enough people to tell.",
        "Train longer or on more data, with people of many kinds.")
    }
    return finding(
      .undecided,
      "Chance ranks these videos as well in \(percent(chance.shareAsHigh)) of all cases: too few to "
        + "tell." + (auc < 0.5 ? " Fakes score lower than reals: the classes may be swapped." : ""),
      basis.whatWouldDecide(auc, limits))
  }

  /// What to do about outputs in the wrong order.
  static let swapAdvice =
    "Programs that sort folders by name make the outputs (fake, real); `trainer repair MODEL --store "
    + "DIR --swap-classes --output FIXED` exchanges them. For a model trained here, look at the labels "
    + "of these videos."

  private static func described(_ value: Double, _ interval: ConfidenceInterval?) -> String {
    guard let interval else { return text(value) }
    return "\(text(value)) (95% interval \(text(interval.lower))...\(text(interval.upper)))"
  }
}

/// What a comparison with chance rests on.
private struct Basis {
  let groups: Int
  let real: Int
  let fake: Int
  let spread: Double

  init(_ report: EvaluationReport, _ chance: PermutationTest) {
    groups = report.intervals.groups
    real = report.videos.real
    fake = report.videos.fake
    spread = chance.spread
  }

  var people: String {
    "\(real) real and \(fake) fake videos of \(groups) \(groups == 1 ? "group" : "groups") of people"
  }

  /// How many people would do: the error of an AUC falls with the root of their number.
  func whatWouldDecide(_ auc: Double, _ limits: BehaviourLimits) -> String {
    // One-sided: chance goes so many standard deviations away in 1% of all cases.
    let deviations = 2.33
    func needed(_ value: Double) -> Int {
      let factor = deviations * spread / (value - 0.5)
      let exact = max(Double(groups) * factor * factor, Double(groups) * 1.25)
      // Two digits: it is an estimate.
      let unit = max(pow(10, floor(log10(exact)) - 1), 1)
      return Int((exact / unit).rounded(.up) * unit)
    }
    guard spread > 0 else {
      return "Evaluate on more people, real and fake videos of each."
    }
    let useful = limits.leastUsefulAccuracy
    let looks =
      auc > useful
      ? "If it is as good as it looks, about \(needed(auc)) groups of people like these decide. "
      : ""
    return looks + "To tell an AUC of \(text(useful, decimals: 1)) from chance takes about "
      + "\(needed(useful)) such groups: evaluate on more people, or train on more."
  }
}

extension EvaluationReport {
  /// Whether fakes score lower than reals, more than chance explains: the answers stand for fake and
  /// real.
  public var hasSwappedClasses: Bool {
    guard let chance else { return false }
    return chance.shareAsLow <= BehaviourLimits().largestShareOfSwapped
  }
}
