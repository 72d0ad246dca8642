/// What a convolution reads: feature maps, or maps that are normalised and rectified on the way in,
/// `relu(values * scale + shift)`, so that they need not be stored.
package struct ConvolutionInput {
  /// Blocked, or pictures.
  package let values: UnsafePointer<Float>
  /// Of each channel, whole blocks; nil leaves the values as they are.
  package let scale: UnsafePointer<Float>?
  /// Like `scale`.
  package let shift: UnsafePointer<Float>?

  /// - Precondition: a scale comes with a shift.
  package init(
    _ values: UnsafePointer<Float>, scale: UnsafePointer<Float>? = nil,
    shift: UnsafePointer<Float>? = nil
  ) {
    precondition((scale == nil) == (shift == nil), "a scale comes with a shift")
    self.values = values
    self.scale = scale
    self.shift = shift
  }

  /// The input some floats further.
  package func advanced(by floats: Int) -> ConvolutionInput {
    ConvolutionInput(values + floats, scale: scale, shift: shift)
  }
}

/// What a convolution writes: its sums, or what follows when a BatchNorm is folded into it,
/// `relu(sum + bias + residual)`, or a PReLU instead of the ReLU.
package struct ConvolutionOutput {
  /// Where the output goes, blocked.
  package let values: UnsafeMutablePointer<Float>
  /// Of each channel, whole blocks; nil is zero.
  package let bias: UnsafePointer<Float>?
  /// Maps like `values` that are added; may be `values` itself.
  package let residual: UnsafePointer<Float>?
  /// Whether negative results become zero.
  package let rectify: Bool
  /// A PReLU's factor for what is negative, of each channel, whole blocks; nil is no PReLU.
  package let slope: UnsafePointer<Float>?

  /// Sums alone, or with what follows them.
  package init(
    _ values: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>? = nil,
    residual: UnsafePointer<Float>? = nil, rectify: Bool = false,
    slope: UnsafePointer<Float>? = nil
  ) {
    precondition(!rectify || slope == nil, "a convolution is followed by one activation")
    self.values = values
    self.bias = bias
    self.residual = residual
    self.rectify = rectify
    self.slope = slope
  }

  /// Sums that are added to what is there.
  package static func adding(to values: UnsafeMutablePointer<Float>) -> ConvolutionOutput {
    ConvolutionOutput(values, residual: values)
  }

  /// The output some floats further.
  package func advanced(by floats: Int) -> ConvolutionOutput {
    ConvolutionOutput(
      values + floats, bias: bias, residual: residual.map { $0 + floats }, rectify: rectify,
      slope: slope)
  }
}

/// A share of one layer's work: several workers compute one output together, each its own part of it.
package struct WorkPart: Sendable, Equatable {
  /// Which part.
  package let index: Int
  /// How many parts there are.
  package let count: Int

  /// - Precondition: `index` is one of `count` parts.
  package init(index: Int, of count: Int) {
    precondition((0..<count).contains(index), "a part is one of all parts")
    self.index = index
    self.count = count
  }

  /// All of the work.
  package static let whole = WorkPart(index: 0, of: 1)

  /// This part's share of some items; shares differ by one item at most.
  package func share(of items: Int) -> Range<Int> {
    index * items / count..<(index + 1) * items / count
  }
}

/// One convolution layer in all three passes of training, by one algorithm.
///
/// A kernel holds dimensions only: weights, maps and scratch memory belong to the caller. All memory
/// is readable and writable to `FloatMemory.slack` floats after its end.
package protocol ConvolutionKernel: Sendable {
  var shape: ConvolutionShape { get }
  /// The algorithm's name, such as "Winograd F(4,3)".
  var algorithm: String { get }
  /// Pictures that are best computed together: fewer don't fill a block, more leave the cache.
  var group: Int { get }

  /// Floats of the packed weights for `forward`.
  var packedCount: Int { get }
  /// Floats of the packed weights for `inputGrad`; 0 for pictures, which have no gradient.
  var packedBackwardCount: Int { get }
  /// Floats that any of the passes needs as scratch.
  var scratchCount: Int { get }
  /// Floats that the gradient of the weights is collected in.
  var gradSumCount: Int { get }

  /// Packs weights for `forward`.
  ///
  /// - Parameters:
  ///   - weight: PyTorch's order (o, i, ky, kx).
  ///   - outputs: which output channels; starts at a whole block.
  ///   - scale: a factor for each output channel, or nil.
  func pack(
    _ weight: UnsafePointer<Float>, outputs: Range<Int>, scale: UnsafePointer<Float>?,
    into packed: UnsafeMutablePointer<Float>)

  /// Packs weights for `inputGrad`.
  ///
  /// - Parameter inputs: which input channels; starts at a whole block.
  func packBackward(
    _ weight: UnsafePointer<Float>, inputs: Range<Int>, into packed: UnsafeMutablePointer<Float>)

  /// Output of `count` pictures.
  ///
  /// - Parameters:
  ///   - part: which part of the output is computed.
  ///   - scratch: the worker's own.
  func forward(
    count: Int, input: ConvolutionInput, weight: UnsafePointer<Float>, output: ConvolutionOutput,
    part: WorkPart, scratch: UnsafeMutablePointer<Float>)

  /// Gradient of the input.
  ///
  /// - Parameter adds: whether it is added to what is there.
  func inputGrad(
    count: Int, outputGrad: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    inputGrad: UnsafeMutablePointer<Float>, adds: Bool, scratch: UnsafeMutablePointer<Float>)

  /// Collects the gradient of the weights over calls, from the first to the last: each but the last of
  /// `group` pictures, all together at most as many as the kernel was made for.
  ///
  /// - Parameters:
  ///   - sums: `gradSumCount` floats that only this kernel changes between the calls.
  ///   - isFirst: whether the gradient starts from zero.
  ///   - isLast: whether `weightGrad` is wanted.
  ///   - weightGrad: `shape.packedGradCount` floats; overwritten by the last call, and only this
  ///     kernel changes it between the calls.
  func weightGrad(
    count: Int, input: ConvolutionInput, outputGrad: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Float>, isFirst: Bool, isLast: Bool,
    weightGrad: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>)
}

extension ConvolutionKernel {
  /// Output of `count` pictures, all of it.
  package func forward(
    count: Int, input: ConvolutionInput, weight: UnsafePointer<Float>, output: ConvolutionOutput,
    scratch: UnsafeMutablePointer<Float>
  ) {
    forward(
      count: count, input: input, weight: weight, output: output, part: .whole, scratch: scratch)
  }
}
