internal import Foundation

extension BehaviourCheck {
  /// Checks that the model ranks fakes above reals more often than chance would on these people.
  static func betterThanChance(
    _ evidence: BehaviourEvidence, _ limits: BehaviourLimits
  ) -> Finding {
    let report = evidence.report
    guard let accuracy = report.videos.balancedAccuracy, let auc = report.videos.auc else {
      return unmeasurable(.betterThanChance, report)
    }
    let (real, fake, groups) = (report.videos.real, report.videos.fake, report.intervals.groups)
    func finding(_ outcome: Finding.Outcome, _ meaning: String, _ advice: String) -> Finding {
      Finding(
        .betterThanChance, outcome,
        measured: "AUC \(described(auc, report.intervals.videoAUC)), balanced accuracy "
          + "\(described(accuracy, report.intervals.videoBalancedAccuracy)); \(real) real and "
          + "\(fake) fake videos of \(groups) \(groups == 1 ? "group" : "groups") of people",
        value: accuracy, meaning: meaning, advice: advice)
    }
    guard let chance = report.chance else {
      return finding(
        .undecided,
        "No person has both real and fake videos, and all others are of one class: there "
          + "is nothing to compare.", moreGroups)
    }
    if report.hasSwappedClasses(limits) {
      return finding(
        .failed,
        "The classes are swapped: fakes score lower than reals, more than chance explains.",
        swapAdvice)
    }
    if auc > 0.5, chance.isBetter(limits) {
      switch evidence.novelty {
      case .unseen:
        return finding(.passed, "The model is better than chance on these people.", "")
      case .learned:
        return finding(
          .undecided,
          "The model has learned from these videos: how it ranks them says nothing about others.",
          "Evaluate on videos that it has not seen.")
      case .blended:
        return finding(
          .undecided,
          "The fakes are blended from these people's faces, as in training: that it finds them "
            + "says nothing about fakes that others made.",
          "Evaluate on a store with fake videos: trainer evaluate --split all.")
      }
    }
    if chance.groups.spread <= limits.largestSpreadOfChance,
      max(auc, chance.areaWithinGroups) + 2 * chance.groups.spread < limits.leastUsefulAccuracy
    {
      return finding(
        .failed, "The model is no better than chance, and there are enough people to tell.",
        "Train longer or on more data, with people of many kinds.")
    }
    return finding(
      .undecided,
      "Chance ranks these videos as well in \(percent(chance.groups.asHigh)) of all cases: too few "
        + "to tell."
        + (auc < 0.5 ? " Fakes score lower than reals: the classes may be swapped." : ""),
      chance.whatWouldDecide(limits))
  }

  /// Advice for outputs in the wrong order.
  static let swapAdvice =
    "Programs that sort folders by name make the outputs (fake, real); `trainer repair MODEL --store "
    + "DIR --output FIXED` with --swap-classes exchanges them; if that option was the mistake, repair "
    + "again without it. "
    + "For a model trained here, look at the labels of these videos."

  static let moreGroups =
    "Evaluate on more people: \(PermutationTest.decisiveGroups) groups with real and fake videos each "
    + "may decide."

  private static func described(_ value: Double, _ interval: ConfidenceInterval?) -> String {
    guard let interval else { return text(value) }
    return "\(text(value)) (95% interval \(text(interval.lower))...\(text(interval.upper)))"
  }
}

extension PermutationTest {
  /// Whether the model ranks better than chance: decided by groups or, if these are few, by many
  /// videos with a stricter limit.
  func isBetter(_ limits: BehaviourLimits) -> Bool {
    if groups.asHigh <= limits.largestShareOfChance { return true }
    guard comparedGroups < Self.decisiveGroups, comparedVideos >= Self.decisiveVideos,
      let videos
    else { return false }
    return videos.asHigh <= limits.largestShareOfChanceByVideo
  }

  /// Says how many groups of people would decide: the error of an AUC falls with the square root of
  /// their number.
  func whatWouldDecide(_ limits: BehaviourLimits) -> String {
    guard comparedGroups >= Self.decisiveGroups, groups.spread > 0 else {
      return BehaviourCheck.moreGroups
    }
    // One-sided: in 1% of all cases chance deviates by more than this many standard deviations.
    let deviations = 2.33
    func needed(_ area: Double) -> Int {
      let factor = deviations * groups.spread / (area - 0.5)
      let exact = max(Double(comparedGroups) * factor * factor, Double(comparedGroups + 1))
      // Rounded to two digits, as it is an estimate.
      let unit = max(pow(10, floor(log10(exact)) - 1), 1)
      return Int((exact / unit).rounded(.up) * unit)
    }
    let useful = limits.leastUsefulAccuracy
    let looks =
      areaWithinGroups > useful
      ? "If it is as good as it looks, about \(needed(areaWithinGroups)) groups of people with real and "
        + "fake videos decide. " : ""
    return looks + "To tell an AUC of \(text(useful, decimals: 1)) from chance takes about "
      + "\(needed(useful)) such groups: evaluate on more people, or train on more."
  }
}

extension EvaluationReport {
  /// Whether fakes score lower than reals by more than chance explains, so that the outputs stand
  /// for fake and real, in this order. Needs at least three groups of people.
  package func hasSwappedClasses(_ limits: BehaviourLimits = BehaviourLimits()) -> Bool {
    guard let chance, let auc = videos.auc, auc < 0.5, chance.areaWithinGroups < 0.5,
      chance.comparedGroups >= 3
    else { return false }
    let largest = limits.largestShareOfSwapped
    return chance.groups.asLow <= largest || chance.isInverted
      || (chance.videos?.asLow ?? 1) <= largest
  }
}
