internal import Kernels

/// Weights of a network in evaluation mode: each convolution's are packed and multiplied by the scale
/// of the BatchNorm that follows it, which leaves a bias.
final class FoldedWeights {
  private let layout: ResNet18Layout
  private let memory: FloatMemory
  private let packed: UnsafeMutablePointer<Float>
  /// One for each convolution; whole blocks.
  private let biases: [UnsafeMutablePointer<Float>]
  /// The head's parameters as they are, from `layout.headStart` on.
  private let head: UnsafeMutablePointer<Float>
  /// For the convolution that is being folded.
  private let scale: UnsafeMutablePointer<Float>
  /// The hidden layer's scale and shift, if it has BatchNorm; else ones and zeros. Whole blocks.
  let hiddenScale: MutableFloatView
  let hiddenShift: MutableFloatView

  /// - Parameters:
  ///   - packedMemory: where the packed weights lie.
  ///   - memory: where the rest does.
  init(
    _ layout: ResNet18Layout, packedMemory: FloatMemory, memory: FloatMemory = FloatMemory()
  ) {
    self.layout = layout
    self.memory = memory
    packed = packedMemory.scratch(layout.packedCount)
    biases = layout.convolutions.map { [memory] in
      memory.floats($0.shape.output.paddedChannels)
    }
    head = memory.floats(layout.parameterCount - layout.headStart)
    scale = memory.floats(layout.features.channels)
    let hidden = layout.matrix(columns: layout.head.hidden?.linear.outputs ?? 0).paddedChannels
    hiddenScale = MutableFloatView(memory.floats(hidden), count: hidden)
    hiddenShift = MutableFloatView(memory.floats(hidden), count: hidden)
  }

  var bytes: Int { memory.bytes }

  /// Weight of a convolution, packed and folded.
  func weight(_ layer: ResNet18Layout.Convolution) -> UnsafePointer<Float> {
    UnsafePointer(packed + layer.packed)
  }

  /// Bias that is left of the BatchNorm after a convolution.
  func bias(_ layer: ResNet18Layout.Convolution) -> UnsafePointer<Float> {
    UnsafePointer(biases[layer.number])
  }

  /// A parameter of the head, by its index in the state's parameters.
  func headParameter(_ start: Int) -> UnsafePointer<Float> {
    UnsafePointer(head + (start - layout.headStart))
  }

  func load(_ state: NetworkState) {
    loadHead(state)
    for layers in layout.normed { fold(layers, state) }
  }

  /// Takes over the head, with its BatchNorm.
  func loadHead(_ state: NetworkState) {
    state.parameters.withUnsafeBufferPointer { parameters in
      guard let start = parameters.baseAddress else { return }
      head.update(from: start + layout.headStart, count: layout.parameterCount - layout.headStart)
    }
    guard let hidden = layout.head.hidden else { return }
    for channel in 0..<hidden.linear.outputs {
      let affine = hidden.norm.map { factors($0, channel, state) }
      hiddenScale[channel] = affine?.scale ?? 1
      hiddenShift[channel] = affine?.shift ?? 0
    }
  }

  /// Takes over a convolution with the BatchNorm after it.
  func fold(_ layers: ResNet18Layout.Normed, _ state: NetworkState) {
    for channel in 0..<layers.norm.channels {
      let affine = factors(layers.norm, channel, state)
      scale[channel] = affine.scale
      biases[layers.convolution.number][channel] = affine.shift
    }
    pack(layers.convolution, state, scale: scale)
  }

  /// Takes over a convolution as it is: its sums are what the BatchNorm after it gets. They have no
  /// bias, and `bias` is not for them.
  func packUnfolded(_ layers: ResNet18Layout.Normed, _ state: NetworkState) {
    pack(layers.convolution, state, scale: nil)
  }

  private func pack(
    _ layer: ResNet18Layout.Convolution, _ state: NetworkState, scale: UnsafePointer<Float>?
  ) {
    state.parameters.withUnsafeBufferPointer { parameters in
      guard let start = parameters.baseAddress else { return }
      layer.kernel.pack(
        start + layer.range.lowerBound, outputs: 0..<layer.shape.outputChannels, scale: scale,
        into: packed + layer.packed)
    }
  }

  /// What a BatchNorm does to a channel: `output = input * scale + shift`.
  private func factors(
    _ layer: ResNet18Layout.BatchNorm, _ channel: Int, _ state: NetworkState
  ) -> (scale: Float, shift: Float) {
    let variance = Double(state.statistics[layer.variance + channel])
    let factor =
      Double(state.parameters[layer.scale + channel])
      / (variance + BatchNormUnit.epsilon).squareRoot()
    let mean = Double(state.statistics[layer.mean + channel])
    return (Float(factor), Float(Double(state.parameters[layer.shift + channel]) - mean * factor))
  }
}
