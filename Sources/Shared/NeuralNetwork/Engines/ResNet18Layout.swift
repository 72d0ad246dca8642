/// Where each layer of a ResNet18 lies in the arenas of its state, and its dimensions.
struct ResNet18Layout: Sendable {
  /// A convolution and the range of its weight in the parameters.
  struct Convolution: Sendable {
    let shape: BlockedConvolutionShape
    let range: Range<Int>
  }

  /// A BatchNorm layer: where its numbers start in the parameters, statistics and counters.
  struct BatchNorm: Sendable {
    let channels: Int
    let scale: Int
    let shift: Int
    let mean: Int
    let variance: Int
    let counter: Int
    let isHead: Bool
  }

  /// A linear layer: where weight and bias start in the parameters.
  struct Linear: Sendable {
    let inputs: Int
    let outputs: Int
    let weight: Int
    let bias: Int
  }

  /// Two convolutions and what their result is added to: the input itself or its projection.
  struct Block: Sendable {
    let first: (convolution: Convolution, norm: BatchNorm)
    let second: (convolution: Convolution, norm: BatchNorm)
    let projection: (convolution: Convolution, norm: BatchNorm)?
  }

  /// `Dropout, Linear, BatchNorm, ReLU, Dropout` before the last linear layer; without a hidden layer
  /// nothing is dropped.
  struct Head: Sendable {
    let dropout: Float
    let hidden: (linear: Linear, norm: BatchNorm?)?
    let output: Linear
  }

  let architecture: ResNet18Architecture
  let stem: (convolution: Convolution, norm: BatchNorm)
  let blocks: [Block]
  let head: Head
  /// First number of the head in the parameters; it is the last part.
  let headStart: Int
  let parameterCount: Int

  init(_ architecture: ResNet18Architecture) {
    let finder = EntryFinder(architecture)
    self.architecture = architecture
    stem = (
      finder.convolution("conv1", stride: 2, side: architecture.inputSize), finder.batchNorm("bn1")
    )
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
    headStart = finder.headStart
    parameterCount = finder.parameterCount
  }

  /// All convolutions, in the order of the state_dict.
  var convolutions: [Convolution] {
    [stem.convolution]
      + blocks.flatMap { block in
        [block.first.convolution, block.second.convolution]
          + (block.projection.map { [$0.convolution] } ?? [])
      }
  }

  /// The feature maps that come out of the backbone.
  var features: BlockedShape { blocks[blocks.count - 1].second.convolution.shape.output }

  /// The stem's feature maps after pooling, the largest that a block gets or gives.
  var pooled: BlockedShape { blocks[0].first.convolution.shape.output }
}

/// Finds entries of an architecture by name.
private struct EntryFinder {
  private let entries: [String: StateEntry]
  let headStart: Int
  let parameterCount: Int

  init(_ architecture: ResNet18Architecture) {
    let list = architecture.stateEntries
    entries = Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0) })
    let parameters = list.filter { $0.arena == .parameters }
    headStart = parameters.first { $0.isHead }?.range.lowerBound ?? 0
    parameterCount = parameters.last?.range.upperBound ?? 0
  }

  private func entry(_ name: String) -> StateEntry {
    guard let entry = entries[name] else {
      preconditionFailure("a ResNet18 has an entry named \(name)")
    }
    return entry
  }

  func convolution(_ name: String, stride: Int, side: Int) -> ResNet18Layout.Convolution {
    let weight = entry(name + ".weight")
    let shape = BlockedConvolutionShape(
      inputChannels: weight.shape[1], outputChannels: weight.shape[0], kernel: weight.shape[2],
      stride: stride, inputHeight: side, inputWidth: side)
    return ResNet18Layout.Convolution(shape: shape, range: weight.range)
  }

  func batchNorm(_ name: String) -> ResNet18Layout.BatchNorm {
    let scale = entry(name + ".weight")
    return ResNet18Layout.BatchNorm(
      channels: scale.shape[0], scale: scale.range.lowerBound,
      shift: entry(name + ".bias").range.lowerBound,
      mean: entry(name + ".running_mean").range.lowerBound,
      variance: entry(name + ".running_var").range.lowerBound,
      counter: entry(name + ".num_batches_tracked").range.lowerBound, isHead: scale.isHead)
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
    let projection =
      entries[name + ".downsample.0.weight"] == nil
      ? nil
      : (
        convolution(name + ".downsample.0", stride: stride, side: inputSide),
        batchNorm(name + ".downsample.1")
      )
    return ResNet18Layout.Block(
      first: (
        convolution(name + ".conv1", stride: stride, side: inputSide), batchNorm(name + ".bn1")
      ),
      second: (
        convolution(name + ".conv2", stride: 1, side: outputSide), batchNorm(name + ".bn2")
      ), projection: projection)
  }
}
