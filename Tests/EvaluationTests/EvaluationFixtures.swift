import Contract
import Foundation
import Testing

@testable import Evaluation

/// What `Tests/Fixtures/evaluation/make_fixtures.py` computed with scikit-learn, SciPy and NumPy.
struct EvaluationFixtures: Decodable {
  struct MetricCase: Decodable {
    let name: String
    let labels: [Int]
    let probabilities: [Double]
    let threshold: Double
    let metrics: [String: Double]
    let falsePositiveRates: [Double]
    let truePositiveRates: [Double]

    var predictions: [LabelledProbability] { labelled(probabilities, labels) }
  }

  struct TemperatureCase: Decodable {
    let name: String
    let labels: [Int]
    let margins: [Double]
    let temperature: Double
    let logLoss: Double
  }

  struct ScoreCase: Decodable {
    let margins: [Double]
    let temperature: Double
    let scores: [String: Double]
  }

  struct WeightedCase: Decodable {
    let labels: [Int]
    let probabilities: [Double]
    let groups: [Int]
    let weights: [Int]
    let threshold: Double
    let auc: Double
    let logLoss: Double
    let balancedAccuracy: Double

    var predictions: [LabelledProbability] { labelled(probabilities, labels) }
  }

  struct PercentileCase: Decodable {
    let values: [Double]
    let lower: Double
    let upper: Double
  }

  let metrics: [MetricCase]
  let temperatures: [TemperatureCase]
  let scores: [ScoreCase]
  let weighted: [WeightedCase]
  let percentiles: [PercentileCase]

  static func load() throws -> EvaluationFixtures {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: tests.appending(path: "Fixtures/evaluation/expected.json"))
    return try JSONDecoder().decode(EvaluationFixtures.self, from: data)
  }
}

/// 0 is real, 1 is fake.
func labelled(_ probabilities: [Double], _ labels: [Int]) -> [LabelledProbability] {
  zip(probabilities, labels).map {
    LabelledProbability(probability: $0, label: $1 == 1 ? .fake : .real)
  }
}

/// A video whose group is its own, unless named.
func video(
  _ name: String, _ label: VideoLabel, group: String? = nil, method: String? = nil,
  compression: String? = nil, original: String? = nil, dataset: String? = nil
) -> EvaluatedVideo {
  EvaluatedVideo(
    name: name, group: group ?? name, label: label, method: method, compression: compression,
    original: original, dataset: dataset)
}

/// A crop of each margin, in frames 0, 1, ...
func crops(_ video: EvaluatedVideo, _ margins: Double...) -> [FramePrediction] {
  margins.enumerated().map { FramePrediction(video: video, frame: $0, margin: $1) }
}

/// Whether two numbers agree, relative to their size if they are large.
func isClose(_ left: Double?, _ right: Double?, tolerance: Double = 1e-9) -> Bool {
  guard let left, let right else { return left == nil && right == nil }
  return abs(left - right) <= tolerance * max(1, abs(right))
}
