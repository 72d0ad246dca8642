import CProcessor
import Kernels

/// What is done to the sums of a block of channels on their way out.
struct OutputStage {
  private let values: UnsafeMutablePointer<Float>
  private let residual: UnsafePointer<Float>?
  private let bias: Vector
  private let rectify: Bool
  /// A PReLU's; ones for none.
  private let slope: Vector
  private let hasSlope: Bool

  @inline(__always)
  init(_ output: ConvolutionOutput, channel: Int) {
    values = output.values
    residual = output.residual
    // Missing parts are zeros or ones in registers: adding a zero takes less than a branch.
    bias = output.bias.map { load($0 + channel) } ?? .zero
    rectify = output.rectify
    slope = output.slope.map { load($0 + channel) } ?? Vector(repeating: 1)
    hasSlope = output.slope != nil
  }

  /// Fetches what `write` will touch.
  @inline(__always)
  func prepare(at offset: Int) {
    prefetch(values + offset)
    if let residual { prefetch(residual + offset) }
  }

  @inline(__always)
  func write(_ sum: Vector, at offset: Int) {
    write(InlineArray<1, Vector>(repeating: sum), at: offset)
  }

  /// Neighbours in a row, for which each question is asked once.
  @inline(__always)
  func write<let count: Int>(_ sums: InlineArray<count, Vector>, at offset: Int) {
    var results = sums
    // `relu(sum + bias + residual)`, in this order: it is the rounding of BatchNorm folded into a
    // convolution, then the addition of the block's input.
    for i in 0..<count { results[i] += bias }
    if let residual {
      for i in 0..<count { results[i] += load(residual + (offset &+ i &* lanes)) }
    }
    if hasSlope {
      for i in 0..<count { results[i] = results[i].rectified(slope: slope) }
    } else if rectify {
      for i in 0..<count { results[i] = results[i].rectified }
    }
    for i in 0..<count { store(results[i], to: values + (offset &+ i &* lanes)) }
  }
}
