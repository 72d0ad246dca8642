import Contract
import Foundation
import Randomness
import Testing

@testable import Evaluation

struct BinaryMetricsTests {
  /// The metrics by the names that the fixtures give them.
  static let values: [(name: String, value: @Sendable (BinaryMetrics) -> Double?)] = [
    ("logLoss", { $0.logLoss }), ("auc", { $0.auc }),
    ("balancedAccuracy", { $0.balancedAccuracy }), ("recallReal", { $0.recallReal }),
    ("recallFake", { $0.recallFake }), ("accuracy", { $0.accuracy }), ("eer", { $0.eer }),
    ("averagePrecision", { $0.averagePrecision }), ("brier", { $0.brier }), ("ece", { $0.ece }),
    ("shareFake", { $0.shareFake }),
  ]

  @Test func equalScikitLearn() throws {
    let cases = try EvaluationFixtures.load().metrics
    #expect(cases.count == 10)
    for fixture in cases {
      let metrics = BinaryMetrics(fixture.predictions, threshold: fixture.threshold)
      #expect(fixture.metrics.count == Self.values.count)
      for (name, value) in Self.values {
        let got = value(metrics)
        let expected = fixture.metrics[name]
        #expect(
          isClose(got, expected), "\(fixture.name): \(name): \(got as Any), \(expected as Any)")
      }
    }
  }

  @Test func curveEqualsScikitLearn() throws {
    for fixture in try EvaluationFixtures.load().metrics {
      let points = RankedPredictions(fixture.predictions).rocCurve()
      #expect(points.count == fixture.falsePositiveRates.count, "\(fixture.name)")
      for (index, point) in points.enumerated() {
        #expect(isClose(point.falsePositiveRate, fixture.falsePositiveRates[index]))
        #expect(isClose(point.truePositiveRate, fixture.truePositiveRates[index]))
      }
    }
  }

  @Test func thinnedCurveKeepsBothEnds() throws {
    let fixture = try #require(try EvaluationFixtures.load().metrics.first)
    let ranked = RankedPredictions(fixture.predictions)
    let whole = ranked.rocCurve()
    for count in [0, 2, 3, 10, 50] {
      let points = ranked.rocCurve(maximumCount: count)
      #expect(points.count == max(count, 2))
      #expect(points.first == whole.first && points.last == whole.last)
      #expect(points.allSatisfy(whole.contains))
    }
  }

  /// Random predictions with ties.
  private func randomPredictions(_ round: Int) -> [LabelledProbability] {
    var random = RandomStream(seed: 3, .check, UInt64(round))
    let steps = [1000, 12, 3][round % 3]
    return (0..<(5 + round * 7)).map { index in
      LabelledProbability(
        probability: Double(random.below(steps)) / Double(steps),
        label: index < 2 ? [.real, .fake][index] : random.happens(0.6) ? .fake : .real)
    }
  }

  @Test func orderMetricsIgnoreMonotoneMaps() {
    for round in 0..<30 {
      let predictions = randomPredictions(round)
      let mapped = predictions.map {
        LabelledProbability(probability: pow($0.probability, 3) * 0.5 + 0.2, label: $0.label)
      }
      let metrics = BinaryMetrics(predictions)
      let after = BinaryMetrics(mapped)
      #expect(metrics.auc == after.auc)
      #expect(metrics.eer == after.eer)
      #expect(metrics.averagePrecision == after.averagePrecision)
    }
  }

  @Test func areaCountsPairs() {
    for round in 0..<30 {
      let predictions = randomPredictions(round)
      var won = 0.0
      var pairs = 0.0
      for fake in predictions where fake.label == .fake {
        for real in predictions where real.label == .real {
          pairs += 1
          let difference = fake.probability - real.probability
          won += difference > 0 ? 1 : difference == 0 ? 0.5 : 0
        }
      }
      #expect(isClose(BinaryMetrics(predictions).auc, won / pairs, tolerance: 1e-14))
    }
  }

  @Test func flippedLabelsMirrorTheMetrics() {
    for round in 0..<30 {
      let predictions = randomPredictions(round)
      let flipped = predictions.map {
        LabelledProbability(probability: $0.probability, label: $0.label == .fake ? .real : .fake)
      }
      let metrics = BinaryMetrics(predictions)
      let mirror = BinaryMetrics(flipped)
      #expect(isClose(metrics.auc.map { 1 - $0 }, mirror.auc, tolerance: 1e-14))
      #expect(isClose(metrics.eer.map { 1 - $0 }, mirror.eer, tolerance: 1e-12))
      #expect(
        isClose(metrics.balancedAccuracy.map { 1 - $0 }, mirror.balancedAccuracy, tolerance: 1e-14))
      #expect(metrics.shareFake == mirror.shareFake)
    }
  }

  @Test func orderOfInputHasNoInfluence() {
    var predictions = randomPredictions(20)
    let metrics = BinaryMetrics(predictions)
    var random = RandomStream(seed: 1, .check)
    random.shuffle(&predictions)
    let shuffled = BinaryMetrics(predictions)
    for (name, value) in Self.values {
      #expect(isClose(value(metrics), value(shuffled), tolerance: 1e-13), "\(name)")
    }
  }

  @Test func nothingIsNilAndNotZero() throws {
    let metrics = BinaryMetrics([])
    #expect(metrics.count == 0)
    for (name, value) in Self.values { #expect(value(metrics) == nil, "\(name)") }
    try expectCodable(metrics)
  }

  @Test(arguments: VideoLabel.allCases) func oneClassLeavesWhatIsDefined(label: VideoLabel) throws {
    let metrics = BinaryMetrics(
      [0.2, 0.6, 0.9].map { LabelledProbability(probability: $0, label: label) })
    let undefined = [
      "auc", "balancedAccuracy", "eer", "averagePrecision",
      label == .real ? "recallFake" : "recallReal",
    ]
    for (name, value) in Self.values {
      #expect((value(metrics) == nil) == undefined.contains(name), "\(name)")
    }
    #expect(metrics.balancedShareFake == nil)
    #expect(isClose(metrics.accuracy, label == .fake ? 2.0 / 3 : 1.0 / 3))
    try expectCodable(metrics)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1.5, -0.1])
  func oneInvalidProbabilityVoidsAll(probability: Double) throws {
    let metrics = BinaryMetrics(labelled([0.1, probability, 0.8], [0, 1, 1]))
    #expect(metrics.invalid == 1)
    #expect(metrics.count == 3)
    for (name, value) in Self.values { #expect(value(metrics) == nil, "\(name)") }
    try expectCodable(metrics)
  }

  @Test func logLossIsBounded() {
    let metrics = BinaryMetrics(labelled([1, 0], [0, 1]))
    #expect(isClose(metrics.logLoss, -log(1e-15), tolerance: 1e-3))
  }

  @Test func thresholdItselfIsReal() {
    let metrics = BinaryMetrics(labelled([0.5, 0.5.nextUp], [0, 1]), threshold: 0.5)
    #expect(metrics.accuracy == 1)
  }

  @Test func constantFakeHasHighAccuracyAndNoBalancedAccuracy() {
    // DFDC: 19,197 real of 119,197.
    let labels = (0..<1000).map { $0 < 161 ? 0 : 1 }
    let metrics = BinaryMetrics(labelled(Array(repeating: 0.99, count: 1000), labels))
    #expect(metrics.accuracy == 0.839)
    #expect(metrics.balancedAccuracy == 0.5)
    #expect(metrics.balancedShareFake == 1)
    #expect(metrics.auc == 0.5)
  }

  @Test func reliabilityBinsCountEveryPrediction() {
    let bins = ReliabilityBin.bins(labelled([0, 0.05, 0.1, 0.999, 1], [0, 1, 0, 1, 1]), count: 10)
    #expect(bins.map(\.count) == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2])
    #expect(bins[0].shareFake == 0.5)
    #expect(bins[2].shareFake == nil && bins[2].meanProbability == nil)
    #expect(isClose(bins[9].meanProbability, 0.9995))
  }
}

/// Encodes as JSON (which refuses NaN and infinity) and compares what is read back.
func expectCodable<Value: Codable & Equatable>(
  _ value: Value, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let data = try JSONEncoder().encode(value)
  let back = try JSONDecoder().decode(Value.self, from: data)
  #expect(back == value, sourceLocation: sourceLocation)
}
