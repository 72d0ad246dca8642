import Foundation
import NeuralNetwork
import Testing

@testable import FaceDetection

/// The three networks against outputs that PyTorch computed (`Tests/Fixtures/mtcnn`).
@Suite(.enabled(if: SamplePictures.weightsAvailable, "needs weights/mtcnn"))
struct NetworkFixtureTests {
  private struct Document: Decodable { let networks: [String: [String: Value]] }

  /// Either the shape of the input or an output.
  private enum Value: Decodable {
    case shape([Int])
    case output([Float])

    private struct Output: Decodable { let values: [Float] }

    init(from decoder: any Decoder) throws {
      if let shape = try? [Int](from: decoder) {
        self = .shape(shape)
      } else {
        self = .output(try Output(from: decoder).values)
      }
    }
  }

  private func fixtures(_ name: String) throws -> (shape: FeatureShape, outputs: [String: [Float]])
  {
    let url = SamplePictures.package.appending(path: "Tests/Fixtures/mtcnn/expected_outputs.json")
    let document = try JSONDecoder().decode(Document.self, from: Data(contentsOf: url))
    var shape: [Int] = []
    var outputs: [String: [Float]] = [:]
    for (key, value) in try #require(document.networks[name]) {
      switch value {
      case .shape(let numbers): shape = numbers
      case .output(let values): outputs[key] = values
      }
    }
    try #require(shape.count == 4)
    return (
      FeatureShape(batch: shape[0], channels: shape[1], height: shape[2], width: shape[3]), outputs
    )
  }

  private func run(_ network: InferenceNetwork, _ shape: FeatureShape) -> [Float] {
    network.run(on: shape, workspace: InferenceWorkspace()) { input in
      for i in input.indices { input[i] = (Float((i * 7919 + 13) % 255) - 127.5) / 128 }
    } read: { output, _ in
      Array(output)
    }
  }

  private func expectEqual(_ found: [Float], _ expected: [Float]?, _ name: String) {
    let difference = zip(found, expected ?? []).map { abs($0 - $1) }.max() ?? .infinity
    #expect(found.count == expected?.count && difference < 1e-5, "\(name): off by \(difference)")
  }

  @Test func proposalNetwork() throws {
    let weights = try MTCNNWeights.load(directory: SamplePictures.weightsDirectory)
    let (shape, expected) = try fixtures("pnet")
    let output = run(weights.proposal, shape)
    let area = output.count / 6
    expectEqual(Array(output[(2 * area)...]), expected["reg"], "edges")
    let scores = (0..<area).map { softmaxOfTwo(output[$0], output[area + $0]) }
    expectEqual(scores.map { 1 - $0 } + scores, expected["prob"], "scores")
  }

  @Test func refinementNetwork() throws {
    let weights = try MTCNNWeights.load(directory: SamplePictures.weightsDirectory)
    let (shape, expected) = try fixtures("rnet")
    checkRows(run(weights.refinement, shape), width: 6, expected)
  }

  @Test func outputNetwork() throws {
    let weights = try MTCNNWeights.load(directory: SamplePictures.weightsDirectory)
    let (shape, expected) = try fixtures("onet")
    let output = run(weights.output, shape)
    checkRows(output, width: 16, expected)
    let points = stride(from: 0, to: output.count, by: 16).flatMap { output[($0 + 6)..<($0 + 16)] }
    expectEqual(points, expected["landmarks"], "landmarks")
  }

  private func checkRows(_ output: [Float], width: Int, _ expected: [String: [Float]]) {
    let rows = stride(from: 0, to: output.count, by: width).map { Array(output[$0..<($0 + width)]) }
    expectEqual(rows.flatMap { $0[2..<6] }, expected["reg"], "edges")
    let scores = rows.map { softmaxOfTwo($0[0], $0[1]) }
    expectEqual(scores.flatMap { [1 - $0, $0] }, expected["prob"], "scores")
  }
}
