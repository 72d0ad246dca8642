/// All kernels on blocked feature maps, compiled for one kind of processor.
///
/// Shapes carry the set's `lanes`. Pointers are to float32 maps of `count` pictures each.
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
  ///   - packed: what `ConvolutionKernel.weightGrad` gave each worker.
  ///   - outputs: which output channels; starts at a whole block.
  ///   - weightGrad: (o, i, ky, kx); overwritten.
  func unpackSum(
    _ shape: ConvolutionShape, _ packed: [UnsafeMutablePointer<Float>], outputs: Range<Int>,
    into weightGrad: UnsafeMutablePointer<Float>)

  /// BatchNorm with what usually follows it: `output = relu(input * scale + shift + residual)`.
  ///
  /// - Parameters:
  ///   - scale: gamma / deviation of each channel, whole blocks.
  ///   - shift: beta - mean * scale of each channel, whole blocks.
  ///   - residual: maps like `input` that are added, or nil.
  ///   - rectify: whether a ReLU follows.
  ///   - output: like `input`, which it may be.
  func batchNormForward(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, residual: UnsafePointer<Float>?, rectify: Bool,
    output: UnsafeMutablePointer<Float>)

  /// First half of BatchNorm's backward pass: stops the gradient where the ReLU did, and sums it.
  ///
  /// - Parameters:
  ///   - mask: where the ReLU let through.
  ///   - outputGrad: gradient of the output; zeroed where the ReLU stopped, so that it is the gradient
  ///     of the residual too.
  ///   - input: what the forward pass got.
  ///   - mean: of each channel, whole blocks.
  ///   - gradSum: the sum of `outputGrad` of each channel is added to it.
  ///   - centredSum: the sum of `outputGrad * (input - mean)` is added to it.
  func batchNormBackwardSums(
    _ shape: BlockedShape, count: Int, mask: RectifierMask,
    outputGrad: UnsafeMutablePointer<Float>, input: UnsafePointer<Float>,
    mean: UnsafePointer<Float>, gradSum: UnsafeMutablePointer<Double>,
    centredSum: UnsafeMutablePointer<Double>)

  /// Second half of BatchNorm's backward pass (Ioffe, Szegedy: Batch Normalization, 2015, section 3):
  /// `inputGrad = scale * (outputGrad - gradMean - (input - mean) * slope)`.
  ///
  /// - Parameters:
  ///   - values: the input; overwritten with its gradient.
  ///   - gradMean: mean of `outputGrad` of each channel over all values normalised together.
  ///   - slope: mean of `outputGrad * (input - mean)` over them, divided by the variance.
  func batchNormBackwardInput(
    _ shape: BlockedShape, count: Int, outputGrad: UnsafePointer<Float>,
    values: UnsafeMutablePointer<Float>, mean: UnsafePointer<Float>,
    scale: UnsafePointer<Float>, gradMean: UnsafePointer<Float>, slope: UnsafePointer<Float>)

  /// Takes the values of all pixels into the moments of their channels.
  func addMoments(
    _ shape: BlockedShape, count: Int, _ maps: UnsafePointer<Float>,
    to moments: inout ChannelMoments)

  /// Max-pooling, 3x3, stride 2, padding 1, after a BatchNorm and a ReLU:
  /// `output = maxPooling(relu(input * scale + shift))`.
  ///
  /// - Parameters:
  ///   - shape: of the input.
  ///   - scale: see `batchNormForward`; so is `shift`.
  ///   - output: maps of `shape.pooled`.
  func normalizedPoolingForward(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>)

  /// What `batchNormBackwardSums` gives for a BatchNorm in front of a ReLU and a max-pooling. The
  /// gradient of a window goes to its largest pixel, the first one of equals, as in PyTorch.
  ///
  /// - Parameters:
  ///   - shape: of the input.
  ///   - input: what the forward pass got; scale and shift too.
  ///   - output: what the forward pass gave.
  ///   - outputGrad: like `output`.
  func normalizedPoolingBackwardSums(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, mean: UnsafePointer<Float>, output: UnsafePointer<Float>,
    outputGrad: UnsafePointer<Float>, gradSum: UnsafeMutablePointer<Double>,
    centredSum: UnsafeMutablePointer<Double>)

  /// What `batchNormBackwardInput` gives for a BatchNorm in front of a ReLU and a max-pooling.
  ///
  /// - Parameters:
  ///   - shape: of the input.
  ///   - output: what the forward pass gave.
  ///   - outputGrad: like `output`.
  ///   - values: the input; overwritten with its gradient.
  ///   - scratch: a row of one block, `shape.width * lanes` floats.
  func normalizedPoolingBackwardInput(
    _ shape: BlockedShape, count: Int, output: UnsafePointer<Float>,
    outputGrad: UnsafePointer<Float>, values: UnsafeMutablePointer<Float>,
    mean: UnsafePointer<Float>, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>,
    gradMean: UnsafePointer<Float>, slope: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>)

  /// Max-pooling, 3x3, stride 2, padding 1, without anything in front of it.
  ///
  /// - Parameters:
  ///   - shape: of the input.
  ///   - output: maps of `shape.pooled`.
  func maxPoolingForward(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>)

  /// Max-pooling with stride 2 in ceil mode.
  ///
  /// - Parameters:
  ///   - output: maps of `shape.output`, each block of a picture `outputPlane` floats after the one
  ///     before: more than `shape.output.planeCount` where they are some rows of larger maps.
  func ceilPoolingForward(
    _ shape: CeilPoolingShape, count: Int, input: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, outputPlane: Int)

  /// Mean of all pixels of each channel.
  ///
  /// - Parameter output: `count` rows of whole blocks.
  func averagePoolingForward(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>)

  /// Gradient of `averagePoolingForward`: overwrites `inputGrad`.
  func averagePoolingBackward(
    _ shape: BlockedShape, count: Int, outputGrad: UnsafePointer<Float>,
    inputGrad: UnsafeMutablePointer<Float>)

  /// ReLU in place. `count` is a multiple of `lanes`.
  func rectifierForward(_ values: UnsafeMutablePointer<Float>, count: Int)

  /// Gradient of a ReLU in place: zero where the output is not positive.
  func rectifierBackward(
    output: UnsafePointer<Float>, outputGrad: UnsafeMutablePointer<Float>, count: Int)

  /// Sum of squares: float32 sums of few, added up in float64.
  func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Double

  /// A step of `torch.optim.SGD` with dampening 0. PyTorch's first momentum buffer is a copy of the
  /// gradient, which is what one of zeros becomes.
  ///
  /// - Parameter count: numbers at each pointer; need not fill vectors.
  func sgdStep(
    _ parameters: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>,
    momentumBuffer: UnsafeMutablePointer<Float>, count: Int, _ factors: SGDFactors)

  /// A step of `torch.optim.AdamW`: Loshchilov and Hutter, Decoupled Weight Decay Regularization,
  /// algorithm 2.
  ///
  /// - Parameters:
  ///   - mean: the running mean of the gradient.
  ///   - squareMean: the running mean of its square.
  ///   - count: numbers at each pointer; need not fill vectors.
  func adamWStep(
    _ parameters: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>,
    mean: UnsafeMutablePointer<Float>, squareMean: UnsafeMutablePointer<Float>, count: Int,
    _ factors: AdamWFactors)

  /// `average + share * (current - average)`, as `torch.lerp`: from the nearer end, so that a share of
  /// one gives `current` to the bit.
  ///
  /// - Parameter count: numbers at each pointer; need not fill vectors.
  func moveAverage(
    _ average: UnsafeMutablePointer<Float>, towards current: UnsafePointer<Float>, count: Int,
    share: Float)
}

/// Where a ReLU after a BatchNorm let its input through.
package enum RectifierMask {
  /// There was no ReLU.
  case everywhere
  /// Where its output is positive.
  case output(UnsafePointer<Float>)
  /// Where `input * scale + shift` is positive: the output was not stored.
  case normalized(scale: UnsafePointer<Float>, shift: UnsafePointer<Float>)
}
