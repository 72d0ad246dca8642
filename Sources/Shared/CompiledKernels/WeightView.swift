import Kernels

/// Weights in PyTorch's order as a convolution in either direction sees them: from source channels to
/// target channels.
struct WeightView {
  private let weight: UnsafePointer<Float>
  private let targets: Int
  private let sources: Int
  private let taps: Int
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
    taps = shape.kernel * shape.kernel
    (targets, sources) = (shape.outputChannels, shape.inputChannels)
    (targetStep, sourceStep) = (shape.filterCount, taps)
  }

  /// From output to input.
  init(backward shape: ConvolutionShape, _ weight: UnsafePointer<Float>) {
    self.weight = weight
    scale = nil
    taps = shape.kernel * shape.kernel
    (targets, sources) = (shape.inputChannels, shape.outputChannels)
    (targetStep, sourceStep) = (taps, shape.filterCount)
  }

  /// Collects the weights between some sources and a block of targets: `[source][tap][target]`. What
  /// lies behind the last channel of either is zero.
  ///
  /// The weights of a pair are consecutive; they are read once and written to a block that stays in the
  /// level-1 cache, from which vectors are read afterwards.
  ///
  /// - Parameter first: the first target of the block.
  func collect(
    target first: Int, sources range: Range<Int>, into block: UnsafeMutablePointer<Float>
  ) {
    let count = min(lanes, targets - first)
    let last = min(range.upperBound, sources)
    if count < lanes || last < range.upperBound {
      block.update(repeating: 0, count: range.count * taps * lanes)
    }
    for lane in 0..<count {
      let factor = scale?[first + lane] ?? 1
      for source in range.lowerBound..<max(last, range.lowerBound) {
        let pair = weight + ((first &+ lane) &* targetStep &+ source &* sourceStep)
        let target = block + ((source &- range.lowerBound) &* taps &* lanes &+ lane)
        for tap in 0..<taps { target[tap &* lanes] = pair[tap] * factor }
      }
    }
  }
}
