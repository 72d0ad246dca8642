/// Fully connected layer on the flattened picture (C, H, W), with bias and an optional PReLU.
package struct FullyConnectedLayer: Sendable {
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
  package init(inputCount: Int, weight: [Float], bias: [Float], slope: [Float]?) {
    precondition(
      weight.count == bias.count * inputCount && !bias.isEmpty,
      "a dense layer needs outputs x inputs weights")
    precondition(slope == nil || slope?.count == bias.count, "PReLU needs one slope per output")
    self.inputCount = inputCount
    self.weight = weight
    self.bias = bias
    self.slope = slope
  }
}
