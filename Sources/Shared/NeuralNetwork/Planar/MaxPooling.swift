/// Dimensions of a max-pooling in ceil mode with stride 2 and no padding: a window that hangs over
/// the right or lower edge counts as long as it starts inside, as PyTorch's `ceil_mode=True`.
public struct MaxPoolingShape: Sendable, Equatable {
  /// Pictures times channels.
  public let planes: Int
  /// Height and width of the window, 2 or 3.
  public let kernel: Int
  /// Height of the input in pixels.
  public let inputHeight: Int
  /// Width of the input in pixels.
  public let inputWidth: Int

  /// Creates a shape.
  ///
  /// - Precondition: the kernel is 2 or 3 and fits into the input.
  public init(planes: Int, kernel: Int, inputHeight: Int, inputWidth: Int) {
    precondition(
      (kernel == 2 || kernel == 3) && planes > 0 && inputHeight >= kernel && inputWidth >= kernel,
      "a max-pooling window of 2 or 3 pixels must fit into its input")
    self.planes = planes
    self.kernel = kernel
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
  }

  /// Height of the output in pixels.
  public var outputHeight: Int { (inputHeight - kernel + 1) / 2 + 1 }
  /// Width of the output in pixels.
  public var outputWidth: Int { (inputWidth - kernel + 1) / 2 + 1 }
}

/// Max-pooling with stride 2 in ceil mode.
///
/// - Parameters:
///   - input: `planes x inputHeight x inputWidth`.
///   - output: `planes x outputHeight x outputWidth`.
public func maxPoolingForward(
  _ shape: MaxPoolingShape, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
) {
  let (h, w, oh, ow) = (
    shape.inputHeight, shape.inputWidth, shape.outputHeight, shape.outputWidth
  )
  for plane in 0..<shape.planes {
    for y in 0..<oh {
      let top = input + (plane * h + 2 * y) * w
      // A row that hangs over repeats the last one inside, which leaves the maximum as it is.
      let last = h - 1 - 2 * y
      let (middle, bottom) = (top + min(1, last) * w, top + min(2, last) * w)
      let target = output + (plane * oh + y) * ow
      if shape.kernel == 2 {
        poolRowOf2(top, middle, into: target, width: w)
      } else {
        poolRowOf3(top, middle, bottom, into: target, width: w)
      }
    }
  }
}

/// One output row of 2x2 windows; a last window of one column hangs over.
private func poolRowOf2(
  _ top: UnsafePointer<Float>, _ bottom: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Float>, width: Int
) {
  for x in 0..<(width / 2) {
    let upper = larger(top[2 * x], top[2 * x + 1])
    let lower = larger(bottom[2 * x], bottom[2 * x + 1])
    output[x] = larger(upper, lower)
  }
  if width % 2 == 1 {
    output[width / 2] = larger(top[width - 1], bottom[width - 1])
  }
}

/// One output row of 3x3 windows; a last window of two columns hangs over.
private func poolRowOf3(
  _ top: UnsafePointer<Float>, _ middle: UnsafePointer<Float>, _ bottom: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Float>, width: Int
) {
  @inline(__always) func columnMaximum(_ x: Int) -> Float {
    larger(larger(top[x], middle[x]), bottom[x])
  }
  let whole = (width - 1) / 2
  for x in 0..<whole {
    output[x] = larger(
      larger(columnMaximum(2 * x), columnMaximum(2 * x + 1)), columnMaximum(2 * x + 2))
  }
  if width % 2 == 0 {
    output[whole] = larger(columnMaximum(width - 2), columnMaximum(width - 1))
  }
}

/// The larger number, as the one instruction that `max`, with its care for NaN, is not.
@inline(__always)
private func larger(_ first: Float, _ second: Float) -> Float {
  first > second ? first : second
}
