internal import Contract

/// Metrics of predictions for frames or videos. "Fake" is the positive class.
///
/// An undefined metric (a recall without members of the class, an AUC of one class) is nil, never 0
/// or NaN: every value can be encoded as JSON. If any prediction is not a probability, all metrics
/// are nil: a mean over the rest would hide a defect.
package struct BinaryMetrics: Codable, Sendable, Equatable {
  /// Number of predictions.
  package let count: Int
  /// Number of real ones among them.
  package let real: Int
  /// Number of fake ones among them.
  package let fake: Int
  /// Number of predictions that are not in 0...1: a defect of the network.
  package let invalid: Int
  /// A probability above it is called fake.
  package let threshold: Double

  /// Mean negative logarithm of the true class's probability, clipped to 1e-15...1 - 1e-15. A
  /// constant 0.5 has 0.693.
  package private(set) var logLoss: Double?
  /// Area under the ROC curve, ties counting one half.
  package private(set) var auc: Double?
  /// Mean of both recalls. A constant answer has 0.5, whatever the share of fakes.
  package private(set) var balancedAccuracy: Double?
  /// Share of the reals that are called real.
  package private(set) var recallReal: Double?
  /// Share of the fakes that are called fake.
  package private(set) var recallFake: Double?
  /// Share of right answers. A constant "fake" has 0.82 on DFDC, so don't judge a model by it.
  package private(set) var accuracy: Double?
  /// Equal error rate, interpolated.
  package private(set) var eer: Double?
  /// Average precision, as scikit-learn defines it.
  package private(set) var averagePrecision: Double?
  /// Mean squared difference of the probability from 0 (real) or 1 (fake).
  package private(set) var brier: Double?
  /// Expected calibration error: over 15 bins of equal width of the probability of fake, the mean
  /// difference between the mean probability and the share of fakes, weighted by count. The bins
  /// are over that probability, not over the larger one of both classes, where too high and too low
  /// probabilities would cancel.
  package private(set) var ece: Double?
  /// Share of all predictions that are called fake.
  package private(set) var shareFake: Double?

  /// The mean of the shares called fake among reals and among fakes: what `shareFake` would be if
  /// both classes were equally frequent. Nil if a class is missing.
  package var balancedShareFake: Double? {
    guard let recallReal, let recallFake else { return nil }
    return (1 - recallReal + recallFake) / 2
  }

  /// Computes all metrics; O(n log n).
  ///
  /// - Parameter threshold: a finite number; a probability above it is called fake.
  package init(_ predictions: [LabelledProbability], threshold: Double = 0.5) {
    precondition(threshold.isFinite, "a threshold is a finite number")
    self.threshold = threshold
    count = predictions.count
    fake = predictions.count { $0.label == .fake }
    real = count - fake
    invalid = predictions.count { !$0.isValid }
    guard invalid == 0, count > 0 else { return }
    measureOrder(predictions)
    measureDecisions(predictions)
    measureProbabilities(predictions)
  }

  private mutating func measureOrder(_ predictions: [LabelledProbability]) {
    let ranked = RankedPredictions(predictions)
    auc = ranked.areaUnderCurve
    eer = ranked.equalErrorRate
    averagePrecision = ranked.averagePrecision
  }

  private mutating func measureDecisions(_ predictions: [LabelledProbability]) {
    let alarms = predictions.count { $0.label == .real && $0.probability > threshold }
    let hits = predictions.count { $0.label == .fake && $0.probability > threshold }
    recallReal = real > 0 ? Double(real - alarms) / Double(real) : nil
    recallFake = fake > 0 ? Double(hits) / Double(fake) : nil
    if let recallReal, let recallFake {
      balancedAccuracy = (recallReal + recallFake) / 2
    }
    accuracy = Double(real - alarms + hits) / Double(count)
    shareFake = Double(alarms + hits) / Double(count)
  }

  private mutating func measureProbabilities(_ predictions: [LabelledProbability]) {
    var lossSum = 0.0
    var squareSum = 0.0
    for prediction in predictions {
      lossSum += clippedLogLoss(probability: prediction.probability, label: prediction.label)
      let difference = prediction.probability - (prediction.label == .fake ? 1 : 0)
      squareSum += difference * difference
    }
    logLoss = lossSum / Double(count)
    brier = squareSum / Double(count)
    let gaps = ReliabilityBin.bins(predictions).map { bin in
      Double(bin.count) * abs((bin.meanProbability ?? 0) - (bin.shareFake ?? 0))
    }
    ece = gaps.reduce(0, +) / Double(count)
  }
}
