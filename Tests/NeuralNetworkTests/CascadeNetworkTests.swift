import TestSupport
import Testing

@testable import Kernels
@testable import NeuralNetwork

@Suite struct CascadeNetworkTests {
  /// Two convolutions, PReLU behind one of them, pooling behind both, and two dense layers, with
  /// pseudo-random weights; channels that fill no blocks.
  private static let first = ConvolutionLayer(
    inputChannels: 3, kernel: 3, weight: pseudoRandom(10 * 27, seed: 1),
    bias: pseudoRandom(10, seed: 2), slope: pseudoRandom(10, seed: 3), pooling: 2)
  private static let second = ConvolutionLayer(
    inputChannels: 10, kernel: 2, weight: pseudoRandom(5 * 40, seed: 4),
    bias: pseudoRandom(5, seed: 5), slope: nil, pooling: 3)
  /// For maps of 3 x 3.
  private static let hidden = FullyConnectedLayer(
    inputCount: 45, weight: pseudoRandom(11 * 45, seed: 6), bias: pseudoRandom(11, seed: 7),
    slope: pseudoRandom(11, seed: 8))
  private static let last = FullyConnectedLayer(
    inputCount: 11, weight: pseudoRandom(33, seed: 9), bias: pseudoRandom(3, seed: 10), slope: nil)

  private static func network(
    _ kernels: any KernelSet = Processor.selected, isDense: Bool
  ) -> CascadeNetwork {
    CascadeNetwork(
      convolutions: [first, second], dense: isDense ? [hidden, last] : [], kernels: kernels)
  }

  /// NHWC to NHWC.
  private func run(
    _ network: CascadeNetwork, _ input: [Float], _ shape: FeatureShape,
    _ workspace: CascadeWorkspace
  ) -> [Float] {
    network.run(on: shape, workspace: workspace) { buffer in
      for i in input.indices { buffer[i] = input[i] }
    } read: { output in
      (0..<output.shape.pixels).flatMap { pixel in
        (0..<output.shape.channels).map { output[pixel][$0] }
      }
    }
  }

  private func reference(_ layer: ConvolutionLayer, _ maps: ReferenceMaps) -> ReferenceMaps {
    let shape = ConvolutionShape(
      inputChannels: layer.inputChannels, outputChannels: layer.outputChannels,
      kernel: layer.kernel, stride: 1, padding: 0, inputHeight: maps.height,
      inputWidth: maps.width, lanes: 1)
    let sums = referenceConvolutionForward(
      shape, input: maps, weight: layer.weight.map(Double.init))
    let activated = referencePReLU(
      sums, bias: layer.bias.map(Double.init), slope: layer.slope?.map(Double.init))
    return layer.pooling.map { referenceCeilPoolingForward(activated, window: $0) } ?? activated
  }

  /// A dense layer is a convolution whose kernel is as large as the maps.
  private func reference(_ layer: FullyConnectedLayer, _ maps: ReferenceMaps) -> ReferenceMaps {
    reference(
      ConvolutionLayer(
        inputChannels: maps.channels, kernel: maps.height, weight: layer.weight, bias: layer.bias,
        slope: layer.slope), maps)
  }

  /// What the obvious loops make of NHWC, in NHWC.
  private func expected(_ input: [Float], _ shape: FeatureShape, isDense: Bool) -> [Double] {
    var maps = ReferenceMaps(
      blocked: input, lanes: 3, count: shape.batch, channels: 3, height: shape.height,
      width: shape.width)
    maps = reference(Self.second, reference(Self.first, maps))
    if isDense { maps = reference(Self.last, reference(Self.hidden, maps)) }
    return maps.blocked(lanes: maps.channels).map(Double.init)
  }

  @Test(arguments: Processor.available.indices)
  func denseNetworkEqualsReferenceLayers(kernels: Int) {
    let network = Self.network(Processor.available[kernels], isDense: true)
    let shape = FeatureShape(batch: 7, height: 15, width: 16)
    let input = pseudoRandom(shape.count, seed: 6)
    let output = run(network, input, shape, CascadeWorkspace())
    #expect(relativeDifference(output, expected(input, shape, isDense: true)) < 5e-6)
  }

  /// Wide pictures are computed in bands, some of them with a last one that hangs over.
  @Test(
    arguments: Processor.available.indices,
    [(9, 10), (15, 16), (33, 40), (11, 700), (12, 700), (13, 1100), (40, 1100)])
  func convolutionsEqualReferenceLayers(kernels: Int, size: (Int, Int)) {
    let network = Self.network(Processor.available[kernels], isDense: false)
    let shape = FeatureShape(batch: 2, height: size.0, width: size.1)
    let input = pseudoRandom(shape.count, seed: 6)
    let output = run(network, input, shape, CascadeWorkspace())
    #expect(relativeDifference(output, expected(input, shape, isDense: false)) < 5e-6)
  }

  @Test func workspaceKeepsNothingOfEarlierPictures() {
    let workspace = CascadeWorkspace()
    let small = FeatureShape(batch: 1, height: 9, width: 10)
    let large = FeatureShape(batch: 2, height: 40, width: 61)
    let network = Self.network(isDense: false)
    let input = pseudoRandom(small.count, seed: 7)
    let first = run(network, input, small, workspace)
    _ = run(network, pseudoRandom(large.count, seed: 8), large, workspace)
    #expect(run(network, input, small, workspace) == first)
  }

  /// Networks share a workspace, and the plans that it keeps for them stay few.
  @Test func workspaceTellsNetworksApartAndForgetsPlans() {
    let workspace = CascadeWorkspace()
    let network = Self.network(isDense: false)
    let other = CascadeNetwork(
      convolutions: [
        ConvolutionLayer(
          inputChannels: 3, kernel: 3, weight: pseudoRandom(4 * 27, seed: 1),
          bias: pseudoRandom(4, seed: 2), slope: nil)
      ], kernels: Processor.selected)
    let shape = FeatureShape(batch: 1, height: 9, width: 10)
    let input = pseudoRandom(shape.count, seed: 7)
    let first = run(network, input, shape, workspace)
    #expect(run(other, input, shape, workspace).count == 4 * 7 * 8)
    #expect(workspace.planCount == 2)
    for size in 0..<CascadeWorkspace.maximumPlans {
      let shape = FeatureShape(batch: 1, height: 7 + size / 25, width: 7 + size % 25)
      _ = run(other, pseudoRandom(shape.count, seed: 1), shape, workspace)
      #expect(workspace.planCount <= CascadeWorkspace.maximumPlans)
    }
    #expect(run(network, input, shape, workspace) == first)
  }

  @Test func outputShapeRefusesWhatDoesNotFit() {
    let network = Self.network(isDense: true)
    let shape = FeatureShape(batch: 2, height: 15, width: 16)
    #expect(
      network.outputShape(for: shape)
        == FeatureShape(batch: 2, height: 1, width: 1, channels: 3))
    var other = shape
    other.channels = 4
    #expect(network.outputShape(for: other) == nil)
    other = shape
    other.height = 5
    #expect(network.outputShape(for: other) == nil)
    other = shape
    other.width = 24
    #expect(network.outputShape(for: other) == nil)
    #expect(Self.network(isDense: false).outputShape(for: other)?.width == 5)
  }
}
