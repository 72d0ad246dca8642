internal import Kernels

/// Where each layer of a ResNet18 lies in the arenas of its state, its dimensions, and the kernels
/// that compute it.
struct ResNet18Layout: Sendable {
  /// A convolution, the range of its weight in the parameters, and where its packed forms start.
  struct Convolution: Sendable {
    /// Its index among the convolutions, in the order of the state_dict.
    let number: Int
    let name: String
    let kernel: any ConvolutionKernel
    let range: Range<Int>
    /// In an arena of weights packed for the forward pass.
    let packed: Int
    /// In an arena of weights packed for the backward pass.
    let packedBackward: Int
    /// In an arena of gradients, see `gradientCount`.
    let packedGrad: Int

    var shape: ConvolutionShape { kernel.shape }
  }

  /// A BatchNorm layer: where its numbers start in the parameters, statistics and counters.
  struct BatchNorm: Sendable {
    let channels: Int
    let scale: Int
    let shift: Int
    let mean: Int
    let variance: Int
    let counter: Int
    /// See `StateEntry.stage`.
    let stage: Int
  }

  /// A linear layer: where weight and bias start in the parameters.
  struct Linear: Sendable {
    let inputs: Int
    let outputs: Int
    let weight: Int
    let bias: Int
  }

  /// A convolution and the BatchNorm after it.
  typealias Normed = (convolution: Convolution, norm: BatchNorm)

  /// Two convolutions and what their result is added to: the input itself or its projection.
  struct Block: Sendable {
    /// See `StateEntry.stage`.
    let stage: Int
    /// The stage whose output it gets.
    let inputStage: Int
    let first: Normed
    let second: Normed
    let projection: Normed?
  }

  /// `Dropout, Linear, BatchNorm, ReLU, Dropout` before the last linear layer; without a hidden layer
  /// nothing is dropped.
  struct Head: Sendable {
    let dropout: Float
    let hidden: (linear: Linear, norm: BatchNorm?)?
    let output: Linear
  }

  let architecture: ResNet18Architecture
  let kernels: any KernelSet
  let stem: Normed
  let blocks: [Block]
  let head: Head
  /// First number of each stage in the parameters, see `StateEntry.stage`.
  let stageStarts: [Int]
  let parameterCount: Int
  /// Floats of an arena of packed weights, for either direction.
  let packedCount: Int
  let packedBackwardCount: Int
  /// Floats of an arena of gradients: like the parameters, but those of convolutions are packed, and
  /// lie after the parameters where they need more room than their weights.
  let gradientCount: Int

  /// - Parameter pictures: how many a worker usually computes at once.
  /// - Precondition: the width is a multiple of 8.
  init(_ architecture: ResNet18Architecture, kernels: any KernelSet, pictures: Int) {
    precondition(
      architecture.width.isMultiple(of: 8), "an engine computes a width that is a multiple of 8")
    let network = ResNet18Topology(architecture)
    let finder = LayerFinder(architecture, kernels: kernels, pictures: pictures)
    self.architecture = architecture
    self.kernels = kernels
    stem = finder.normed(network.stem)
    blocks = network.blocks.map { block in
      Block(
        stage: block.stage, inputStage: block.inputStage, first: finder.normed(block.first),
        second: finder.normed(block.second),
        projection: block.projection.map { finder.normed($0) })
    }
    head = Head(
      dropout: network.head.dropout,
      hidden: network.head.hidden.map {
        (finder.linear($0.linear), $0.norm.map { finder.batchNorm($0) })
      },
      output: finder.linear(network.head.output))
    stageStarts = finder.stageStarts
    parameterCount = finder.parameterCount
    packedCount = finder.packedCount
    packedBackwardCount = finder.packedBackwardCount
    gradientCount = finder.gradientCount
  }

  /// First number of the head in the parameters; it is the last stage.
  var headStart: Int { stageStarts[ResNet18Architecture.backboneStages] }

  /// First number of each section in the parameters: of the stem, of each block, of the head.
  var sectionStarts: [Int] {
    [0] + blocks.map(\.first.convolution.range.lowerBound) + [headStart]
  }

  /// The parameters of a section.
  func parameters(ofSection section: Int) -> Range<Int> {
    let starts = sectionStarts + [parameterCount]
    return starts[section]..<starts[section + 1]
  }

  /// The first section of a stage, see `StateEntry.stage`: the stem is one, and each block.
  static func firstSection(ofStage stage: Int) -> Int {
    stage == 0 ? 0 : 1 + ResNet18Topology.blocksPerStage * (stage - 1)
  }

  /// All convolutions with the BatchNorm after each, in the order of the state_dict.
  var normed: [Normed] {
    [stem]
      + blocks.flatMap { [$0.first, $0.second] + ($0.projection.map { [$0] } ?? []) }
  }

