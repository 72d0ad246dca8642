internal import Kernels

/// What a convolution with folded weights reads and writes: `output = relu(sums + bias + residual)`.
struct FoldedStep {
  let input: UnsafePointer<Float>
  /// Maps that are added, or nil.
  let residual: UnsafePointer<Float>?
  /// Whether a ReLU follows.
  let rectify: Bool
  let output: UnsafeMutablePointer<Float>
}

extension ResNet18Layout.Block {
  /// The convolutions of a block in evaluation mode, in their order.
  ///
  /// - Parameters:
  ///   - middle: between the two convolutions.
  ///   - projected: the projection of the input; not used without one.
  ///   - output: may be `input`: the last convolution reads neither the input nor, except at the pixel that
  ///     it writes, what is added.
  ///   - convolve: computes one of them.
  func walk(
    input: UnsafeMutablePointer<Float>, middle: UnsafeMutablePointer<Float>,
    projected: UnsafeMutablePointer<Float>, output: UnsafeMutablePointer<Float>,
    convolve: (ResNet18Layout.Normed, FoldedStep) -> Void
  ) {
    convolve(first, FoldedStep(input: input, residual: nil, rectify: true, output: middle))
    var shortcut = input
    if let projection {
      convolve(
        projection, FoldedStep(input: input, residual: nil, rectify: false, output: projected))
      shortcut = projected
    }
    convolve(second, FoldedStep(input: middle, residual: shortcut, rectify: true, output: output))
  }
}

extension FoldedWeights {
  /// Computes a convolution with the BatchNorm that is folded into it, or a part of it.
  func convolve(
    _ layers: ResNet18Layout.Normed, _ count: Int, _ step: FoldedStep, part: WorkPart = .whole,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let layer = layers.convolution
    layer.kernel.forward(
      count: count, input: ConvolutionInput(step.input), weight: weight(layer),
      output: ConvolutionOutput(
        step.output, bias: bias(layer), residual: step.residual, rectify: step.rectify),
      part: part, scratch: scratch)
  }
}
