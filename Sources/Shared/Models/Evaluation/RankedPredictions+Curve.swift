/// A point of a ROC curve.
package struct ROCPoint: Codable, Sendable, Equatable {
  /// Share of the reals that are called fake.
  package let falsePositiveRate: Double
  /// Share of the fakes that are called fake.
  package let truePositiveRate: Double
}

extension RankedPredictions {
  /// The ROC curve from (0, 0) to (1, 1); empty if a class is missing.
  ///
  /// - Parameter maximumCount: largest number of points (at least 2), evenly spaced over the steps:
  ///   a plot of a million frames needs no million points.
  package func rocCurve(maximumCount: Int = 1000) -> [ROCPoint] {
    guard real > 0, fake > 0 else { return [] }
    let intervals = min(max(maximumCount, 2) - 1, steps.count)
    var points = [ROCPoint(falsePositiveRate: 0, truePositiveRate: 0)]
    var alarms = 0
    var hits = 0
    for (index, step) in steps.enumerated() {
      alarms += step.real
      hits += step.fake
      // The last step of each interval, so the last of all is (1, 1).
      let interval = index * intervals / steps.count
      guard (index + 1) * intervals / steps.count > interval else { continue }
      points.append(
        ROCPoint(
          falsePositiveRate: Double(alarms) / Double(real),
          truePositiveRate: Double(hits) / Double(fake)))
    }
    return points
  }
}

/// A point of a precision-recall curve.
package struct PrecisionRecallPoint: Codable, Sendable, Equatable {
  /// Share of the fakes that are called fake.
  package let recall: Double
  /// Share of those called fake that are fake.
  package let precision: Double
}

extension RankedPredictions {
  /// The precision-recall curve, from the most suspicious prediction to all of them; its last point
  /// has recall 1. Empty if a class is missing.
  ///
  /// - Parameter maximumCount: largest number of points (at least 2), evenly spaced over the steps.
  package func precisionRecallCurve(maximumCount: Int = 1000) -> [PrecisionRecallPoint] {
    guard real > 0, fake > 0 else { return [] }
    let intervals = min(max(maximumCount, 2) - 1, steps.count)
    var points: [PrecisionRecallPoint] = []
    var called = 0
    var hits = 0
    for (index, step) in steps.enumerated() {
      called += step.real + step.fake
      hits += step.fake
      let interval = index * intervals / steps.count
      guard index == 0 || (index + 1) * intervals / steps.count > interval else { continue }
      points.append(
        PrecisionRecallPoint(
          recall: Double(hits) / Double(fake), precision: Double(hits) / Double(called)))
    }
    return points
  }
}
