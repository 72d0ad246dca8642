import Contract
import Testing

@testable import Evaluation

struct CurveTests {
  /// scikit-learn's average precision is the area under the steps of the curve.
  @Test func precisionRecallCurveHasTheAreaOfAveragePrecision() throws {
    for fixture in try EvaluationFixtures.load().metrics {
      let points = RankedPredictions(fixture.predictions).precisionRecallCurve(
        maximumCount: .max)
      var recall = 0.0
      var area = 0.0
      for point in points {
        #expect(point.recall >= recall)
        area += (point.recall - recall) * point.precision
        recall = point.recall
      }
      guard let expected = fixture.metrics["averagePrecision"] ?? nil else {
        #expect(points.isEmpty)
        continue
      }
      #expect(abs(area - expected) < 1e-12, "\(fixture.name): \(area), \(expected)")
      #expect(recall == 1)
    }
  }

  @Test func thinnedCurveKeepsBothEnds() throws {
    let fixture = try #require(try EvaluationFixtures.load().metrics.first)
    let ranked = RankedPredictions(fixture.predictions)
    let whole = ranked.precisionRecallCurve(maximumCount: .max)
    for count in [0, 2, 3, 10] {
      let points = ranked.precisionRecallCurve(maximumCount: count)
      #expect(points.count <= max(count, 2))
      #expect(points.first == whole.first && points.last == whole.last)
      #expect(points.allSatisfy(whole.contains))
    }
  }

  @Test func confusionAgreesWithTheMetrics() throws {
    for fixture in try EvaluationFixtures.load().metrics {
      let metrics = BinaryMetrics(fixture.predictions, threshold: fixture.threshold)
      let counts = ConfusionCounts(fixture.predictions, threshold: fixture.threshold)
      guard metrics.invalid == 0 else { continue }
      #expect(counts.realCalledReal + counts.realCalledFake == metrics.real)
      #expect(counts.fakeCalledReal + counts.fakeCalledFake == metrics.fake)
      #expect(counts.recallFake == metrics.recallFake)
      #expect(isClose(counts.falseAlarmRate, metrics.recallReal.map { 1 - $0 }))
      let called = counts.realCalledFake + counts.fakeCalledFake
      #expect((counts.precision == nil) == (called == 0))
    }
  }

  @Test func invalidPredictionsAreNotCounted() {
    let predictions = [0.9, .nan, 2, -1, .infinity].map {
      LabelledProbability(probability: $0, label: .fake)
    }
    let counts = ConfusionCounts(predictions, threshold: 0.5)
    #expect(counts.fakeCalledFake == 1 && counts.fakeCalledReal == 0)
  }
}
