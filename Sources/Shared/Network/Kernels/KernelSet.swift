/// All kernels on blocked feature maps, compiled for one kind of processor.
///
/// Shapes carry the set's `lanes`. What kernels read and write is float32. Debug builds assert that what
/// belongs together has the same dimensions.
package protocol KernelSet: Sendable {
  /// "portable", "AVX2" or "AVX-512".
  var name: String { get }
  /// Floats of a vector, which are the channels of a block.
  var lanes: Int { get }

  /// The same kernels, but all convolutions are computed directly: to tell what Winograd's algorithm,
  /// which rounds a little more, does to a training.
  var directly: any KernelSet { get }

  /// The fastest algorithm for a layer.
  ///
  /// - Parameter pictures: how many a call usually gets.
  func convolution(_ shape: ConvolutionShape, pictures: Int) -> any ConvolutionKernel
  /// Implicit GEMM: computes every layer, and is made for a size of maps at little cost. Its packed
  /// weights depend on the channels, the kernel and the lanes only: what is packed once serves maps of
  /// all sizes.
  func directConvolution(_ shape: ConvolutionShape) -> any ConvolutionKernel
  /// Every algorithm that can compute a layer, for tests and measurements.
  func allConvolutions(_ shape: ConvolutionShape, pictures: Int) -> [any ConvolutionKernel]
  /// The kernel of `convolution` with other numbers than those that it was tuned to, one at a time, and
  /// the other algorithms.
  func variants(_ shape: ConvolutionShape, pictures: Int) -> [KernelVariant]

  /// Sums packed gradients of some output channels over workers, pairwise, into PyTorch's order; see
  /// `pairwiseSplit`.
  ///
  /// - Parameters:
  ///   - packed: what `ConvolutionKernel.weightGrad` gave each worker, `shape.packedGradCount` floats.
  ///   - outputs: which output channels; starts at a whole block.
  ///   - weightGrad: all weights, (o, i, ky, kx); those of the outputs are overwritten.
  func unpackSum(
    _ shape: ConvolutionShape, _ packed: [FloatView], outputs: Range<Int>,
    into weightGrad: MutableFloatView)

  /// BatchNorm with what usually follows it: `output = relu(input * scale + shift + residual)`.
  ///
  /// - Parameters:
  ///   - scale: gamma / deviation of each channel, whole blocks.
  ///   - shift: beta - mean * scale of each channel, whole blocks.
  ///   - residual: maps like `input` that are added, or nil.
  ///   - rectify: whether a ReLU follows.
  ///   - output: like `input`, which it may be.
  func batchNormForward(
    _ input: Maps, scale: FloatView, shift: FloatView, residual: Maps?, rectify: Bool,
    output: MutableMaps)

  /// First half of BatchNorm's backward pass: stops the gradient where the ReLU did, and sums it.
  ///
  /// - Parameters:
  ///   - input: what the forward pass got.
  ///   - mask: where the ReLU let through.
  ///   - outputGrad: gradient of the output; zeroed where the ReLU stopped, so that it is the gradient
  ///     of the residual too.
  ///   - mean: of each channel, whole blocks.
  ///   - gradSum: the sum of `outputGrad` of each channel is added to it; whole blocks.
  ///   - centredSum: the sum of `outputGrad * (input - mean)` is added to it; whole blocks.
  func batchNormBackwardSums(
    _ input: Maps, mask: RectifierMask, outputGrad: MutableMaps, mean: FloatView,
    gradSum: inout [Double], centredSum: inout [Double])

  /// Second half of BatchNorm's backward pass (Ioffe, Szegedy: Batch Normalization, 2015, section 3):
  /// `inputGrad = scale * (outputGrad - gradMean - (input - mean) * slope)`.
  ///
  /// - Parameter values: the input; overwritten with its gradient.
  func batchNormBackwardInput(
    outputGrad: Maps, values: MutableMaps, _ gradient: BatchNormGradient)

  /// Takes the values of all pixels into the moments of their channels.
  func addMoments(_ maps: Maps, to moments: inout ChannelMoments)

  /// Max-pooling, 3x3, stride 2, padding 1, after a BatchNorm and a ReLU:
  /// `output = maxPooling(relu(input * scale + shift))`.
  ///
  /// - Parameters:
  ///   - scale: see `batchNormForward`; so is `shift`.
  ///   - output: maps of the input's `shape.pooled`.
  func normalizedPoolingForward(
    _ input: Maps, scale: FloatView, shift: FloatView, output: MutableMaps)

  /// What `batchNormBackwardSums` gives for a BatchNorm in front of a ReLU and a max-pooling. The
  /// gradient of a window goes to its largest pixel, the first one of equals, as in PyTorch.
  ///
  /// - Parameters:
  ///   - input: what the forward pass got; scale and shift too.
  ///   - output: what the forward pass gave.
  ///   - outputGrad: like `output`.
  func normalizedPoolingBackwardSums(
    _ input: Maps, scale: FloatView, shift: FloatView, mean: FloatView, output: Maps,
    outputGrad: Maps, gradSum: inout [Double], centredSum: inout [Double])

  /// What `batchNormBackwardInput` gives for a BatchNorm in front of a ReLU and a max-pooling.
  ///
  /// - Parameters:
  ///   - output: what the forward pass gave.
  ///   - outputGrad: like `output`.
  ///   - values: the input; overwritten with its gradient.
  ///   - shift: see `batchNormForward`.
  ///   - scratch: a row of one block, `width * lanes` floats.
  func normalizedPoolingBackwardInput(
    output: Maps, outputGrad: Maps, values: MutableMaps, _ gradient: BatchNormGradient,
    shift: FloatView, scratch: MutableFloatView)

  /// Max-pooling, 3x3, stride 2, padding 1, without anything in front of it.
  ///
  /// - Parameter output: maps of the input's `shape.pooled`.
  func maxPoolingForward(_ input: Maps, output: MutableMaps)

  /// Max-pooling with stride 2 in ceil mode.
  ///
  /// - Parameters:
  ///   - input: maps of `shape.input`.
  ///   - output: maps of `shape.output`, each block of a picture `outputPlane` floats after the one
  ///     before: more than `shape.output.planeCount` where they are some rows of larger maps.
  func ceilPoolingForward(
    _ shape: CeilPoolingShape, _ input: Maps, output: UnsafeMutablePointer<Float>,
    outputPlane: Int)

  /// Mean of all pixels of each channel.
  ///
  /// - Parameter output: a row of whole blocks for each picture.
  func averagePoolingForward(_ input: Maps, output: MutableFloatView)

  /// Gradient of `averagePoolingForward`: overwrites `inputGrad`.
  func averagePoolingBackward(outputGrad: FloatView, inputGrad: MutableMaps)

  /// ReLU, in the memory of its input; a multiple of `lanes` floats.
  func rectifierForward(_ values: MutableFloatView)

  /// Gradient of a ReLU, in the memory of that of the output: zero where the output is not positive.
  func rectifierBackward(output: FloatView, outputGrad: MutableFloatView)

  /// Sum of squares: float32 sums of few, added up in float64.
  func sumOfSquares(_ values: FloatView) -> Double

  /// A step of `torch.optim.SGD` with dampening 0. PyTorch's first momentum buffer is a copy of the
  /// gradient, which is what one of zeros becomes. All views have a number for each parameter; it need
  /// not fill vectors.
  func sgdStep(
    _ parameters: MutableFloatView, _ gradients: FloatView, momentumBuffer: MutableFloatView,
    _ factors: SGDFactors)

  /// A step of `torch.optim.AdamW`: Loshchilov and Hutter, Decoupled Weight Decay Regularization,
  /// algorithm 2. All views have a number for each parameter.
  ///
  /// - Parameters:
  ///   - mean: the running mean of the gradient.
  ///   - squareMean: the running mean of its square.
  func adamWStep(
    _ parameters: MutableFloatView, _ gradients: FloatView, mean: MutableFloatView,
    squareMean: MutableFloatView, _ factors: AdamWFactors)

  /// `average + share * (current - average)`, as `torch.lerp`: from the nearer end, so that a share of
  /// one gives `current` to the bit.
  func moveAverage(_ average: MutableFloatView, towards current: FloatView, share: Float)
}

/// Where a ReLU after a BatchNorm let its input through.
package enum RectifierMask {
  /// There was no ReLU.
  case everywhere
  /// Where its output is positive.
  case output(Maps)
  /// Where `input * scale + shift` is positive: the output was not stored.
  case normalized(scale: FloatView, shift: FloatView)
}
