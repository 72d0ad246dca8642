package import Kernels

extension CompiledKernels {
  /// See `KernelSet.addMoments`. Pixels come in groups that stay in a level-1 cache: a group's mean and
  /// squares are float32 sums, the groups are merged in float64.
  package func addMoments(_ maps: Maps, to moments: inout ChannelMoments) {
    let (shape, pictures) = (maps.shape, maps.count)
    assert(
      moments.mean.count == shape.paddedChannels && moments.squares.count == shape.paddedChannels,
      "moments of each channel")
    for index in 0..<shape.blocks {
      // All pictures of one block of channels, whose totals stay in registers.
      var (blockCount, mean, squares) = (0.0, DoubleVector.zero, DoubleVector.zero)
      for n in 0..<pictures {
        let plane = maps.start + (n * shape.blocks + index) * shape.planeCount
        for first in stride(from: 0, to: shape.area, by: Tuning.sumLength) {
          // Chan, Golub, LeVeque (1979), equations 1.5a and 1.5b, for all lanes at once:
          //     mean += (group mean - mean) * group count / total
          //     squares += group squares + (group mean - mean)^2 * count * group count / total
          let pixels = min(Tuning.sumLength, shape.area - first)
          let group = groupMoments(plane + first * lanes, pixels: pixels)
          let total = blockCount + Double(pixels)
          let share = Double(pixels) / total
          let difference = group.mean - mean
          mean += difference * share
          squares += group.squares + difference * difference * (blockCount * share)
          blockCount = total
        }
      }
      // Merged with what earlier calls found in the same way, channel by channel. All channels had
      // `moments.count` values so far.
      let share = blockCount / (moments.count + blockCount)
      for lane in 0..<lanes {
        let channel = index * lanes + lane
        let difference = mean[lane] - moments.mean[channel]
        moments.mean[channel] += difference * share
        moments.squares[channel] += squares[lane] + difference * difference * moments.count * share
      }
    }
    moments.count += Double(pictures * shape.area)
  }
}

/// Mean of a group of pixels and squared differences from it.
private func groupMoments(
  _ values: UnsafePointer<Float>, pixels: Int
) -> (mean: DoubleVector, squares: DoubleVector) {
  // Two passes over what the level-1 cache holds. One pass, with sums of values and of squares, would
  // lose all digits where the mean is large beside the deviation.
  var sum = Vector.zero
  for pixel in 0..<pixels { sum += load(values + pixel &* lanes) }
  let mean = sum / Float(pixels)
  var squares = Vector.zero
  var rest = Vector.zero
  for pixel in 0..<pixels {
    let difference = load(values + pixel &* lanes) - mean
    rest += difference
    squares = squares.adding(difference, times: difference)
  }
  // The differences sum to what the rounded mean misses (Chan, Golub, LeVeque, equation 1.7).
  let correction = rest.doubles / Double(pixels)
  return (mean.doubles + correction, squares.doubles - correction * rest.doubles)
}

extension CompiledKernels {
  /// See `KernelSet.sumOfSquares`.
  package func sumOfSquares(_ values: FloatView) -> Double {
    let (values, count) = (values.start, values.count)
    var total = 0.0
    // Lane l of a float32 sum has every `lanes`-th square; what doesn't fill a vector is added last.
    let whole = count / lanes * lanes
    for first in stride(from: 0, to: whole, by: Tuning.sumLength * lanes) {
      var sum = Vector.zero
      let end = min(whole, first + Tuning.sumLength * lanes)
      for index in stride(from: first, to: end, by: lanes) {
        let vector = load(values + index)
        sum = sum.adding(vector, times: vector)
      }
      total += sum.doubles.sum()
    }
    for index in whole..<count { total += Double(values[index]) * Double(values[index]) }
    return total
  }
}
