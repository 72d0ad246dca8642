import Kernels

/// Weights in PyTorch's order as a convolution in either direction sees them: from source channels to
/// target channels.
struct WeightView {
  let weight: UnsafePointer<Float>
  let targets: Int
  let sources: Int
  /// Floats from one target's, or source's, weights to the next one's.
  private let targetStep: Int
  private let sourceStep: Int
  /// A factor for each target, or nil.
  private let scale: UnsafePointer<Float>?

  /// From input to output.
  init(
    forward shape: ConvolutionShape, _ weight: UnsafePointer<Float>, scale: UnsafePointer<Float>?
  ) {
    self.weight = weight
    self.scale = scale
    (targets, sources) = (shape.outputChannels, shape.inputChannels)
    (targetStep, sourceStep) = (shape.filterCount, shape.kernel * shape.kernel)
  }

  /// From output to input.
  init(backward shape: ConvolutionShape, _ weight: UnsafePointer<Float>) {
    self.weight = weight
    scale = nil
    (targets, sources) = (shape.inputChannels, shape.outputChannels)
    (targetStep, sourceStep) = (shape.kernel * shape.kernel, shape.filterCount)
  }

  /// The weights of a block of targets for one source and tap; zeros behind the last target.
  @inline(__always)
  func vector(target first: Int, source: Int, tap: Int) -> Vector {
    var result = Vector.zero
    let start = weight + (first &* targetStep &+ source &* sourceStep &+ tap)
    for lane in 0..<min(lanes, targets &- first) {
      result[lane] = start[lane &* targetStep] * (scale?[first &+ lane] ?? 1)
    }
    return result
  }
}
