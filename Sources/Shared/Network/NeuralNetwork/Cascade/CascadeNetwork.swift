package import Kernels

/// One of the three networks of MTCNN's cascade, which find faces: convolutions of pictures of any size,
/// and fully connected layers after them, with immutable weights. (`InferenceEngine` runs ResNet18.)
///
/// Shared by all workers; each computes in its own `CascadeWorkspace`.
package struct CascadeNetwork: Sendable {
  /// Channels that the output of a network without fully connected layers may have: a block's.
  package static let maximumMaps = 8

  let layers: PackedLayers

  /// Creates a network that runs `convolutions`, then `dense`, in order.
  ///
  /// - Parameter kernels: what computes.
  /// - Precondition: the first convolution takes 3 channels and each layer what the one before gives;
  ///   without dense layers the output has at most `maximumMaps` channels.
  package init(
    convolutions: [ConvolutionLayer], dense: [FullyConnectedLayer] = [],
    kernels: any KernelSet
  ) {
    layers = PackedLayers(convolutions, dense, kernels)
  }

  /// Shape of the output for an input, or nil where the network doesn't take it: it has other channels
  /// or is too small, or the dense layers are for pictures of another size.
  package func outputShape(for input: FeatureShape) -> FeatureShape? {
    guard input.channels == 3, let maps = layers.maps(height: input.height, width: input.width)
    else { return nil }
    guard let first = layers.dense.first, let last = layers.dense.last else {
      return FeatureShape(
        batch: input.batch, height: maps.height, width: maps.width, channels: maps.channels)
    }
    guard first.inputCount == maps.channels * maps.area else { return nil }
    return FeatureShape(batch: input.batch, height: 1, width: 1, channels: last.outputCount)
  }

  /// Runs the network on a batch of pictures: each goes through all convolutions before the next one,
  /// so that its maps stay in the cache; the dense layers take them together.
  ///
  /// Allocates nothing once `workspace` has met a batch of this shape, unless very many other shapes
  /// came in between.
  ///
  /// - Parameters:
  ///   - shape: shape of the input, one for which `outputShape(for:)` is not nil.
  ///   - fill: writes the pictures, (h, w, 3); all `shape.count` numbers.
  ///   - read: gets the output; it is lent for this call.
  /// - Precondition: the network takes an input of this shape.
  package func run<Result, Failure: Error>(
    on shape: FeatureShape, workspace: CascadeWorkspace,
    fill: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Void,
    read: (CascadeOutput) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let output = outputShape(for: shape) else {
      preconditionFailure("a network must be run on a shape that it takes")
    }
    let pictures = workspace.floats(.pictures, count: shape.count)
    try fill(UnsafeMutableBufferPointer(start: pictures, count: shape.count))
    let plan = workspace.plan(for: layers, height: shape.height, width: shape.width)
    let maps = workspace.floats(.output, count: shape.batch * plan.output.pictureCount)
    for n in 0..<shape.batch {
      plan.run(
        pictures + n * shape.pictureCount, output: maps + n * plan.output.pictureCount,
        workspace: workspace)
    }
    var rows = CascadeOutput(
      shape: output, start: maps,
      step: layers.dense.isEmpty ? plan.output.lanes : plan.output.pictureCount)
    for (index, layer) in layers.dense.enumerated() {
      rows = run(layer, rows, into: index % 2 == 0 ? .even : .odd, output, workspace)
    }
    return try read(rows)
  }

  private func run(
    _ layer: PackedLayers.Dense, _ input: CascadeOutput, into slot: CascadeWorkspace.Slot,
    _ shape: FeatureShape, _ workspace: CascadeWorkspace
  ) -> CascadeOutput {
    let outputs = layer.outputCount
    let output = workspace.floats(slot, count: shape.batch * outputs)
    linearForward(
      count: shape.batch, inputs: layer.rowCount, outputs: outputs, input: input.start,
      inputStride: input.step, weight: layer.weight, bias: layer.bias, output: output,
      outputStride: outputs)
    if let slope = layer.slope {
      for n in 0..<shape.batch {
        let row = output + n * outputs
        for k in 0..<outputs { row[k] = row[k] < 0 ? row[k] * slope[k] : row[k] }
      }
    }
    return CascadeOutput(shape: shape, start: output, step: outputs)
  }
}

/// What a network makes of a batch. Valid while it is lent.
package struct CascadeOutput {
  /// Its dimensions.
  package let shape: FeatureShape
  let start: UnsafePointer<Float>
  let step: Int

  /// The `shape.channels` numbers of one of the batch's `shape.pixels`, in the order (n, h, w).
  package subscript(pixel: Int) -> UnsafePointer<Float> { start + pixel * step }
}
