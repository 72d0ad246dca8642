package import Kernels

extension CompiledKernels {
  /// See `KernelSet.addMoments`. Pixels come in groups that stay in a level-1 cache: a group's mean and
  /// squares are float32 sums of at most 128 numbers, the groups are merged in float64.
  package func addMoments(
    _ shape: BlockedShape, count pictures: Int, _ maps: UnsafePointer<Float>,
    to moments: inout ChannelMoments
  ) {
    for index in 0..<shape.blocks {
      var (blockCount, mean, squares) = (0.0, DoubleVector.zero, DoubleVector.zero)
      for n in 0..<pictures {
        let plane = maps + (n * shape.blocks + index) * shape.planeCount
        for first in stride(from: 0, to: shape.area, by: Tuning.sumLength) {
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
  package func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Double {
    var total = 0.0
    let whole = count / lanes * lanes
    for first in stride(from: 0, to: whole, by: Tuning.sumLength * lanes) {
      var sum = Vector.zero
      for index in stride(from: first, to: min(whole, first + Tuning.sumLength * lanes), by: lanes)
      {
        let vector = load(values + index)
        sum = sum.adding(vector, times: vector)
      }
      total += sum.doubles.sum()
    }
    for index in whole..<count { total += Double(values[index]) * Double(values[index]) }
    return total
  }
}
