import TestSupport
import Testing

@testable import Kernels

/// BatchNorm on blocked maps against the obvious loops.
@Suite struct BatchNormTests {
  // One pixel, one group of pixels, several groups, channels that don't fill their block.
  static let cases = [
    MapsCase(count: 2, channels: 8, height: 1, width: 1),
    MapsCase(count: 7, channels: 19, height: 1, width: 1),
    MapsCase(count: 3, channels: 24, height: 7, width: 7),
    MapsCase(count: 2, channels: 40, height: 13, width: 33),
    MapsCase(count: 33, channels: 5, height: 5, width: 7),
  ]

  private static let epsilon = 1e-5

  /// What follows the normalisation, which decides on the mask of the backward pass.
  enum Follower: CaseIterable {
    case nothing, rectifier, residualAndRectifier, rectifierWithoutOutput
  }

  @Test(arguments: TestedKernels.all, cases) func forwardAndBackward(
    tested: TestedKernels, example: MapsCase
  ) {
    for follower in Follower.allCases { check(tested.kernels, example, follower) }
  }

  private func check(_ kernels: any KernelSet, _ example: MapsCase, _ follower: Follower) {
    let (shape, lanes) = (example.shape(kernels), kernels.lanes)
    let maps = example.maps(seed: 2, mean: 2, deviation: 3)
    let residual = follower == .residualAndRectifier ? example.maps(seed: 3) : nil
    let rectify = follower != .nothing
    let grad = example.maps(seed: 4)
    let gamma = pseudoRandom(example.channels, seed: 5).map(Double.init)
    let beta = pseudoRandom(example.channels, seed: 6).map(Double.init)
    var expected = referenceBatchNormForward(
      maps, scale: gamma, shift: beta, epsilon: Self.epsilon)
    var expectedGrad = grad
    for place in expected.values.indices {
      expected.values[place] += residual?.values[place] ?? 0
      guard rectify else { continue }
      expectedGrad.values[place] *= expected.values[place] > 0 ? 1 : 0
      expected.values[place] = max(0, expected.values[place])
    }
    let backward = referenceBatchNormBackward(
      maps, scale: gamma, epsilon: Self.epsilon, outputGrad: expectedGrad)
    let moments = (0..<example.channels).map { referenceMoments(maps, channel: $0) }
    let deviations = moments.map { ($0.squares / $0.count + Self.epsilon).squareRoot() }

    let memory = GuardedMemory()
    func perChannel(_ name: String, _ value: (Int) -> Double) -> UnsafePointer<Float> {
      let values = (0..<example.channels).map { Float(value($0)) }
      return memory.constants(name, wholeBlocks(values, lanes: lanes))
    }
    let values = memory.floats("values", maps.blocked(lanes: lanes))
    let output = memory.floats("output", count: example.count * shape.pictureCount)
    let scale = perChannel("scale") { gamma[$0] / deviations[$0] }
    let shift = perChannel("shift") { beta[$0] - moments[$0].mean * gamma[$0] / deviations[$0] }
    let mean = perChannel("mean") { moments[$0].mean }
    kernels.batchNormForward(
      shape, count: example.count, input: values, scale: scale, shift: shift,
      residual: residual.map { memory.constants("residual", $0.blocked(lanes: lanes)) },
      rectify: rectify, output: output)
    #expect(
      relativeDifference(
        example.maps(seed: 0).checked(memory.values(output), lanes: lanes), expected.values)
        < 2e-6)

