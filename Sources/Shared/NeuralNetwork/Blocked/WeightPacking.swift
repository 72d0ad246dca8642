// Weights between PyTorch's order (o, i, ky, kx) and the order of patches (o, i / lanes, ky, kx, lane).

/// Packs the filters of some output channels.
///
/// - Parameters:
///   - weight: all filters in PyTorch's order.
///   - outputs: which filters to pack.
///   - scale: a factor for each output channel, or nil.
///   - packed: all filters in the order of patches.
func packWeights(
  _ shape: BlockedConvolutionShape, _ weight: UnsafePointer<Float>, outputs: Range<Int>,
  scale: UnsafePointer<Float>? = nil, into packed: UnsafeMutablePointer<Float>
) {
  let (taps, lanes) = (shape.kernel * shape.kernel, shape.lanes)
  for k in outputs {
    let factor = scale?[k] ?? 1
    for block in 0..<shape.inputBlocks {
      let source = weight + k * shape.patchSize + block * lanes * taps
      let target = packed + k * shape.patchSize + block * lanes * taps
      for lane in 0..<lanes {
        for tap in 0..<taps { target[tap &* lanes &+ lane] = source[lane &* taps &+ tap] * factor }
      }
    }
  }
}

/// Sums packed gradients of some output channels over workers, in their order, into PyTorch's order.
///
/// - Parameters:
///   - packed: for each worker all filters in the order of patches.
///   - outputs: which filters to unpack.
///   - weightGrad: all filters in PyTorch's order; overwritten.
func unpackSum(
  _ shape: BlockedConvolutionShape, _ packed: [UnsafeMutablePointer<Float>], offset: Int,
  outputs: Range<Int>, into weightGrad: UnsafeMutablePointer<Float>
) {
  let (taps, lanes) = (shape.kernel * shape.kernel, shape.lanes)
  for (worker, arena) in packed.enumerated() {
    for k in outputs {
      for block in 0..<shape.inputBlocks {
        let source = arena + offset + k * shape.patchSize + block * lanes * taps
        let target = weightGrad + offset + k * shape.patchSize + block * lanes * taps
        for lane in 0..<lanes {
          for tap in 0..<taps {
            let value = source[tap &* lanes &+ lane]
            let place = lane &* taps &+ tap
            target[place] = worker == 0 ? value : target[place] + value
          }
        }
      }
    }
  }
}
