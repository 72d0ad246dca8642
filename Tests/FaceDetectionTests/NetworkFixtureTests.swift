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
      FeatureShape(batch: shape[0], height: shape[2], width: shape[3], channels: shape[1]), outputs
    )
  }

  /// The network's numbers, pixel by pixel. The fixtures' inputs are a function of the NCHW index.
  private func run(_ network: CascadeNetwork, _ shape: FeatureShape) -> [[Float]] {
    let area = shape.height * shape.width
    return network.run(on: shape, workspace: CascadeWorkspace()) { input in
      for i in input.indices {
        let (n, pixel, channel) = (i / shape.pictureCount, i % shape.pictureCount / 3, i % 3)
        let place = (n * 3 + channel) * area + pixel
        input[i] = (Float((place * 7919 + 13) % 255) - 127.5) / 128
      }
    } read: { output in
      (0..<output.shape.pixels).map { pixel in
        (0..<output.shape.channels).map { output[pixel][$0] }
      }
    }
  }

  private func expectEqual(_ found: [Float], _ expected: [Float]?, _ name: String) {
    let difference = zip(found, expected ?? []).map { abs($0 - $1) }.max() ?? .infinity
    #expect(found.count == expected?.count && difference < 1e-5, "\(name): off by \(difference)")
  }

  @Test func proposalNetwork() throws {
    let weights = try MTCNNWeights.load(
      directory: SamplePictures.weightsDirectory, kernels: Processor.selected)
    let (shape, expected) = try fixtures("pnet")
    try #require(shape.batch == 1)
    let output = run(weights.proposal, shape)
    expectEqual((2..<6).flatMap { map in output.map { $0[map] } }, expected["reg"], "edges")
    let scores = output.map { softmaxOfTwo($0[0], $0[1]) }
    expectEqual(scores.map { 1 - $0 } + scores, expected["prob"], "scores")
  }

  @Test func refinementNetwork() throws {
    let weights = try MTCNNWeights.load(
      directory: SamplePictures.weightsDirectory, kernels: Processor.selected)
    let (shape, expected) = try fixtures("rnet")
    checkRows(run(weights.refinement, shape), expected)
  }

  @Test func outputNetwork() throws {
    let weights = try MTCNNWeights.load(
      directory: SamplePictures.weightsDirectory, kernels: Processor.selected)
    let (shape, expected) = try fixtures("onet")
    let output = run(weights.output, shape)
    checkRows(output, expected)
    expectEqual(output.flatMap { $0[6..<16] }, expected["landmarks"], "landmarks")
  }

  private func checkRows(_ rows: [[Float]], _ expected: [String: [Float]]) {
    expectEqual(rows.flatMap { $0[2..<6] }, expected["reg"], "edges")
    let scores = rows.map { softmaxOfTwo($0[0], $0[1]) }
    expectEqual(scores.flatMap { [1 - $0, $0] }, expected["prob"], "scores")
  }
}
