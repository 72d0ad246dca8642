/// Convolution without padding, stride 1, with bias and an optional PReLU.
public struct ConvolutionLayer: Sendable {
  let inputChannels: Int
  let outputChannels: Int
  let kernel: Int
  let weight: [Float]
  let bias: [Float]
  let slope: [Float]?

  /// Creates a layer.
  ///
  /// - Parameters:
  ///   - weight: `bias.count x inputChannels x kernel x kernel`.
  ///   - bias: one per output channel.
  ///   - slope: PReLU slopes, one per output channel, or nil for no activation.
  /// - Precondition: the counts fit together.
  public init(inputChannels: Int, kernel: Int, weight: [Float], bias: [Float], slope: [Float]?) {
    precondition(
      weight.count == bias.count * inputChannels * kernel * kernel,
      "a convolution needs outputs x inputs x kernel x kernel weights")
    precondition(slope == nil || slope?.count == bias.count, "PReLU needs one slope per channel")
    self.inputChannels = inputChannels
    outputChannels = bias.count
    self.kernel = kernel
    self.weight = weight
    self.bias = bias
    self.slope = slope
  }
}

/// Max-pooling in ceil mode with stride 2.
public struct MaxPoolingLayer: Sendable {
  let kernel: Int

  /// Creates a layer with a window of `kernel` (2 or 3) pixels.
  public init(kernel: Int) {
    self.kernel = kernel
  }
}

/// Fully connected layer on the flattened picture (C, H, W), with bias and an optional PReLU.
public struct FullyConnectedLayer: Sendable {
  let inputCount: Int
  let weight: [Float]
  let bias: [Float]
  let slope: [Float]?

  /// Creates a layer.
  ///
  /// - Parameters:
  ///   - weight: `bias.count x inputCount`.
  ///   - bias: one per output.
  ///   - slope: PReLU slopes, one per output, or nil for no activation.
  /// - Precondition: the counts fit together.
  public init(inputCount: Int, weight: [Float], bias: [Float], slope: [Float]?) {
    precondition(
      weight.count == bias.count * inputCount, "a dense layer needs outputs x inputs weights")
    precondition(slope == nil || slope?.count == bias.count, "PReLU needs one slope per output")
    self.inputCount = inputCount
    self.weight = weight
    self.bias = bias
    self.slope = slope
  }
}

/// One step of an `InferenceNetwork`.
public enum InferenceLayer: Sendable {
  /// Convolution, bias, PReLU.
  case convolution(ConvolutionLayer)
  /// Max-pooling.
  case maxPooling(MaxPoolingLayer)
  /// Dense layer, bias, PReLU.
  case fullyConnected(FullyConnectedLayer)

  /// Shape of the output for an input, or nil where the input is too small or has other channels.
  func outputShape(for input: FeatureShape) -> FeatureShape? {
    var output = input
    switch self {
    case .convolution(let layer):
      output.channels = layer.outputChannels
      output.height -= layer.kernel - 1
      output.width -= layer.kernel - 1
      return input.channels == layer.inputChannels && output.height > 0 && output.width > 0
        ? output : nil
    case .maxPooling(let layer):
      guard input.height >= layer.kernel, input.width >= layer.kernel else { return nil }
      let shape = MaxPoolingShape(
        planes: 1, kernel: layer.kernel, inputHeight: input.height, inputWidth: input.width)
      output.height = shape.outputHeight
      output.width = shape.outputWidth
      return output
    case .fullyConnected(let layer):
      guard input.pictureCount == layer.inputCount else { return nil }
      return FeatureShape(batch: input.batch, channels: layer.bias.count, height: 1, width: 1)
    }
  }

  /// Computes the layer from `input` into `output`.
  func forward(
    _ shape: FeatureShape, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
    workspace: InferenceWorkspace
  ) {
    switch self {
    case .convolution(let layer):
      layer.forward(shape, input: input, output: output, workspace: workspace)
    case .maxPooling(let layer):
      maxPoolingForward(
        MaxPoolingShape(
          planes: shape.batch * shape.channels, kernel: layer.kernel, inputHeight: shape.height,
          inputWidth: shape.width), input: input, output: output)
    case .fullyConnected(let layer):
      layer.forward(batch: shape.batch, input: input, output: output)
    }
  }
}

extension ConvolutionLayer {
  fileprivate func forward(
    _ shape: FeatureShape, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
    workspace: InferenceWorkspace
  ) {
    let convolution = PlanarConvolutionShape(
      inputChannels: inputChannels, outputChannels: outputChannels, kernel: kernel,
      inputHeight: shape.height, inputWidth: shape.width)
    let scratch = workspace.floats(.scratch, count: convolution.scratchCount)
    withPointers(weight, bias, slope) { weight, bias, slope in
      convolutionForward(
        convolution, batch: shape.batch, input: input, weight: weight, bias: bias, slope: slope,
        output: output, scratch: scratch)
    }
  }
}

extension FullyConnectedLayer {
  fileprivate func forward(
    batch: Int, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
  ) {
    withPointers(weight, bias, slope) { weight, bias, slope in
      fullyConnectedForward(
        input: input, weight: weight, bias: bias, slope: slope, output: output, batch: batch,
        inputCount: inputCount, outputCount: self.bias.count)
    }
  }
}

/// Lends the parameters of a layer to a kernel.
private func withPointers(
  _ weight: [Float], _ bias: [Float], _ slope: [Float]?,
  _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>?) -> Void
) {
  weight.withUnsafeBufferPointer { weight in
    bias.withUnsafeBufferPointer { bias in
      guard let weight = weight.baseAddress, let bias = bias.baseAddress else { return }
      if let slope {
        slope.withUnsafeBufferPointer { body(weight, bias, $0.baseAddress) }
      } else {
        body(weight, bias, nil)
      }
    }
  }
}
