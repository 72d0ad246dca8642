internal import Kernels

/// A network's weights as the kernels read them.
///
/// `@unchecked Sendable`: everything is written while it is set up and only read from then on.
final class PackedLayers: @unchecked Sendable {
  /// A convolution and what follows it.
  struct Convolution {
    let inputChannels: Int
    let outputChannels: Int
    let kernel: Int
    let pooling: Int?
    let weight: UnsafePointer<Float>
    /// Whole blocks.
    let bias: UnsafePointer<Float>
    let slope: UnsafePointer<Float>?

    /// The convolution for maps of a size, or nil where they are too small for it or its pooling.
    func shape(height: Int, width: Int, lanes: Int) -> ConvolutionShape? {
      guard min(height, width) >= kernel + (pooling ?? 1) - 1 else { return nil }
      return ConvolutionShape(
        inputChannels: inputChannels, outputChannels: outputChannels, kernel: kernel, stride: 1,
        padding: 0, inputHeight: height, inputWidth: width, lanes: lanes)
    }

    /// The maps after it, pooled.
    func output(_ shape: ConvolutionShape) -> BlockedShape {
      pooling.map { CeilPoolingShape(shape.output, window: $0).output } ?? shape.output
    }
  }

  /// A fully connected layer.
  struct Dense {
    let inputCount: Int
    let outputCount: Int
    /// Numbers of a row of the input, those that fill up blocks too.
    let rowCount: Int
    /// `outputCount x rowCount`.
    let weight: UnsafePointer<Float>
    let bias: UnsafePointer<Float>
    let slope: UnsafePointer<Float>?
  }

  let kernels: any KernelSet
  let convolutions: [Convolution]
  let dense: [Dense]
  private let memory: FloatMemory

  init(
    _ convolutions: [ConvolutionLayer], _ dense: [FullyConnectedLayer], _ kernels: any KernelSet
  ) {
    guard let last = convolutions.last, convolutions.first?.inputChannels == 3 else {
      preconditionFailure("a network begins with a convolution of pictures")
    }
    precondition(
      zip(convolutions, convolutions.dropFirst()).allSatisfy {
        $0.outputChannels == $1.inputChannels
      } && zip(dense, dense.dropFirst()).allSatisfy { $0.bias.count == $1.inputCount },
      "a layer takes what the one before gives")
    precondition(
      dense.first.map { $0.inputCount % last.outputChannels == 0 }
        ?? (last.outputChannels <= CascadeNetwork.maximumMaps),
      "dense layers take whole maps; without them a network ends in a few maps")
    let memory = FloatMemory()
    self.kernels = kernels
    self.memory = memory
    self.convolutions = convolutions.map { Self.pack($0, kernels, memory) }
    self.dense = dense.enumerated().map { index, layer in
      Self.pack(
        layer, maps: index == 0 ? last.outputChannels : nil, lanes: kernels.lanes, memory)
    }
  }

  /// The maps that pictures of a size become, or nil where they are too small.
  func maps(height: Int, width: Int) -> BlockedShape? {
    var maps = BlockedShape(channels: 3, height: height, width: width, lanes: kernels.lanes)
    for layer in convolutions {
      guard
        let shape = layer.shape(height: maps.height, width: maps.width, lanes: kernels.lanes)
      else { return nil }
      maps = layer.output(shape)
    }
    return maps
  }

  /// Packs for maps of any size by packing for the smallest.
  private static func pack(
    _ layer: ConvolutionLayer, _ kernels: any KernelSet, _ memory: FloatMemory
  ) -> Convolution {
    let kernel = kernels.directConvolution(
      ConvolutionShape(
        inputChannels: layer.inputChannels, outputChannels: layer.outputChannels,
        kernel: layer.kernel, stride: 1, padding: 0, inputHeight: layer.kernel,
        inputWidth: layer.kernel, lanes: kernels.lanes))
    let packed = memory.floats(kernel.packedCount)
    kernel.pack(layer.weight, outputs: 0..<layer.outputChannels, scale: nil, into: packed)
    let whole = kernel.shape.output.paddedChannels
    return Convolution(
      inputChannels: layer.inputChannels, outputChannels: layer.outputChannels,
      kernel: layer.kernel, pooling: layer.pooling, weight: packed,
      bias: copy(layer.bias, count: whole, memory),
      slope: layer.slope.map { copy($0, count: whole, memory) })
  }

  /// Reorders the weights that follow maps from (c, h, w) to the order of blocks; those after another
  /// dense layer stay as they are.
  private static func pack(
    _ layer: FullyConnectedLayer, maps channels: Int?, lanes: Int, _ memory: FloatMemory
  ) -> Dense {
    let outputs = layer.bias.count
    let maps = BlockedShape(
      channels: channels ?? layer.inputCount, height: 1,
      width: channels.map { layer.inputCount / $0 } ?? 1, lanes: channels == nil ? 1 : lanes)
    let weight = memory.floats(outputs * maps.pictureCount)
    for k in 0..<outputs {
      for c in 0..<maps.channels {
        for pixel in 0..<maps.area {
          let index = c / maps.lanes * maps.planeCount + pixel * maps.lanes + c % maps.lanes
          weight[k * maps.pictureCount + index] =
            layer.weight[k * layer.inputCount + c * maps.area + pixel]
        }
      }
    }
    return Dense(
      inputCount: layer.inputCount, outputCount: outputs, rowCount: maps.pictureCount,
      weight: weight, bias: copy(layer.bias, count: outputs, memory),
      slope: layer.slope.map { copy($0, count: outputs, memory) })
  }

  private static func copy(
    _ values: [Float], count: Int, _ memory: FloatMemory
  ) -> UnsafePointer<Float> {
    let copy = memory.floats(count)
    for index in values.indices { copy[index] = values[index] }
    return UnsafePointer(copy)
  }
}
