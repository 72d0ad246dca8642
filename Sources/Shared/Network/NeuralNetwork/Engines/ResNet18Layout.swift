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
    let finder = LayerFinder(architecture, kernels: kernels, pictures: pictures)
    self.architecture = architecture
    self.kernels = kernels
    stem = finder.normed("conv1", "bn1", stride: 2, side: architecture.inputSize)
    var blocks: [Block] = []
    for stage in 0..<4 {
      for index in 0..<2 {
        let shrinks = stage > 0 && index == 0
        let outputSide = (architecture.inputSize / 4) >> stage
        blocks.append(
          finder.block(
            "layer\(stage + 1).\(index)", stride: shrinks ? 2 : 1,
            inputSide: shrinks ? outputSide * 2 : outputSide, outputSide: outputSide))
      }
    }
    self.blocks = blocks
    switch architecture.head {
    case .linear:
      head = Head(dropout: 0, hidden: nil, output: finder.linear("fc"))
    case .mlp(_, let batchNorm, let dropout):
      head = Head(
        dropout: dropout,
        hidden: (finder.linear("fc.1"), batchNorm ? finder.batchNorm("fc.2") : nil),
        output: finder.linear(batchNorm ? "fc.5" : "fc.4"))
    }
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

  /// The first section of a stage, see `StateEntry.stage`: two blocks make one.
  static func firstSection(ofStage stage: Int) -> Int { max(0, 2 * stage - 1) }

  /// All convolutions, in the order of the state_dict.
  var convolutions: [Convolution] {
    [stem.convolution]
      + blocks.flatMap { block in
        [block.first.convolution, block.second.convolution]
          + (block.projection.map { [$0.convolution] } ?? [])
      }
  }

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
    _ name: String, stride: Int, side: Int
  ) -> ResNet18Layout.Convolution {
    let weight = entry(name + ".weight")
    let shape = ConvolutionShape(
      inputChannels: weight.shape[1], outputChannels: weight.shape[0], kernel: weight.shape[2],
      stride: stride, inputHeight: side, inputWidth: side, lanes: kernels.lanes)
    let kernel = kernels.convolution(shape, pictures: pictures)
    let fits = shape.packedGradCount <= weight.range.count
    defer {
      convolutionCount += 1
      packedCount += Self.aligned(kernel.packedCount)
      packedBackwardCount += Self.aligned(kernel.packedBackwardCount)
      gradientCount += fits ? 0 : Self.aligned(shape.packedGradCount)
    }
    return ResNet18Layout.Convolution(
      number: convolutionCount, name: name, kernel: kernel, range: weight.range,
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

  func normed(
    _ convolution: String, _ norm: String, stride: Int, side: Int
  ) -> ResNet18Layout.Normed {
    (self.convolution(convolution, stride: stride, side: side), batchNorm(norm))
  }

  func linear(_ name: String) -> ResNet18Layout.Linear {
    let weight = entry(name + ".weight")
    return ResNet18Layout.Linear(
      inputs: weight.shape[1], outputs: weight.shape[0], weight: weight.range.lowerBound,
      bias: entry(name + ".bias").range.lowerBound)
  }

  func block(
    _ name: String, stride: Int, inputSide: Int, outputSide: Int
  ) -> ResNet18Layout.Block {
    let first = normed(name + ".conv1", name + ".bn1", stride: stride, side: inputSide)
    let second = normed(name + ".conv2", name + ".bn2", stride: 1, side: outputSide)
    let hasProjection = entries[name + ".downsample.0.weight"] != nil
    return ResNet18Layout.Block(
      first: first, second: second,
      projection: hasProjection
        ? normed(
          name + ".downsample.0", name + ".downsample.1", stride: stride, side: inputSide) : nil)
  }
}
