import TestSupport
import Testing

@testable import Kernels

/// Channels, height and width: odd, even, one, wider than a float32 sum may be long.
private let sizes = [
  (3, 1, 1), (5, 2, 2), (16, 7, 9), (20, 8, 5), (33, 1, 6), (9, 6, 1), (4, 3, 301), (17, 14, 14),
]

/// Eighths: products and sums of few are exact, and equal values are frequent.
private func eighths(
  _ count: Int, _ range: ClosedRange<Int>, seed: inout UInt64
) -> [Double] {
  seed += 1
  return pseudoRandom(count, seed: seed).map { number in
    let place = Int((Double(number) + 1) / 2 * Double(range.count))
    return Double(range.lowerBound + min(place, range.count - 1)) / 8
  }
}

private func padded(_ values: [Double], lanes: Int) -> [Float] {
  values.map(Float.init) + [Float](repeating: 0, count: (lanes - values.count % lanes) % lanes)
}

/// The pooling behind a BatchNorm where many pixels are equal, exactly.
@Suite struct PooledTiesTests {
  @Test(arguments: TestedKernels.all, sizes) func matchesObviousLoops(
    tested: TestedKernels, size: (Int, Int, Int)
  ) {
    let set = tested.kernels
    var seed: UInt64 = 0
    let (count, lanes, (channels, height, width)) = (3, set.lanes, size)
    for isFlat in [false, true] {
      let shape = BlockedShape(channels: channels, height: height, width: width, lanes: lanes)
      let pooled = shape.pooled
      let input = ReferenceMaps(
        count: count, channels: channels, height: height, width: width,
        values: eighths(count * channels * shape.area, isFlat ? 3...3 : -9...9, seed: &seed))
      let scale = eighths(channels, -4...8, seed: &seed)
      let shift = eighths(channels, -4...8, seed: &seed)
      let mean = eighths(channels, -4...4, seed: &seed)
      let gradMean = eighths(channels, -4...4, seed: &seed)
      let slope = eighths(channels, -4...4, seed: &seed)
      let outputGrad = ReferenceMaps(
        count: count, channels: channels, height: pooled.height, width: pooled.width,
        values: eighths(count * channels * pooled.area, -9...9, seed: &seed))
      let (factors, terms) = (padded(scale, lanes: lanes), padded(shift, lanes: lanes))
      var values = input.blocked(lanes: lanes)
      var output = [Float](repeating: .nan, count: count * pooled.pictureCount)
      set.normalizedPoolingForward(
        shape, count: count, input: values, scale: factors, shift: terms, output: &output)
      let expected = referenceNormalizedPoolingForward(input, scale: scale, shift: shift).output
      #expect(output == expected.blocked(lanes: lanes))

      var plain = output
      set.maxPoolingForward(shape, count: count, input: values, output: &plain)
      #expect(plain == referenceMaxPoolingForward(input).output.blocked(lanes: lanes))

      let grads = outputGrad.blocked(lanes: lanes)
      let means = padded(mean, lanes: lanes)
      var gradSum = [Double](repeating: 1, count: shape.paddedChannels)
      var centredSum = gradSum
      set.normalizedPoolingBackwardSums(
        shape, count: count, input: values, scale: factors, shift: terms, mean: means,
        output: output, outputGrad: grads, gradSum: &gradSum, centredSum: &centredSum)
      let sums = referenceNormalizedPoolingBackwardSums(
        input, scale: scale, shift: shift, mean: mean, outputGrad: outputGrad)
      #expect(Array(gradSum.prefix(channels)) == sums.gradSum.map { $0 + 1 })
      #expect(Array(centredSum.prefix(channels)) == sums.centredSum.map { $0 + 1 })
      #expect(gradSum.dropFirst(channels).allSatisfy { $0 == 1 })

      var scratch = [Float](repeating: .nan, count: width * lanes)
      set.normalizedPoolingBackwardInput(
        shape, count: count, output: output, outputGrad: grads, values: &values, mean: means,
        scale: factors, shift: terms, gradMean: padded(gradMean, lanes: lanes),
        slope: padded(slope, lanes: lanes), scratch: &scratch)
      let inputGrad = referenceNormalizedPoolingBackwardInput(
        input, scale: scale, shift: shift, mean: mean, gradMean: gradMean, slope: slope,
        outputGrad: outputGrad)
      #expect(values == inputGrad.blocked(lanes: lanes))
    }
  }

  @Test(arguments: TestedKernels.all, 0..<25) func notANumberComesThrough(
    tested: TestedKernels, pixel: Int
  ) {
    let set = tested.kernels
    let shape = BlockedShape(channels: 1, height: 5, width: 5, lanes: set.lanes)
    for broken in [Float.nan, -Float.nan] {
      var input = (0..<shape.pictureCount).map { Float($0 % 7) - 3 }
      for lane in 0..<set.lanes { input[pixel * set.lanes + lane] = broken }
      let scale = [Float](repeating: 1, count: set.lanes)
      let shift = [Float](repeating: 0, count: set.lanes)
      var (fused, plain) = (
        [Float](repeating: 0, count: shape.pooled.pictureCount),
        [Float](repeating: 0, count: shape.pooled.pictureCount)
      )
      set.normalizedPoolingForward(
        shape, count: 1, input: input, scale: scale, shift: shift, output: &fused)
      set.maxPoolingForward(shape, count: 1, input: input, output: &plain)
      for y in 0..<3 {
        for x in 0..<3 {
          let isInside = abs(pixel / 5 - 2 * y) <= 1 && abs(pixel % 5 - 2 * x) <= 1
          #expect(fused[(y * 3 + x) * set.lanes].isNaN == isInside)
          #expect(plain[(y * 3 + x) * set.lanes].isNaN == isInside)
        }
      }
    }
  }
}