  /// All convolutions, in the order of the state_dict.
  var convolutions: [Convolution] { normed.map(\.convolution) }

  /// Parameters that are no weights of convolutions.
  var plainRanges: [Range<Int>] {
    var ranges: [Range<Int>] = []
    var end = 0
    for range in convolutions.map(\.range).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      ranges.append(end..<range.lowerBound)
      end = range.upperBound
    }
    return ranges + [end..<parameterCount]
  }

  /// Floats that any of the convolutions, or the pooling after the first, needs as scratch.
  var scratchCount: Int {
    max(convolutions.map(\.kernel.scratchCount).max() ?? 0, 4 * stemMaps.width * stemMaps.lanes)
  }

  /// The feature maps that come out of the backbone.
  var features: BlockedShape { blocks[blocks.count - 1].second.convolution.shape.output }

  /// The stem's feature maps before pooling.
  var stemMaps: BlockedShape { stem.convolution.shape.output }

  /// The stem's feature maps after pooling, the largest that a block gets or gives.
  var pooled: BlockedShape { blocks[0].first.convolution.shape.output }

  /// The maps that a block gets, or after the last one those that come out of the backbone.
  func inputShape(ofBlock index: Int) -> BlockedShape {
    index == 0 ? pooled : blocks[index - 1].second.convolution.shape.output
  }

  /// A matrix with a row of whole blocks per sample.
  func matrix(columns: Int) -> BlockedShape {
    BlockedShape(channels: columns, height: 1, width: 1, lanes: kernels.lanes)
  }
}

/// Finds layers of an architecture by name and says where packed weights start.
private final class LayerFinder {
  private let entries: [String: StateEntry]
  private let kernels: any KernelSet
  private let pictures: Int
  private var convolutionCount = 0
  private(set) var packedCount = 0
  private(set) var packedBackwardCount = 0
  private(set) var gradientCount: Int
  let stageStarts: [Int]
  let parameterCount: Int

  init(_ architecture: ResNet18Architecture, kernels: any KernelSet, pictures: Int) {
    let list = architecture.stateEntries
    self.kernels = kernels
    self.pictures = pictures
    entries = Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0) })
    let parameters = list.filter { $0.arena == .parameters }
    stageStarts = (0...ResNet18Architecture.backboneStages).map { stage in
      parameters.first { $0.stage == stage }?.range.lowerBound ?? 0
    }
    parameterCount = parameters.last?.range.upperBound ?? 0
    gradientCount = Self.aligned(parameterCount)
  }

  private func entry(_ name: String) -> StateEntry {
    guard let entry = entries[name] else {
      preconditionFailure("a ResNet18 has an entry named \(name)")
    }
    return entry
  }

  /// Whole cache lines.
  private static func aligned(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  private func convolution(
    _ layer: ResNet18Topology.Convolution
  ) -> ResNet18Layout.Convolution {
    let weight = entry(layer.name + ".weight")
    let shape = ConvolutionShape(
      inputChannels: layer.inputs, outputChannels: layer.outputs, kernel: layer.kernel,
      stride: layer.stride, inputHeight: layer.side, inputWidth: layer.side, lanes: kernels.lanes)
    let kernel = kernels.convolution(shape, pictures: pictures)
    let fits = shape.packedGradCount <= weight.range.count
    defer {
      convolutionCount += 1
      packedCount += Self.aligned(kernel.packedCount)
      packedBackwardCount += Self.aligned(kernel.packedBackwardCount)
      gradientCount += fits ? 0 : Self.aligned(shape.packedGradCount)
    }
    return ResNet18Layout.Convolution(
      number: convolutionCount, name: layer.name, kernel: kernel, range: weight.range,
      packed: packedCount, packedBackward: packedBackwardCount,
      packedGrad: fits ? weight.range.lowerBound : gradientCount)
  }

  func batchNorm(_ name: String) -> ResNet18Layout.BatchNorm {
    let scale = entry(name + ".weight")
    return ResNet18Layout.BatchNorm(
      channels: scale.shape[0], scale: scale.range.lowerBound,
      shift: entry(name + ".bias").range.lowerBound,
      mean: entry(name + ".running_mean").range.lowerBound,
      variance: entry(name + ".running_var").range.lowerBound,
      counter: entry(name + ".num_batches_tracked").range.lowerBound, stage: scale.stage)
  }

  func normed(_ layer: ResNet18Topology.Convolution) -> ResNet18Layout.Normed {
    (convolution(layer), batchNorm(layer.norm))
  }

  func linear(_ layer: ResNet18Topology.Linear) -> ResNet18Layout.Linear {
    ResNet18Layout.Linear(
      inputs: layer.inputs, outputs: layer.outputs,
      weight: entry(layer.name + ".weight").range.lowerBound,
      bias: entry(layer.name + ".bias").range.lowerBound)
  }
}
