internal import Kernels

/// How pictures of one size go through the convolutions of a network.
final class ConvolutionPlan {
  /// Whose convolutions.
  let layers: PackedLayers
  private let steps: [Step]

  /// - Precondition: the pictures are large enough.
  init(_ layers: PackedLayers, height: Int, width: Int) {
    self.layers = layers
    var (height, width) = (height, width)
    steps = layers.convolutions.map { layer in
      guard let shape = layer.shape(height: height, width: width, lanes: layers.kernels.lanes)
      else { preconditionFailure("a network must be run on pictures that it takes") }
      let step = Step(layer, shape, layers.kernels)
      (height, width) = (step.output.height, step.output.width)
      return step
    }
  }

  /// The maps that come out.
  var output: BlockedShape { steps[steps.count - 1].output }

  /// Computes the maps of one picture.
  func run(
    _ picture: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
    workspace: CascadeWorkspace
  ) {
    var input = picture
    for (index, step) in steps.enumerated() {
      let isLast = index + 1 == steps.count
      let maps =
        isLast
        ? output
        : workspace.floats(index % 2 == 0 ? .even : .odd, count: step.output.pictureCount)
      step.run(
        input, output: maps, band: workspace.floats(.band, count: step.bandCount),
        scratch: workspace.floats(.scratch, count: step.scratchCount), layers.kernels)
      input = UnsafePointer(maps)
    }
  }
}

/// One convolution and the pooling after it, for maps of one size.
///
/// The maps between the two are the network's largest. For the first layer, whose input is one block,
/// they are computed and pooled band by band, so that they never leave the cache.
private struct Step {
  let layer: PackedLayers.Convolution
  /// The maps after the pooling.
  let output: BlockedShape
  /// Of every band but the last one, which may have fewer rows.
  let kernel: any ConvolutionKernel
  let lastKernel: any ConvolutionKernel
  /// Rows of `output` that are a band.
  let bandRows: Int

  /// Floats of the maps between convolution and pooling that are a band's: 128 KB. Not measured; chosen
  /// because they are a part of a level-2 cache, with the weights and the pooled rows beside them.
  private static let bandFloats = 1 << 15

  init(_ layer: PackedLayers.Convolution, _ shape: ConvolutionShape, _ kernels: any KernelSet) {
    self.layer = layer
    output = layer.output(shape)
    guard let window = layer.pooling, shape.inputBlocks == 1 else {
      bandRows = output.height
      kernel = kernels.directConvolution(shape)
      lastKernel = kernel
      return
    }
    let rowFloats = shape.output.paddedChannels * shape.outputWidth
    let bands = (shape.outputHeight * rowFloats + Self.bandFloats - 1) / Self.bandFloats
    let rows = max(1, output.height / bands)
    bandRows = rows
    /// The convolution of the rows that the pooled rows from `first` on need, `rows` or what is left.
    func convolution(first: Int) -> any ConvolutionKernel {
      let convolved = min(shape.outputHeight - 2 * first, 2 * (rows - 1) + window)
      return kernels.directConvolution(
        ConvolutionShape(
          inputChannels: shape.inputChannels, outputChannels: shape.outputChannels,
          kernel: shape.kernel, stride: 1, padding: 0, inputHeight: convolved + shape.kernel - 1,
          inputWidth: shape.inputWidth, lanes: shape.lanes))
    }
    kernel = convolution(first: 0)
    lastKernel = convolution(first: (output.height - 1) / rows * rows)
  }

  var bandCount: Int { layer.pooling == nil ? 0 : kernel.shape.output.pictureCount }
  var scratchCount: Int { max(kernel.scratchCount, lastKernel.scratchCount) }

  /// Computes the layer for one picture.
  func run(
    _ input: UnsafePointer<Float>, output target: UnsafeMutablePointer<Float>,
    band: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    _ kernels: any KernelSet
  ) {
    for first in stride(from: 0, to: output.height, by: bandRows) {
      let kernel = first + bandRows < output.height ? kernel : lastKernel
      let row = 2 * kernel.shape.inputWidth * kernel.shape.inputLanes
      kernel.forward(
        count: 1, input: ConvolutionInput(input + first * row), weight: layer.weight,
        output: ConvolutionOutput(
          layer.pooling == nil ? target : band, bias: layer.bias, slope: layer.slope),
        scratch: scratch)
      if let window = layer.pooling {
        kernels.ceilPoolingForward(
          CeilPoolingShape(kernel.shape.output, window: window),
          Maps(band, kernel.shape.output, count: 1),
          output: target + first * output.width * output.lanes, outputPlane: output.planeCount)
      }
    }
  }
}
