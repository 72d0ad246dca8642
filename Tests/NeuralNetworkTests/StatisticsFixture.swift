import Foundation
import Testing

@testable import NeuralNetwork

/// The statistics that PyTorch found: a case of `Tests/Fixtures/statistics/make_fixtures.py`.
struct StatisticsFixture {
  private struct Case: Decodable {
    let pictures: Int
    let count: Int
    let entries: [String: [Double]]
    let logits: [Double]
  }

  let architecture: ResNet18Architecture
  private let content: Case

  init(_ name: String) throws {
    let file = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/statistics/expected.json")
    let cases = try JSONDecoder().decode([String: Case].self, from: Data(contentsOf: file))
    content = try #require(cases[name])
    let isFull = name.hasPrefix("full")
    architecture = ResNet18Architecture(
      width: isFull ? 64 : 8, inputSize: 64,
      head: name.hasSuffix("linear")
        ? .linear : .mlp(hidden: isFull ? 256 : 24, batchNorm: true, dropout: 0))
  }

  /// The key of the pictures.
  var pictures: Int { content.pictures }
  var count: Int { content.count }
  /// Running means and variances by name.
  var entries: [String: [Double]] { content.entries }
  /// `count x 2`.
  var logits: [Double] { content.logits }
}
