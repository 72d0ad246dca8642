/// Weights of a network in evaluation mode: each convolution's are packed and multiplied by the scale
/// of the BatchNorm that follows it, which leaves a bias.
final class FoldedWeights {
  private let layout: ResNet18Layout
  private let memory = FloatMemory()
  /// Like the parameters; weights of convolutions packed.
  private let arena: UnsafeMutablePointer<Float>
  /// For the last convolution folded.
  private let scale: UnsafeMutablePointer<Float>
  /// The hidden layer's scale and shift, if it has BatchNorm; else ones and zeros.
  let hiddenScale: UnsafeMutablePointer<Float>
  let hiddenShift: UnsafeMutablePointer<Float>

  init(_ layout: ResNet18Layout) {
    self.layout = layout
    arena = memory.floats(layout.parameterCount)
    scale = memory.floats(layout.features.channels)
    let hidden = (layout.head.hidden?.linear.outputs ?? 0) + 7
    hiddenScale = memory.floats(hidden)
    hiddenShift = memory.floats(hidden)
  }

  var bytes: Int { memory.bytes }

  /// Weight of a convolution, packed and folded.
  func weight(_ layer: ResNet18Layout.Convolution) -> UnsafePointer<Float> {
    UnsafePointer(arena + layer.range.lowerBound)
  }

  /// Bias that is left of a BatchNorm: it lies where its shift does in the parameters.
  func bias(_ layer: ResNet18Layout.BatchNorm) -> UnsafePointer<Float> {
    UnsafePointer(arena + layer.shift)
  }

  /// A parameter that is taken over as it is.
  func parameter(_ start: Int) -> UnsafePointer<Float> { UnsafePointer(arena + start) }

  func load(_ state: NetworkState) {
    state.parameters.withUnsafeBufferPointer { buffer in
      guard let parameters = buffer.baseAddress else { return }
      let head = layout.headStart..<layout.parameterCount
      (arena + head.lowerBound).update(from: parameters + head.lowerBound, count: head.count)
      fold(layout.stem, state, parameters)
      for block in layout.blocks {
        fold(block.first, state, parameters)
        fold(block.second, state, parameters)
        if let projection = block.projection { fold(projection, state, parameters) }
      }
    }
    guard let hidden = layout.head.hidden else { return }
    for channel in 0..<hidden.linear.outputs {
      let affine = hidden.norm.map { factors($0, channel, state) }
      hiddenScale[channel] = affine?.scale ?? 1
      hiddenShift[channel] = affine?.shift ?? 0
    }
  }

  private func fold(
    _ layers: (convolution: ResNet18Layout.Convolution, norm: ResNet18Layout.BatchNorm),
    _ state: NetworkState, _ parameters: UnsafePointer<Float>
  ) {
    for channel in 0..<layers.norm.channels {
      let affine = factors(layers.norm, channel, state)
      scale[channel] = affine.scale
      arena[layers.norm.shift + channel] = affine.shift
    }
    let (shape, start) = (layers.convolution.shape, layers.convolution.range.lowerBound)
    packWeights(
      shape, parameters + start, outputs: 0..<shape.outputChannels, scale: scale,
      into: arena + start)
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
