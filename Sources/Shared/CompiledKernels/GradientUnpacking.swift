import Kernels

/// See `KernelSet.unpackSum`. A block of outputs by a block of inputs at a time: vectors are summed and
/// turned into a piece of each filter, which is then copied to its place. Filters lie a multiple of a
/// large power of two apart, so that writing all of them float by float would leave the cache.
func unpackGradientSum(
  _ shape: ConvolutionShape, _ packed: [UnsafeMutablePointer<Float>], outputs: Range<Int>,
  into weightGrad: UnsafeMutablePointer<Float>
) {
  let (taps, width) = (shape.kernel * shape.kernel, shape.output.paddedChannels)
  let inputLanes = shape.inputLanes
  let pieceCount = taps * inputLanes
  withUnsafeTemporaryAllocation(of: Float.self, capacity: lanes * pieceCount) { pieces in
    guard let pieces = pieces.baseAddress else { return }
    for first in stride(from: outputs.lowerBound, to: outputs.upperBound, by: lanes) {
      let count = min(lanes, outputs.upperBound - first)
      for input in stride(from: 0, to: shape.inputChannels, by: inputLanes) {
        for tap in 0..<taps {
          for lane in 0..<inputLanes {
            let place = (input &* taps &+ tap &* inputLanes &+ lane) &* width &+ first
            var sum = Vector.zero
            for (worker, rows) in packed.enumerated() {
              sum = worker == 0 ? load(rows + place) : sum + load(rows + place)
            }
            let target = pieces + (lane &* taps &+ tap)
            for output in 0..<lanes { target[output &* pieceCount] = sum[output] }
          }
        }
        let used = min(inputLanes, shape.inputChannels - input) * taps
        for output in 0..<count {
          (weightGrad + ((first + output) * shape.filterCount + input * taps))
            .update(from: pieces + output * pieceCount, count: used)
        }
      }
    }
  }
}
