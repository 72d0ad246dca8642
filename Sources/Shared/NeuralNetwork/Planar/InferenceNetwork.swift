/// A chain of layers with immutable weights. Shared by all workers; each computes in its own
/// `InferenceWorkspace`.
public struct InferenceNetwork: Sendable {
  private let layers: [InferenceLayer]

  /// Creates a network that runs `layers` in order.
  public init(_ layers: [InferenceLayer]) {
    self.layers = layers
  }

  /// Shape of the output for an input, or nil where the input is too small for the network.
  public func outputShape(for input: FeatureShape) -> FeatureShape? {
    var shape = input
    for layer in layers {
      guard let next = layer.outputShape(for: shape) else { return nil }
      shape = next
    }
    return shape
  }

  /// Runs the network on a batch.
  ///
  /// Allocates nothing once `workspace` has met a batch of this size.
  ///
  /// - Parameters:
  ///   - shape: shape of the input, one for which `outputShape(for:)` is not nil.
  ///   - fill: writes the input, NCHW; all `shape.count` numbers.
  ///   - read: gets the output, NCHW, and its shape; the memory is lent for this call.
  /// - Precondition: the network takes an input of this shape.
  public func run<Result, Failure: Error>(
    on shape: FeatureShape, workspace: InferenceWorkspace,
    fill: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Void,
    read: (UnsafeBufferPointer<Float>, FeatureShape) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var (source, target) = (InferenceWorkspace.Slot.even, InferenceWorkspace.Slot.odd)
    var shape = shape
    try fill(
      UnsafeMutableBufferPointer(
        start: workspace.floats(source, count: shape.count), count: shape.count))
    for layer in layers {
      guard let next = layer.outputShape(for: shape) else {
        preconditionFailure("a network must be run on a shape that it takes")
      }
      let output = workspace.floats(target, count: next.count)
      // The source has its size since it was written: asking again doesn't move it.
      let input = workspace.floats(source, count: shape.count)
      layer.forward(shape, input: input, output: output, workspace: workspace)
      swap(&source, &target)
      shape = next
    }
    let output = workspace.floats(source, count: shape.count)
    return try read(UnsafeBufferPointer(start: output, count: shape.count), shape)
  }
}
