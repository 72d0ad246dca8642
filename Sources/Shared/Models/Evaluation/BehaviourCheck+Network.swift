extension BehaviourCheck {
  static func finite(_ evidence: BehaviourEvidence) -> Finding {
    let margins = evidence.frames.count { !$0.margin.isFinite }
    let logits = (evidence.logits + evidence.logitsOfChangedPictures).count { !$0.isFinite }
    var defects: [String] = []
    if !evidence.entriesNotFinite.isEmpty {
      defects.append(
        "\(evidence.entriesNotFinite.count) entries with values that are not finite: "
          + summary(evidence.entriesNotFinite))
    }
    if margins > 0 { defects.append("\(margins) of \(evidence.frames.count) predictions") }
    if logits > 0 { defects.append("\(logits) logits of the test pictures") }
    let passed = defects.isEmpty
    return Finding(
      .finite, passed ? .passed : .failed,
      measured: passed ? "all values finite" : defects.joined(separator: "; "),
      meaning: passed
        ? "No parameter and no answer is NaN or infinite."
        : "Values are NaN or infinite: the training diverged, or the file is damaged.",
      advice: "Train on from an earlier checkpoint with a smaller learning rate.")
  }

  static func allEntriesPresent(_ evidence: BehaviourEvidence) -> Finding {
    let expected = Set(evidence.expectedEntries)
    let present = Set(evidence.presentEntries)
    let missing = expected.subtracting(present).sorted()
    let unexpected = present.subtracting(expected).sorted()
    var measured = "\(expected.intersection(present).count) of \(expected.count) entries"
    if !missing.isEmpty { measured += "; missing: \(summary(missing))" }
    if !unexpected.isEmpty { measured += "; unexpected: \(summary(unexpected))" }
    let passed = missing.isEmpty && unexpected.isEmpty && !expected.isEmpty
    return Finding(
      .allEntriesPresent, passed ? .passed : .failed, measured: measured,
      value: Double(missing.count),
      meaning: passed
        ? "The model has exactly the entries of its architecture."
        : "The file is not the whole model of this architecture: what is missing would be "
          + "replaced by defaults, and the answers would mean nothing.",
      advice: "Export the model again from a checkpoint; missing BatchNorm statistics can be "
        + "estimated again from training data.")
  }

  static func batchNormMoved(
    _ evidence: BehaviourEvidence, _ limits: BehaviourLimits
  ) -> Finding {
    let layers = evidence.batchNormLayers
    let defects = layers.compactMap { layer in
      layer.defect(largestDefaultShare: limits.largestDefaultShare).map { "\(layer.name) \($0)" }
    }
    let passed = defects.isEmpty && !layers.isEmpty
    let sound = "\(layers.count - defects.count) of \(layers.count) layers"
    return Finding(
      .batchNormMoved, passed ? .passed : .failed,
      measured: defects.isEmpty ? sound : "\(sound); \(summary(defects))",
      value: Double(defects.count),
      meaning: passed
        ? "Every BatchNorm layer has statistics of data."
        : "BatchNorm layers have no usable statistics: they were never updated, not saved, or "
          + "ruined. Such a network gives the same answer to every picture.",
      advice: "Check that the statistics are saved and loaded, or estimate them again from "
        + "training data.")
  }

  static func outputFollowsInput(
    _ evidence: BehaviourEvidence, _ limits: BehaviourLimits
  ) -> Finding {
    func finding(
      _ outcome: Finding.Outcome, _ measured: String, value: Double? = nil
    ) -> Finding {
      Finding(
        .outputFollowsInput, outcome, measured: measured, value: value,
        meaning: outcome == .passed
          ? "Another picture gets another answer."
          : "The answer hardly depends on the picture.",
        advice: "Look at the BatchNorm statistics and at how pictures are read and normalised.")
    }
    let count = evidence.logits.count / 2
    guard count > 0, evidence.logits.count == count * 2,
      evidence.logitsOfChangedPictures.count == evidence.logits.count
    else {
      return finding(
        .failed,
        "\(evidence.logits.count) and \(evidence.logitsOfChangedPictures.count) logits; expected "
          + "two per picture, of the same pictures")
    }
    let changed = (0..<count).count { picture in
      isOtherAnswer(
        evidence.logits, picture, evidence.logitsOfChangedPictures, picture,
        limits.leastRelativeChange)
    }
    // A network may react to a black half and still give all unchanged pictures the same answer.
    let distinct = (1..<max(count, 2)).contains { picture in
      picture < count
        && isOtherAnswer(
          evidence.logits, 0, evidence.logits, picture, limits.leastRelativeChange)
    }
    let share = Double(changed) / Double(count)
    let passed = share >= limits.leastChangedShare && (distinct || count == 1)
    var measured = "\(changed) of \(count) changed pictures got another answer"
    if !distinct, count > 1 { measured += "; all unchanged pictures got the same one" }
    return finding(passed ? .passed : .failed, measured, value: share)
  }

  /// Whether two pairs of logits differ by more than rounding; false if any is not finite.
  private static func isOtherAnswer(
    _ left: [Float], _ leftPicture: Int, _ right: [Float], _ rightPicture: Int, _ limit: Double
  ) -> Bool {
    var difference = 0.0
    var size = 1.0
    for output in 0..<2 {
      let a = Double(left[leftPicture * 2 + output])
      let b = Double(right[rightPicture * 2 + output])
      guard a.isFinite, b.isFinite else { return false }
      difference = max(difference, abs(a - b))
      size = max(size, abs(a), abs(b))
    }
    return difference > limit * size
  }

  /// Nil if no file was exported, as there is nothing to compare.
  static func reloadIdentical(_ evidence: BehaviourEvidence) -> Finding? {
    guard let reloaded = evidence.logitsAfterReload else { return nil }
    let equal = zip(evidence.logits, reloaded).count { $0.bitPattern == $1.bitPattern }
    let count = max(evidence.logits.count, reloaded.count)
    let passed = equal == count && count > 0
    return Finding(
      .reloadIdentical, passed ? .passed : .failed,
      measured: "\(equal) of \(count) logits have identical bits", value: Double(count - equal),
      meaning: passed
        ? "The exported file is the model that was measured."
        : "The exported file answers differently from the model that was measured.",
      advice: "Export again; if it persists, an entry is lost or changed on the way to the file.")
  }
}

extension BatchNormStatistics {
  /// What is wrong with the statistics; nil if nothing is.
  func defect(largestDefaultShare: Double) -> String? {
    guard !mean.isEmpty, mean.count == variance.count else {
      return "has \(mean.count) means and \(variance.count) variances"
    }
    guard mean.allSatisfy(\.isFinite), variance.allSatisfy(\.isFinite) else {
      return "has values that are not finite"
    }
    guard variance.allSatisfy({ $0 >= 0 }) else { return "has a negative variance" }
    // A channel or two may be dead after ReLU; a layer without any variance is.
    guard variance.contains(where: { $0 > 1e-12 }) else { return "has no variance in any channel" }
    let untouched = zip(mean, variance).count { $0 == 0 && $1 == 1 }
    guard Double(untouched) <= largestDefaultShare * Double(mean.count) else {
      return "has mean 0 and variance 1 in \(untouched) of \(mean.count) channels"
    }
    return nil
  }
}
