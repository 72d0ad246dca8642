internal import Contract

/// Sums per group for the metrics that are computed from sums: a draw costs one pass over groups.
struct GroupTotals {
  private struct Total {
    var real = 0
    var fake = 0
    var rightReal = 0
    var rightFake = 0
    var loss = 0.0
  }

  private var totals: [Total]

  var groupsWithReal: Int { totals.count { $0.real > 0 } }
  var groupsWithFake: Int { totals.count { $0.fake > 0 } }

  /// - Parameter groups: the group of each prediction, 0..<groupCount.
  init(
    groupCount: Int, groups: [Int], predictions: [LabelledProbability], threshold: Double
  ) {
    totals = Array(repeating: Total(), count: groupCount)
    for (group, prediction) in zip(groups, predictions) {
      let isCalledFake = prediction.probability > threshold
      if prediction.label == .fake {
        totals[group].fake += 1
        totals[group].rightFake += isCalledFake ? 1 : 0
      } else {
        totals[group].real += 1
        totals[group].rightReal += isCalledFake ? 0 : 1
      }
      totals[group].loss += clippedLogLoss(
        probability: prediction.probability, label: prediction.label)
    }
  }

  /// Mean log-loss with each group counted `weights` times; nil if nothing counts.
  func logLoss(_ weights: [Int]) -> Double? {
    var count = 0
    var loss = 0.0
    for (total, weight) in zip(totals, weights) {
      count += weight * (total.real + total.fake)
      loss += Double(weight) * total.loss
    }
    return count > 0 ? loss / Double(count) : nil
  }

  /// Balanced accuracy with each group counted `weights` times; nil if a class is missing.
  func balancedAccuracy(_ weights: [Int]) -> Double? {
    var sum = Total()
    for (total, weight) in zip(totals, weights) {
      sum.real += weight * total.real
      sum.fake += weight * total.fake
      sum.rightReal += weight * total.rightReal
      sum.rightFake += weight * total.rightFake
    }
    guard sum.real > 0, sum.fake > 0 else { return nil }
    return
      (Double(sum.rightReal) / Double(sum.real) + Double(sum.rightFake) / Double(sum.fake)) / 2
  }
}