    let outputGrad = memory.floats("outputGrad", grad.blocked(lanes: lanes))
    // The sums are added to what is there.
    var gradSum = [Double](repeating: 1, count: shape.paddedChannels)
    var centredSum = [Double](repeating: -2, count: shape.paddedChannels)
    let mask: RectifierMask =
      switch follower {
      case .nothing: .everywhere
      case .rectifier, .residualAndRectifier:
        .output(Maps(output, shape, count: example.count))
      case .rectifierWithoutOutput:
        .normalized(scale: shape.channels(scale), shift: shape.channels(shift))
      }
    kernels.batchNormBackwardSums(
      Maps(values, shape, count: example.count), mask: mask,
      outputGrad: MutableMaps(outputGrad, shape, count: example.count),
      mean: shape.channels(mean), gradSum: &gradSum, centredSum: &centredSum)
    let isStopped = memory.values(outputGrad) == expectedGrad.blocked(lanes: lanes)
    #expect(isStopped)
    let shiftGrad = gradSum.prefix(example.channels).map { Float($0 - 1) }
    let scaleGrad = (0..<example.channels).map { Float((centredSum[$0] + 2) / deviations[$0]) }
    #expect(
      relativeDifference(scaleGrad + shiftGrad, backward.scaleGrad + backward.shiftGrad) < 1e-5)
    #expect(gradSum[example.channels...].allSatisfy { $0 == 1 })
    #expect(centredSum[example.channels...].allSatisfy { $0 == -2 })

    let gradMean = perChannel("gradMean") { backward.shiftGrad[$0] / moments[$0].count }
    let slope = perChannel("slope") {
      backward.scaleGrad[$0] / (moments[$0].count * deviations[$0])
    }
    kernels.batchNormBackwardInput(
      outputGrad: Maps(outputGrad, shape, count: example.count),
      values: MutableMaps(values, shape, count: example.count),
      BatchNormGradient(
        mean: shape.channels(mean), scale: shape.channels(scale),
        gradMean: shape.channels(gradMean), slope: shape.channels(slope)))
    // With two values per channel the gradient is what is left of numbers that cancel.
    let tolerance = example.count * shape.area == 2 ? 0.05 : 1e-5
    #expect(
      relativeDifference(
        maps.checked(memory.values(values), lanes: lanes), backward.inputGrad.values) < tolerance)
    #expect(memory.damage == [])
  }

  @Test(arguments: TestedKernels.all) func outputMayBeTheInput(tested: TestedKernels) {
    let (kernels, example) = (tested.kernels, Self.cases[2])
    let shape = example.shape(kernels)
    let input = example.maps(seed: 2).blocked(lanes: kernels.lanes)
    let factors = pseudoRandom(shape.paddedChannels, seed: 3)
    for residual in [nil, example.maps(seed: 4).blocked(lanes: kernels.lanes)] {
      let memory = GuardedMemory()
      let (own, other) = (memory.floats("own", input), memory.floats("other", count: input.count))
      let added = residual.map { memory.constants("residual", $0) }
      for target in [other, own] {
        kernels.batchNormForward(
          shape, count: example.count, input: own, scale: factors, shift: factors,
          residual: added, rectify: true, output: target)
      }
      let areEqual = memory.values(own) == memory.values(other)
      #expect(areEqual)
      #expect(memory.values(own).allSatisfy { !$0.isNaN })
      #expect(memory.damage == [])
    }
  }

  @Test(arguments: TestedKernels.all, [false, true])
  func keepsWhatIsNotANumber(tested: TestedKernels, hasResidual: Bool) {
    let (kernels, example) = (tested.kernels, Self.cases[2])
    let shape = example.shape(kernels)
    var maps = example.maps(seed: 2)
    maps.values[20] = .nan
    let factors = pseudoRandom(shape.paddedChannels, seed: 3)
    let residual = [Float](repeating: -10, count: example.count * shape.pictureCount)
    var output = residual
    residual.withUnsafeBufferPointer { residual in
      kernels.batchNormForward(
        shape, count: example.count, input: maps.blocked(lanes: kernels.lanes), scale: factors,
        shift: factors, residual: hasResidual ? residual.baseAddress : nil, rectify: true,
        output: &output)
    }
    let found = ReferenceMaps(
      blocked: output, lanes: kernels.lanes, count: example.count, channels: example.channels,
      height: example.height, width: example.width)
    #expect(found.values.indices.filter { found.values[$0].isNaN } == [20])
  }
}
