import Testing

@testable import NeuralNetwork

/// BatchNorm on blocked maps against the obvious loops.
@Suite struct BatchNormTests {
  struct Case: Sendable {
    let count: Int
    let channels: Int
    let height: Int
    let width: Int

    var shape: BlockedShape { BlockedShape(channels: channels, height: height, width: width) }

    func maps(seed: UInt64, mean: Double = 0, deviation: Double = 1) -> ReferenceMaps {
      let values = pseudoRandom(count * channels * height * width, seed: seed)
      return ReferenceMaps(
        count: count, channels: channels, height: height, width: width,
        // Numbers that a float holds, whatever their mean.
        values: values.map { Double(Float(mean + deviation * Double($0))) })
    }
  }

  // One pixel, one group, several groups, channels that don't fill their block.
  static let cases = [
    Case(count: 2, channels: 8, height: 1, width: 1),
    Case(count: 7, channels: 19, height: 1, width: 1),
    Case(count: 3, channels: 24, height: 7, width: 7),
    Case(count: 2, channels: 16, height: 13, width: 33),
  ]

  @Test(arguments: cases, [(0.0, 1.0), (1000, 0.01), (-3, 100)])
  func momentsOfAnyMean(example: Case, range: (mean: Double, deviation: Double)) {
    let maps = example.maps(seed: 1, mean: range.mean, deviation: range.deviation)
    var moments = ChannelMoments(channels: example.shape.paddedChannels)
    moments.add(example.shape, count: example.count, maps.blocked())
    for channel in 0..<example.channels {
      let expected = referenceMoments(maps, channel: channel)
      #expect(moments.count == expected.count)
      #expect(abs(moments.mean[channel] - expected.mean) < 1e-6 * range.deviation)
      #expect(abs(moments.squares[channel] - expected.squares) < 1e-5 * expected.squares)
    }
  }

  @Test func mergedMomentsAreThoseOfAllValues() {
    let parts = [2, 3, 7].map { Case(count: $0, channels: 8, height: 5, width: 3) }
    var merged = ChannelMoments(channels: 8)
    merged.merge(ChannelMoments(channels: 8))
    var all: [Double] = []
    for (seed, part) in parts.enumerated() {
      let maps = part.maps(seed: UInt64(seed), mean: Double(seed) * 10)
      var moments = ChannelMoments(channels: 8)
      moments.add(part.shape, count: part.count, maps.blocked())
      merged.merge(moments)
      all += maps.values
    }
    let maps = ReferenceMaps(count: 12, channels: 8, height: 5, width: 3, values: all)
    for channel in 0..<8 {
      let expected = referenceMoments(maps, channel: channel)
      #expect(merged.count == expected.count)
      #expect(abs(merged.mean[channel] - expected.mean) < 1e-6)
      #expect(abs(merged.squares[channel] - expected.squares) < 1e-6 * expected.squares)
    }
    merged.reset()
    #expect(merged == ChannelMoments(channels: 8))
  }

  @Test(arguments: cases, [false, true])
  func forwardAndBackward(example: Case, hasResidual: Bool) {
    let (shape, maps) = (example.shape, example.maps(seed: 2, mean: 2, deviation: 3))
    let residual = example.maps(seed: 3)
    let grad = example.maps(seed: 4)
    let (scale, shift) = (
      pseudoRandom(example.channels, seed: 5), pseudoRandom(example.channels, seed: 6)
    )
    let epsilon = BatchNormUnit.epsilon
    var expected = referenceBatchNormForward(
      maps, scale: scale.map(Double.init), shift: shift.map(Double.init), epsilon: epsilon)
    var expectedGrad = grad
    for place in expected.values.indices {
      expected.values[place] += hasResidual ? residual.values[place] : 0
      expectedGrad.values[place] *= expected.values[place] > 0 ? 1 : 0
      expected.values[place] = max(0, expected.values[place])
    }
    let backward = referenceBatchNormBackward(
      maps, scale: scale.map(Double.init), epsilon: epsilon, outputGrad: expectedGrad)

    let (unit, memory) = makeUnit(example.channels)
    var values = maps.blocked()
    unit.moments.add(shape, count: example.count, values)
    BatchNormUnit.exchangeForward([unit], parameters: scale + shift)
    var output = [Float](repeating: .nan, count: values.count)
    let added = residual.blocked()
    added.withUnsafeBufferPointer { added in
      batchNormForward(
        shape, count: example.count, input: values, scale: unit.scale, shift: unit.shift,
        residual: hasResidual ? added.baseAddress : nil, rectify: true, output: &output)
    }
    #expect(relativeDifference(output, expected.blocked()) < 2e-6)

    var outputGrad = grad.blocked()
    output.withUnsafeBufferPointer { output in
      batchNormBackwardSums(
        shape, count: example.count, output: output.baseAddress, outputGrad: &outputGrad,
        input: values, mean: unit.mean, gradSum: &unit.gradSum, centredSum: &unit.centredSum)
    }
    #expect(outputGrad == expectedGrad.blocked())
    var gradients = [Float](repeating: 0, count: example.channels * 2)
    unit.addParameterGradients(to: &gradients)
    #expect(relativeDifference(gradients, backward.scaleGrad + backward.shiftGrad) < 1e-5)
    BatchNormUnit.exchangeBackward([unit])
    batchNormBackwardInput(
      shape, count: example.count, outputGrad: outputGrad, values: &values, mean: unit.mean,
      scale: unit.scale, gradMean: unit.gradMean, slope: unit.slope)
    // With two values per channel the gradient is what is left of numbers that cancel.
    let tolerance = example.count * shape.area == 2 ? 0.05 : 1e-5
    #expect(relativeDifference(values, backward.inputGrad.blocked()) < tolerance)
    withExtendedLifetime(memory) {}
  }

  /// A unit whose parameters are the scales, then the shifts.
  private func makeUnit(_ channels: Int) -> (BatchNormUnit, FloatMemory) {
    let memory = FloatMemory()
    let layer = ResNet18Layout.BatchNorm(
      channels: channels, scale: 0, shift: channels, mean: 0, variance: channels, counter: 0,
      isHead: false)
    return (BatchNormUnit(layer, memory: memory), memory)
  }
}
