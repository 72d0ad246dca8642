internal import Contract

/// Probabilities with their true answers, sorted: the basis of every metric of the order. Equal
/// probabilities are one step, so ties favour neither class. Sorting takes O(n log n), each metric
/// O(n).
package struct RankedPredictions: Sendable {
  /// All predictions of one probability.
  struct Step: Sendable {
    let probability: Double
    var real = 0
    var fake = 0
  }

  /// Sorted by falling probability.
  let steps: [Step]

  /// Number of real ones.
  package let real: Int

  /// Number of fake ones.
  package let fake: Int

  /// Sorts predictions; those whose probability is not a number are left out.
  package init(_ predictions: some Sequence<LabelledProbability>) {
    let sorted = predictions.filter { !$0.probability.isNaN }
      .sorted { $0.probability > $1.probability }
    var steps: [Step] = []
    for prediction in sorted {
      if steps.last?.probability != prediction.probability {
        steps.append(Step(probability: prediction.probability))
      }
      if prediction.label == .fake {
        steps[steps.count - 1].fake += 1
      } else {
        steps[steps.count - 1].real += 1
      }
    }
    self.steps = steps
    real = steps.reduce(0) { $0 + $1.real }
    fake = steps.reduce(0) { $0 + $1.fake }
  }

  private var hasBothClasses: Bool { real > 0 && fake > 0 }

  /// Area under the ROC curve: the probability that a fake is ranked above a real one, a tie
  /// counting one half (Mann-Whitney). Nil if a class is missing.
  package var areaUnderCurve: Double? {
    guard hasBothClasses else { return nil }
    var doubled = 0
    var realsBelow = real
    for step in steps {
      realsBelow -= step.real
      doubled += step.fake * (2 * realsBelow + step.real)
    }
    return Double(doubled) / (2 * Double(real) * Double(fake))
  }

  /// The rate at which reals are called fake and fakes real equally often, on straight lines
  /// between the points of the ROC curve. Nil if a class is missing.
  package var equalErrorRate: Double? {
    guard hasBothClasses else { return nil }
    // Both error rates before and after a step: false alarms rise, misses fall.
    var alarms = 0.0
    var misses = 1.0
    var alarmCount = 0
    var missCount = fake
    for step in steps {
      alarmCount += step.real
      missCount -= step.fake
      let nextAlarms = Double(alarmCount) / Double(real)
      let nextMisses = Double(missCount) / Double(fake)
      if nextAlarms >= nextMisses {
        let before = misses - alarms
        let share = before / (before + (nextAlarms - nextMisses))
        return alarms + share * (nextAlarms - alarms)
      }
      alarms = nextAlarms
      misses = nextMisses
    }
    return nil
  }

  /// The sum over steps of precision times gain in recall, as scikit-learn's
  /// `average_precision_score`. Nil if a class is missing.
  package var averagePrecision: Double? {
    guard hasBothClasses else { return nil }
    var sum = 0.0
    var called = 0
    var found = 0
    for step in steps {
      called += step.real + step.fake
      found += step.fake
      sum += Double(step.fake) * Double(found) / Double(called)
    }
    return sum / Double(fake)
  }
}
