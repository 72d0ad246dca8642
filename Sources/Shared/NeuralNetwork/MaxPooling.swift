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
      let top = 2 * y
      poolRow(
        input + (plane * h + top) * w, rows: min(shape.kernel, h - top), rowStride: w,
        kernel: shape.kernel, into: output + (plane * oh + y) * ow, count: ow)
    }
  }
}

/// One output row: the maximum over `rows` input rows, then over `kernel` neighbours. Four outputs
/// at a time come from the even and odd lanes of 8 inputs; the rest of the row is scalar.
private func poolRow(
  _ input: UnsafePointer<Float>, rows: Int, rowStride: Int, kernel: Int,
  into output: UnsafeMutablePointer<Float>, count: Int
) {
  let source = UnsafeRawPointer(input)
  let target = UnsafeMutableRawPointer(output)
  let rowBytes = rowStride * 4
  var x = 0
  // A window of 3 loads a second time, 2 inputs further.
  let reach = kernel == 3 ? 10 : 8
  while x + 4 <= count, 2 * x + reach <= rowStride {
    var best = SIMD4<Float>(repeating: -.infinity)
    for row in 0..<rows {
      let offset = row * rowBytes + x * 8
      let pixels = source.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
      best = pointwiseMax(best, pointwiseMax(pixels.evenHalf, pixels.oddHalf))
      if kernel == 3 {
        let next = source.loadUnaligned(fromByteOffset: offset + 8, as: SIMD8<Float>.self)
        best = pointwiseMax(best, next.evenHalf)
      }
    }
    target.storeBytes(of: best, toByteOffset: x * 4, as: SIMD4<Float>.self)
    x += 4
  }
  while x < count {
    var best = -Float.infinity
    for row in 0..<rows {
      for column in (2 * x)..<min(2 * x + kernel, rowStride) {
        best = max(best, input[row * rowStride + column])
      }
    }
    output[x] = best
    x += 1
  }
}
