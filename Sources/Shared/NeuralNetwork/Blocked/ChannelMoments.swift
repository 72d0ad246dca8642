/// Count, mean and sum of squared differences from the mean of each channel, in float64.
///
/// Moments of parts merge exactly: Chan, Golub, LeVeque, Updating Formulae and a Pairwise Algorithm
/// for Computing Sample Variances (1979), equations 1.5a and 1.5b.
struct ChannelMoments: Sendable, Equatable {
  /// Values per channel.
  var count = 0.0
  /// Mean of each channel; whole blocks.
  var mean: [Double]
  /// Sum of squared differences from the mean of each channel.
  var squares: [Double]

  /// Moments of nothing.
  init(channels: Int) {
    mean = Array(repeating: 0, count: channels)
    squares = Array(repeating: 0, count: channels)
  }

  /// Forgets all values.
  mutating func reset() {
    count = 0
    for channel in mean.indices {
      mean[channel] = 0
      squares[channel] = 0
    }
  }

  /// Takes over the moments of other values.
  mutating func merge(_ other: ChannelMoments) {
    let total = count + other.count
    guard total > 0 else { return }
    let share = other.count / total
    for channel in mean.indices {
      let difference = other.mean[channel] - mean[channel]
      mean[channel] += difference * share
      squares[channel] += other.squares[channel] + difference * difference * count * share
    }
    count = total
  }

  /// Takes over the values of all pixels of some pictures.
  ///
  /// Pixels come in groups that stay in a level-1 cache: a group's mean and squares are float32 sums
  /// of at most 128 numbers, the groups are merged in float64.
  mutating func add(_ shape: BlockedShape, count pictures: Int, _ maps: UnsafePointer<Float>) {
    for index in 0..<shape.blocks {
      var (blockCount, mean, squares) = (0.0, SIMD8<Double>.zero, SIMD8<Double>.zero)
      for n in 0..<pictures {
        let plane = maps + (n * shape.blocks + index) * shape.planeCount
        for first in stride(from: 0, to: shape.area, by: 128) {
          let pixels = min(128, shape.area - first)
          let group = groupMoments(plane + first * 8, pixels: pixels)
          let total = blockCount + Double(pixels)
          let share = Double(pixels) / total
          let difference = group.mean - mean
          mean += difference * share
          squares += group.squares + difference * difference * (blockCount * share)
          blockCount = total
        }
      }
      mergeBlock(mean, squares, count: blockCount, at: index * 8)
    }
    count += Double(pictures * shape.area)
  }

  /// Merges eight channels; `count` is still the one before.
  private mutating func mergeBlock(
    _ otherMean: SIMD8<Double>, _ otherSquares: SIMD8<Double>, count otherCount: Double,
    at channel: Int
  ) {
    let share = otherCount / (count + otherCount)
    for lane in 0..<8 {
      let difference = otherMean[lane] - mean[channel + lane]
      mean[channel + lane] += difference * share
      squares[channel + lane] += otherSquares[lane] + difference * difference * count * share
    }
  }
}

/// Mean of a group of pixels and squared differences from it.
private func groupMoments(
  _ values: UnsafePointer<Float>, pixels: Int
) -> (mean: SIMD8<Double>, squares: SIMD8<Double>) {
  var sum = SIMD8<Float>.zero
  for pixel in 0..<pixels { sum += loadVector(values + pixel &* 8) }
  let mean = sum / Float(pixels)
  var squares = SIMD8<Float>.zero
  var rest = SIMD8<Float>.zero
  for pixel in 0..<pixels {
    let difference = loadVector(values + pixel &* 8) - mean
    rest += difference
    squares += difference * difference
  }
  // The differences sum to what the rounded mean misses (equation 1.7 of the same report).
  let correction = rest.doubles / Double(pixels)
  return (mean.doubles + correction, squares.doubles - correction * rest.doubles)
}
