import CProcessor
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
  /// follows the last channel of either is zero.
  ///
  /// They are read once and written to a block that stays in the level-1 cache, from which vectors are
  /// read afterwards.
  ///
  /// - Parameter first: the first target of the block.
  func collect(
    target first: Int, sources range: Range<Int>, into block: UnsafeMutablePointer<Float>
  ) {
    // What the channels lack to whole blocks stays zero: no kernel needs to know where channels
    // end.
    let count = min(lanes, targets - first)
    let sourceCount = max(0, min(range.upperBound, sources) - range.lowerBound)
    if count < lanes || sourceCount < range.count {
      block.update(repeating: 0, count: range.count * taps * lanes)
    }
    // The weights of target t and source s are `taps` floats from t * targetStep + s * sourceStep
    // on.
    let weights = weight + (first &* targetStep &+ range.lowerBound &* sourceStep)
    if sourceStep == taps {
      // Sources follow each other: their weights are columns of one matrix.
      // A target is a row of sourceCount * taps floats, and becomes a lane.
      transpose(
        weights, step: targetStep, rows: count, columns: sourceCount &* taps, into: block,
        step: lanes)
    } else {
      for source in 0..<sourceCount {
        let weights = weights + source &* sourceStep
        fetch(weights + Tuning.fetchDistance &* sourceStep, count: count &* taps)
        // Backward, targets are input channels, whose filters follow each other, and sources output
        // channels, which are `filterCount` floats apart: one matrix of taps for each source.
        transpose(
          weights, step: targetStep, rows: count, columns: taps,
          into: block + source &* taps &* lanes, step: lanes)
      }
    }
    if let scale { multiply(block, rows: sourceCount &* taps, by: scale + first, count: count) }
  }

  private func fetch(_ weights: UnsafePointer<Float>, count: Int) {
    let lineCount = 64 / MemoryLayout<Float>.stride
    for offset in stride(from: 0, to: count + lineCount - 1, by: lineCount) {
      prefetchNear(weights + offset)
    }
  }

  /// Multiplies rows of targets by their factors.
  private func multiply(
    _ block: UnsafeMutablePointer<Float>, rows: Int, by scale: UnsafePointer<Float>, count: Int
  ) {
    var factors = Vector(repeating: 1)
    // The folded BatchNorm scales the outputs, which are targets: a lane each.
    for lane in 0..<count { factors[lane] = scale[lane] }
    for row in 0..<rows {
      store(load(block + row &* lanes) * factors, to: block + row &* lanes)
    }
  }
}
