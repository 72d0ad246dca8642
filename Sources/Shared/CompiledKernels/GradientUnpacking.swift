import Kernels

/// See `KernelSet.unpackSum`. A block of outputs by a block of inputs at a time: vectors are summed into
/// a block that stays in the level-1 cache, from which a piece of each filter is written.
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
          for row in 0..<rows {
            let place = first &* shape.patchCount &+ (input &* taps &+ row) &* lanes
            var sum = load(packed[0] + place)
            for worker in 1..<max(packed.count, 1) { sum += load(packed[worker] + place) }
            store(sum, to: block + row &* lanes)
          }
          let inputs = min(inputLanes, shape.inputChannels - input)
          for output in 0..<min(lanes, outputs.upperBound - first) {
            let filter = weightGrad + ((first + output) * shape.filterCount + input * taps)
            for lane in 0..<inputs {
              let (source, target) = (block + (lane &* lanes &+ output), filter + lane &* taps)
              for tap in 0..<taps { target[tap] = source[tap &* inputLanes &* lanes] }
            }
          }
        }
      }
    }
  }
}
