import Contract
import Foundation
import Testing

@testable import Evaluation

struct CalibrationTests {
  /// A video per margin.
  private func frames(_ margins: [Double], _ labels: [Int]) -> [FramePrediction] {
    zip(margins, labels).enumerated().flatMap { index, pair in
      crops(video("v\(index)", pair.1 == 1 ? .fake : .real), pair.0)
    }
  }

  @Test func temperatureEqualsSciPy() throws {
    let cases = try EvaluationFixtures.load().temperatures
    #expect(cases.count == 7)
    for fixture in cases {
      let frames = frames(fixture.margins, fixture.labels)
      let calibration = try Calibration.fitted(frames: frames)
      // SciPy's minimum of a flat valley is exact to the square root of the precision.
      #expect(
        isClose(calibration.temperature, fixture.temperature, tolerance: 1e-6),
        "\(fixture.name): \(calibration.temperature), \(fixture.temperature)")
      let loss = try #require(
        BinaryMetrics(frames.map { $0.labelled(temperature: calibration.temperature) }).logLoss)
      #expect(loss <= fixture.logLoss + 1e-9, "\(fixture.name)")
      let isAtBound = [0.05, 20].contains(calibration.temperature)
      #expect(isAtBound == calibration.notes.contains { $0.contains("bound") }, "\(fixture.name)")
    }
  }

  @Test func temperatureScalesWithTheMargins() throws {
    let fixture = try #require(try EvaluationFixtures.load().temperatures.first)
    let base = TemperatureFit(frames(fixture.margins, fixture.labels)).temperature
    let third = TemperatureFit(frames(fixture.margins.map { $0 / 3 }, fixture.labels)).temperature
    #expect(isClose(third, base / 3, tolerance: 1e-9))
  }

  @Test func degenerateDataGiveOneAndSaySo() throws {
    let degenerate: [(String, [FramePrediction])] = [
      ("there are no validation frames", []),
      ("are all real", frames([1, -1], [0, 0])),
      ("are all fake", frames([1, -1], [1, 1])),
      ("the same answer", frames([-7, -7, -7], [0, 1, 1])),
      ("makes no error", frames([-1, 2, 3], [0, 1, 1])),
      ("makes no error", frames([-1, 0, 3], [0, 1, 1])),
      ("not finite", frames([-1, .nan, 3], [0, 1, 1])),
      ("not finite", frames([-1, 1, .infinity], [0, 1, 0])),
    ]
    for (reason, frames) in degenerate {
      let calibration = try Calibration.fitted(frames: frames)
      #expect(calibration.temperature == 1)
      #expect(calibration.notes.contains { $0.contains(reason) }, "\(calibration.notes)")
      try expectCodable(calibration)
    }
  }

  @Test func extremeMarginsDontTrap() throws {
    for scale in [1e-300, 1e-30, 1e30, 1e300] {
      let calibration = try Calibration.fitted(
        frames: frames([-scale, scale, scale, -scale], [0, 1, 0, 0]))
      #expect(TemperatureFit.bounds.contains(calibration.temperature))
      #expect((0...1).contains(calibration.threshold))
    }
  }

  private func threshold(_ probabilities: [Double], _ labels: [Int]) -> Double {
    Calibration.fittedThreshold(labelled(probabilities, labels)).value
  }

  @Test func thresholdIsTheMiddleOfTheBestGap() {
    #expect(isClose(threshold([0.1, 0.2, 0.6, 0.9], [0, 0, 1, 1]), 0.4))
    // A model that calls everything real at 0.5, and yet ranks well.
    #expect(isClose(threshold([0.01, 0.02, 0.04, 0.05], [0, 0, 1, 1]), 0.03))
    // An imbalance of the classes doesn't shift it.
    #expect(isClose(threshold([0.1, 0.7, 0.8, 0.9, 0.9, 0.9, 0.9], [0, 0, 1, 1, 1, 1, 1]), 0.75))
  }

  @Test func tiesGoToTheWidestThenTheMostCentralGap() {
    // Gaps 0.1...0.2 and 0.3...0.8 are equally good.
    #expect(isClose(threshold([0.1, 0.2, 0.3, 0.8], [0, 1, 0, 1]), 0.55))
    #expect(isClose(threshold([0.1, 0.6, 0.7, 0.8], [0, 1, 0, 1]), 0.35))
    // Equally wide (exactly, in binary): nearer to 0.5.
    #expect(threshold([0, 0.25, 0.5, 0.75], [0, 1, 0, 1]) == 0.625)
    #expect(threshold([0.25, 0.5, 0.75, 1], [0, 1, 0, 1]) == 0.375)
    // Equally near: the higher one.
    #expect(threshold([0, 0.25, 0.75, 1], [0, 1, 0, 1]) == 0.875)
  }

  @Test func thresholdIsTheBestOfAll() throws {
    for fixture in try EvaluationFixtures.load().metrics {
      let predictions = fixture.predictions
      let fitted = Calibration.fittedThreshold(predictions)
      let reached = BinaryMetrics(predictions, threshold: fitted.value).balancedAccuracy ?? 0
      let best = (fixture.probabilities + [-1]).map {
        BinaryMetrics(predictions, threshold: $0).balancedAccuracy ?? 0
      }.max()
      if fitted.note == nil {
        #expect(isClose(reached, best, tolerance: 1e-12), "\(fixture.name)")
      } else {
        #expect(isClose(best, 0.5, tolerance: 1e-12), "\(fixture.name)")
        #expect(fitted.value == 0.5)
      }
    }
  }

  @Test func neighbouringNumbersAreStillSeparated() {
    for lower in [0.5, 0.1, 1 - 0x1p-53, 0] {
      let value = threshold([lower, lower.nextUp], [0, 1])
      #expect(lower <= value && value < lower.nextUp)
    }
  }

  @Test func thresholdFallsBackToOneHalf() {
    for (probabilities, labels) in [
      ([], []), ([0.2, 0.3], [0, 0]), ([0.2], [1]), ([0.7, 0.7], [0, 1]), ([0.9, 0.1], [0, 1]),
      ([.nan, 0.3], [0, 1]),
    ] as [([Double], [Int])] {
      let fitted = Calibration.fittedThreshold(labelled(probabilities, labels))
      #expect(fitted.value == 0.5)
      #expect(fitted.note != nil)
    }
  }

  @Test func verdictFollowsTheThreshold() {
    let calibration = Calibration(threshold: 0.3)
    #expect(calibration.label(probability: 0.3) == .real)
    #expect(calibration.label(probability: 0.31) == .fake)
    #expect(calibration.label(probability: .nan) == nil)
  }

  @Test func impossibleValuesInAFileAreErrors() throws {
    for (temperature, threshold) in [("0", "0.5"), ("-1", "0.5"), ("1", "1.5"), ("1", "-0.1")] {
      let text = #"{"score":"mean","temperature":\#(temperature),"threshold":\#(threshold)}"#
      let error = #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(Calibration.self, from: Data(text.utf8))
      }
      guard case .dataCorrupted(let context) = error else {
        Issue.record("\(error as Any)")
        continue
      }
      #expect(context.debugDescription.contains("expected"))
    }
    let text = #"{"score":"median","temperature":2,"threshold":0.4}"#
    let read = try JSONDecoder().decode(Calibration.self, from: Data(text.utf8))
    #expect(read == Calibration(score: .median, temperature: 2, threshold: 0.4))
  }
}
