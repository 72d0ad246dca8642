import Kernels

/// See `KernelSet.unpackSum`. A block of outputs by a block of inputs at a time: vectors are summed into
/// a block that stays in the level-1 cache, in the order of a filter's weights, and a piece of each
/// filter is a column of it.
func unpackGradientSum(
  _ shape: ConvolutionShape, _ packed: [UnsafeMutablePointer<Float>], outputs: Range<Int>,
  into weightGrad: UnsafeMutablePointer<Float>
) {
  let taps = shape.kernel * shape.kernel
  let inputLanes = shape.inputLanes
  let rows = taps * inputLanes
  withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * lanes) { block in
    packed.withUnsafeBufferPointer { packed in
      guard let block = block.baseAddress else { return }
      for first in stride(from: outputs.lowerBound, to: outputs.upperBound, by: lanes) {
        for input in stride(from: 0, to: shape.inputChannels, by: inputLanes) {
          for tap in 0..<taps {
            for lane in 0..<inputLanes {
              let row = input &* taps &+ tap &* inputLanes &+ lane
              let place = first &* shape.patchCount &+ row &* lanes
              var sum = load(packed[0] + place)
              for worker in 1..<max(packed.count, 1) { sum += load(packed[worker] + place) }
              store(sum, to: block + (lane &* taps &+ tap) &* lanes)
            }
          }
          transpose(
            block, step: lanes, rows: min(inputLanes, shape.inputChannels - input) * taps,
            columns: min(lanes, outputs.upperBound - first),
            into: weightGrad + (first * shape.filterCount + input * taps), step: shape.filterCount)
        }
      }
    }
  }
}
