package import Kernels

extension CompiledKernels {
  /// See `KernelSet.unpackSum`. A block of outputs by a block of inputs at a time: vectors are summed into
  /// a block that stays in the level-1 cache, in the order of a filter's weights, and a piece of each
  /// filter is a column of it.
  package func unpackSum(
    _ shape: ConvolutionShape, _ packed: [FloatView], outputs: Range<Int>,
    into weightGrad: MutableFloatView
  ) {
    assert(packed.allSatisfy { $0.count == shape.packedGradCount }, "packed gradients")
    assert(weightGrad.count == shape.weightCount, "a gradient for each weight")
    let weightGrad = weightGrad.start
    let taps = shape.kernel * shape.kernel
    let inputLanes = shape.inputLanes
    let rows = taps * inputLanes
    // [tap of a filter's block of inputs][lane of o]: 9 KB for 3x3 kernels and 16 lanes.
    withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * lanes) { block in
      packed.withUnsafeBufferPointer { packed in
        guard let block = block.baseAddress else { return }
        for first in stride(from: outputs.lowerBound, to: outputs.upperBound, by: lanes) {
          for input in stride(from: 0, to: shape.inputChannels, by: inputLanes) {
            // Read in the order of the packed gradient, [tap][lane of i], written in that of a
            // filter's weights, [lane of i][tap]: each is a vector over the outputs.
            for tap in 0..<taps {
              for lane in 0..<inputLanes {
                let row = input &* taps &+ tap &* inputLanes &+ lane
                let offset = first &* shape.patchCount &+ row &* lanes
                store(
                  pairwiseSum(packed, offset), to: block + (lane &* taps &+ tap) &* lanes)
              }
            }
            // Columns of the block are pieces of filters: output `first + lane` gets the floats of
            // these inputs, (i, ky, kx), which follow each other in PyTorch's order.
            transpose(
              block, step: lanes, rows: min(inputLanes, shape.inputChannels - input) * taps,
              columns: min(lanes, outputs.upperBound - first),
              into: weightGrad + (first * shape.filterCount + input * taps), step: shape.filterCount
            )
          }
        }
      }
    }
  }
}

/// The sum of a vector of each worker, in the order of `pairwiseSplit`. Up to four workers without a
/// call: for more, reading their memory takes longer than the calls.
@inline(__always)
private func pairwiseSum(
  _ packed: UnsafeBufferPointer<FloatView>, _ offset: Int
) -> Vector {
  switch packed.count {
  case 1: load(packed[0].start + offset)
  case 2: load(packed[0].start + offset) + load(packed[1].start + offset)
  case 3:
    (load(packed[0].start + offset) + load(packed[1].start + offset))
      + load(packed[2].start + offset)
  case 4:
    (load(packed[0].start + offset) + load(packed[1].start + offset))
      + (load(packed[2].start + offset) + load(packed[3].start + offset))
  default: pairwiseBranch(packed, 0..<packed.count, offset)
  }
}

private func pairwiseBranch(
  _ packed: UnsafeBufferPointer<FloatView>, _ workers: Range<Int>, _ offset: Int
) -> Vector {
  let first = workers.lowerBound
  switch workers.count {
  case 1: return load(packed[first].start + offset)
  case 2: return load(packed[first].start + offset) + load(packed[first + 1].start + offset)
  default:
    let middle = first + pairwiseSplit(workers.count)
    return pairwiseBranch(packed, first..<middle, offset)
      + pairwiseBranch(packed, middle..<workers.upperBound, offset)
  }
}
