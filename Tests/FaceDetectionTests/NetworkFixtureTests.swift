import Foundation
import NeuralNetwork
import Testing

@testable import FaceDetection

/// Each of MTCNN's networks alone against PyTorch, on inputs made by a formula
/// (`Tests/Fixtures/mtcnn/make_fixtures.py`).
@Suite(.enabled(if: SamplePictures.weightsAvailable, "needs weights/mtcnn"))
struct NetworkFixtureTests {
  private struct Document: Decodable {
    var networks: [String: Network]
  }

  private struct Network: Decodable {
    var inputShape: [Int]
    var reg: Values
    var prob: Values
    var landmarks: Values?
  }

  private struct Values: Decodable {
    var shape: [Int]
    var values: [Float]
  }

  @Test(arguments: ["pnet", "rnet", "onet"]) func agreesWithPyTorch(name: String) throws {
    let file = SamplePictures.package.appending(path: "Tests/Fixtures/mtcnn/expected_outputs.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let document = try decoder.decode(Document.self, from: Data(contentsOf: file))
    let expected = try #require(document.networks[name])
    let weights = try MTCNNWeights.load(directory: SamplePictures.weightsDirectory)
    let network = ["pnet": weights.proposal, "rnet": weights.refinement, "onet": weights.output]
    let shape = FeatureShape(
      batch: expected.inputShape[0], channels: expected.inputShape[1],
      height: expected.inputShape[2], width: expected.inputShape[3])
    let (output, outputShape) = try #require(network[name]).run(
      on: shape, workspace: InferenceWorkspace(),
      fill: { input in
        for i in input.indices { input[i] = (Float((i * 7919 + 13) % 255) - 127.5) / 128 }
      },
      read: { (Array($0), $1) })

    // Channels of ours: two scores before softmax, four of the box, ten of the landmarks.
    let pixels = outputShape.height * outputShape.width
    func ours(_ picture: Int, _ channel: Int, _ pixel: Int) -> Float {
      output[(picture * outputShape.channels + channel) * pixels + pixel]
    }
    func compare(_ wanted: Values, _ what: String, _ value: (Int, Int, Int) -> Float) {
      let channels = wanted.shape[1]
      #expect(wanted.shape[0] == outputShape.batch)
      #expect(wanted.values.count == outputShape.batch * channels * pixels)
      var largest: Float = 0
      for (position, number) in wanted.values.enumerated() {
        let (picture, channel) = (position / pixels / channels, position / pixels % channels)
        largest = max(largest, abs(value(picture, channel, position % pixels) - number))
      }
      #expect(largest < 1e-5, "\(name) \(what): largest difference \(largest)")
    }
    compare(expected.prob, "prob") { picture, channel, pixel in
      let face = softmaxOfTwo(ours(picture, 0, pixel), ours(picture, 1, pixel))
      return channel == 1 ? face : 1 - face
    }
    compare(expected.reg, "reg") { ours($0, 2 + $1, $2) }
    if let landmarks = expected.landmarks {
      compare(landmarks, "landmarks") { ours($0, 6 + $1, $2) }
    }
  }
}
