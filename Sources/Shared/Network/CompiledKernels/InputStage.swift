import Kernels

// What is done to a vector of input maps on its way into a transform: `relu(value * scale + shift)`, or
// nothing. Zeros of the padding are zeros after the BatchNorm, so that they don't come through here.

/// A stage that the compiler knows: a loop with it has no branch.
protocol InputStage {
  func callAsFunction(_ vector: Vector) -> Vector
}

struct AsItIs: InputStage {
  @inline(__always)
  func callAsFunction(_ vector: Vector) -> Vector { vector }
}

struct NormalizedAndRectified: InputStage {
  let scale: Vector
  let shift: Vector

  @inline(__always)
  func callAsFunction(_ vector: Vector) -> Vector {
    shift.adding(scale, times: vector).rectified
  }
}

/// Either of them, chosen by a branch, for transforms that are large enough not to be compiled twice.
struct OptionalNormalization: InputStage {
  private let scale: Vector
  private let shift: Vector
  private let isNormalizing: Bool

  /// - Parameter channel: the first of the block.
  @inline(__always)
  init(_ input: ConvolutionInput, channel: Int) {
    scale = input.scale.map { load($0 + channel) } ?? .zero
    shift = input.shift.map { load($0 + channel) } ?? .zero
    isNormalizing = input.scale != nil
  }

  @inline(__always)
  func callAsFunction(_ vector: Vector) -> Vector {
    isNormalizing ? shift.adding(scale, times: vector).rectified : vector
  }
}
