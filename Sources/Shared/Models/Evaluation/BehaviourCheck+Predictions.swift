internal import Contract

extension BehaviourCheck {
  static func predictsBothClasses(
    _ evidence: BehaviourEvidence, _ limits: BehaviourLimits
  ) -> Finding {
    let report = evidence.report
    guard report.videos.count > 0, report.frames.count > 0 else {
      // `undecided` would let a model pass that was never tried.
      return Finding(
        .predictsBothClasses, .failed, measured: "no predictions",
        meaning: "The model was not tried on a single face.",
        advice: "Evaluate on data with faces, of both classes.")
    }
    var shares = [("videos", report.videos.balancedShareFake)]
    // The threshold of `maximum` is fitted to the largest probability of a video; crops rarely
    // exceed it.
    if report.calibration.score != .maximum {
      shares.insert(("crops", report.frames.balancedShareFake), at: 0)
    }
    let defined = shares.compactMap { name, share in share.map { (name, $0) } }
    guard defined.count == shares.count else {
      return unmeasurable(.predictsBothClasses, report)
    }
    let allowed = limits.leastClassShare...(1 - limits.leastClassShare)
    let passed = defined.allSatisfy { allowed.contains($1) }
    let least = defined.map { min($1, 1 - $1) }.min()
    return Finding(
      .predictsBothClasses, passed ? .passed : .failed,
      measured: defined.map { "\(percent($1)) of the \($0) called fake" }.joined(separator: ", "),
      value: least,
      meaning: passed
        ? "Both answers occur."
        : "Practically everything gets the same answer, whatever the truth (the shares weight "
          + "real and fake alike).",
      advice: "Check that crops are read as in training and that the classes are balanced, and "
        + "fit the threshold on validation again.")
  }

  static func confidenceSpread(
    _ evidence: BehaviourEvidence, _ limits: BehaviourLimits
  ) -> Finding {
    let metrics = evidence.report.frames
    guard let accuracy = metrics.balancedAccuracy else {
      return unmeasurable(.confidenceSpread, evidence.report)
    }
    let temperature = evidence.report.calibration.temperature
    let predictions = evidence.frames.map { $0.labelled(temperature: temperature) }
    guard !predictions.isEmpty, predictions.allSatisfy(\.isValid) else {
      return unmeasurable(.confidenceSpread, evidence.report)
    }
    let spread = standardDeviation(predictions.map(\.probability))
    let low = balancedShare(predictions) { $0 < limits.completeConfidence }
    let high = balancedShare(predictions) { $0 > 1 - limits.completeConfidence }
    let isOneSided = max(low, high) > limits.largestConfidentShare
    let isUndeserved =
      low + high > limits.largestConfidentShare && accuracy < limits.deservedConfidenceAccuracy
    let passed = spread >= limits.leastSpread && !isOneSided && !isUndeserved
    return Finding(
      .confidenceSpread, passed ? .passed : .failed,
      measured: "standard deviation \(text(spread, decimals: 4)); \(percent(low)) completely sure "
        + "of real, \(percent(high)) of fake",
      value: spread,
      meaning: passed
        ? "The probability tells one crop from another."
        : spread < limits.leastSpread || isOneSided
          ? "The probability is the same for practically every crop."
          : "The model is completely sure of every crop, and often wrong.",
      advice: "Train longer or with a smaller learning rate and more augmentation; fit the "
        + "temperature on validation again.")
  }

  /// The finding if a class is missing, there are no predictions, or some are not numbers (which
  /// the check `finite` reports as a failure).
  static func unmeasurable(
    _ identifier: Finding.Identifier, _ report: EvaluationReport
  ) -> Finding {
    Finding(
      identifier, .undecided,
      measured: "\(report.frames.count) crops of \(report.videos.real) real and "
        + "\(report.videos.fake) fake videos, \(report.frames.invalid) crops without a probability",
      meaning: "Only predictions of real and of fake videos can tell.",
      advice: "Evaluate on data with both classes.")
  }

  private static func standardDeviation(_ values: [Double]) -> Double {
    let mean = values.mean()
    return values.lazy.map { ($0 - mean) * ($0 - mean) }.mean().squareRoot()
  }

  /// The mean of the shares among reals and among fakes; both classes must be there.
  private static func balancedShare(
    _ predictions: [LabelledProbability], where condition: (Double) -> Bool
  ) -> Double {
    let shares = VideoLabel.allCases.map { label in
      let members = predictions.filter { $0.label == label }
      return Double(members.count { condition($0.probability) }) / Double(max(members.count, 1))
    }
    return shares.mean()
  }
}
