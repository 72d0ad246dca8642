/// Convolution without padding, stride 1, with bias, an optional PReLU and an optional max-pooling.
package struct ConvolutionLayer: Sendable {
  let inputChannels: Int
  let outputChannels: Int
  let kernel: Int
  let weight: [Float]
  let bias: [Float]
  let slope: [Float]?
  let pooling: Int?

  /// Creates a layer.
  ///
  /// - Parameters:
  ///   - weight: `bias.count x inputChannels x kernel x kernel`.
  ///   - bias: one per output channel.
  ///   - slope: PReLU slopes, one per output channel, or nil for no activation.
  ///   - pooling: window (2 or 3 pixels) of a max-pooling with stride 2 in ceil mode after all this,
  ///     or nil for none.
  /// - Precondition: the counts fit together.
  package init(
    inputChannels: Int, kernel: Int, weight: [Float], bias: [Float], slope: [Float]?,
    pooling: Int? = nil
  ) {
    precondition(
      weight.count == bias.count * inputChannels * kernel * kernel && !bias.isEmpty,
      "a convolution needs outputs x inputs x kernel x kernel weights")
    precondition(slope == nil || slope?.count == bias.count, "PReLU needs one slope per channel")
    precondition(pooling.map { $0 == 2 || $0 == 3 } ?? true, "a window has 2 or 3 pixels")
    self.inputChannels = inputChannels
    outputChannels = bias.count
    self.kernel = kernel
    self.weight = weight
    self.bias = bias
    self.slope = slope
    self.pooling = pooling
  }
}
