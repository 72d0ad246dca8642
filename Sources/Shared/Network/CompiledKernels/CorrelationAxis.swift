/// Products along one axis of a picture: target pixel `first + i * targetStep` takes the source pixels
/// `i * sourceStep + offset ..< i * sourceStep + offset + taps.count`.
struct CorrelationAxis: Sendable {
  /// Target pixels: `i` counts to here.
  let count: Int
  let first: Int
  let targetStep: Int
  let sourceStep: Int
  let offset: Int
  /// Which tap of the kernel each of the source pixels meets.
  let taps: [Int]

  /// Source pixels that some target pixels take.
  func window(_ targets: Int) -> Int { (targets - 1) * sourceStep + taps.count }
}

extension CorrelationAxis {
  /// A convolution's own direction.
  static func forward(kernel: Int, stride: Int, padding: Int, output: Int) -> CorrelationAxis {
    CorrelationAxis(
      count: output, first: 0, targetStep: 1, sourceStep: stride, offset: -padding,
      taps: Array(0..<kernel))
  }

  /// The gradient of the input, one axis for each phase of an input pixel, its index modulo the stride.
  /// All input pixels of a phase meet the same taps; consecutive output pixels meet them in descending
  /// order.
  static func backward(
    kernel: Int, stride: Int, padding: Int, input: Int
  ) -> [CorrelationAxis] {
    (0..<min(stride, input)).map { phase in
      // Input pixel `phase + i * stride` meets tap t of output pixel o where o * stride + t -
      // padding is its index: those taps t for which `phase + padding - t` is a multiple of the
      // stride. For a 3x3 kernel with stride 2 and padding 1 phase 0 meets tap 1, phase 1 the taps
      // 2 and 0.
      let taps = (0..<kernel).filter { (phase + padding - $0) % stride == 0 }.reversed()
      return CorrelationAxis(
        count: (input - phase + stride - 1) / stride, first: phase, targetStep: stride,
        // The output pixel of the first tap, for i = 0; the following taps meet the following
        // pixels.
        sourceStep: 1, offset: taps.first.map { (phase + padding - $0) / stride } ?? 0,
        taps: Array(taps))
    }
  }
}
