import TestSupport
import Testing

@testable import NeuralNetwork

@Suite struct InferenceNetworkTests {
  /// Convolution, pooling and a dense layer with pseudo-random weights.
  private let convolution = ConvolutionLayer(
    inputChannels: 2, kernel: 3, weight: pseudoRandom(4 * 2 * 9, seed: 1),
    bias: pseudoRandom(4, seed: 2), slope: pseudoRandom(4, seed: 3))
  private let dense = FullyConnectedLayer(
    inputCount: 4 * 3 * 4, weight: pseudoRandom(5 * 48, seed: 4), bias: pseudoRandom(5, seed: 5),
    slope: nil)
  private var network: InferenceNetwork {
    InferenceNetwork([
      .convolution(convolution), .maxPooling(MaxPoolingLayer(kernel: 2)), .fullyConnected(dense),
    ])
  }

  private func run(
    _ network: InferenceNetwork, _ input: [Float], _ shape: FeatureShape,
    _ workspace: InferenceWorkspace
  ) -> [Float] {
    network.run(on: shape, workspace: workspace) { buffer in
      for i in input.indices { buffer[i] = input[i] }
    } read: { output, _ in
      Array(output)
    }
  }

  @Test func batchEqualsReferenceLayers() {
    let shape = FeatureShape(batch: 3, channels: 2, height: 7, width: 9)
    let input = pseudoRandom(shape.count, seed: 6)
    let output = run(network, input, shape, InferenceWorkspace())
    var expected: [Float] = []
    for n in 0..<3 {
      let maps = referenceConvolution(
        PlanarConvolutionShape(
          inputChannels: 2, outputChannels: 4, kernel: 3, inputHeight: 7, inputWidth: 9),
        input: Array(input[(n * 126)..<((n + 1) * 126)]), weight: convolution.weight,
        bias: convolution.bias, slope: convolution.slope)
      let pooled = referenceMaxPooling(
        MaxPoolingShape(planes: 4, kernel: 2, inputHeight: 5, inputWidth: 7), input: maps)
      expected += referenceFullyConnected(
        input: pooled, weight: dense.weight, bias: dense.bias, slope: nil, batch: 1)
    }
    #expect(largestDifference(output, expected) < 2e-5)
  }

  @Test func workspaceKeepsNothingOfEarlierPictures() {
    let workspace = InferenceWorkspace()
    let network = InferenceNetwork([.convolution(convolution)])
    let small = FeatureShape(batch: 1, channels: 2, height: 3, width: 5)
    let large = FeatureShape(batch: 2, channels: 2, height: 20, width: 31)
    let input = pseudoRandom(small.count, seed: 7)
    let first = run(network, input, small, workspace)
    _ = run(network, pseudoRandom(large.count, seed: 8), large, workspace)
    #expect(run(network, input, small, workspace) == first)
  }

  @Test func outputShapeRefusesWhatDoesNotFit() {
    let shape = FeatureShape(batch: 2, channels: 2, height: 7, width: 9)
    #expect(
      network.outputShape(for: shape)
        == FeatureShape(batch: 2, channels: 5, height: 1, width: 1))
    var other = shape
    other.channels = 3
    #expect(network.outputShape(for: other) == nil)
    other = shape
    other.height = 2
    #expect(network.outputShape(for: other) == nil)
    other = shape
    other.width = 12
    #expect(network.outputShape(for: other) == nil)
  }
}
