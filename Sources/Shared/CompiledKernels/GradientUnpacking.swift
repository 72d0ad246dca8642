import Kernels

/// See `KernelSet.unpackSum`. A block of outputs at a time: vectors are summed, and their lanes go to
/// as many filters.
func unpackGradientSum(
  _ shape: ConvolutionShape, _ packed: [UnsafeMutablePointer<Float>], outputs: Range<Int>,
  into weightGrad: UnsafeMutablePointer<Float>
) {
  let (taps, width) = (shape.kernel * shape.kernel, shape.output.paddedChannels)
  for first in stride(from: outputs.lowerBound, to: outputs.upperBound, by: lanes) {
    let count = min(lanes, outputs.upperBound - first)
    for input in 0..<shape.inputChannels {
      let block = input / shape.inputLanes &* taps &* shape.inputLanes
      for tap in 0..<taps {
        let row = block &+ tap &* shape.inputLanes &+ input % shape.inputLanes
        var sum = Vector.zero
        for (worker, rows) in packed.enumerated() {
          let values = load(rows + (row &* width &+ first))
          sum = worker == 0 ? values : sum + values
        }
        let target = weightGrad + ((first &* shape.inputChannels &+ input) &* taps &+ tap)
        for lane in 0..<count { target[lane &* shape.filterCount] = sum[lane] }
      }
    }
  }
}
