import TestSupport
import Testing

@testable import Kernels

/// The stem's BatchNorm, ReLU and max-pooling in one against one after another in obvious loops.
@Suite struct NormalizedPoolingTests {
  /// A multiple of what a window has: values, and how often equal ones meet in a window.
  enum Values: CaseIterable {
    /// Hardly any two are equal.
    case many
    /// Most windows have several largest ones. All numbers on the way are exact.
    case few
  }

  /// What a layer gets, and what the obvious loops make of it.
  struct Expected {
    let maps: ReferenceMaps
    let scale: [Double]
    let shift: [Double]
    let mean: [Double]
    let pooled: ReferenceMaps
    let pooledGrad: ReferenceMaps
    /// The gradient of what the BatchNorm gave.
    let grad: ReferenceMaps

    init(_ example: MapsCase, _ values: Values) {
      var maps = example.maps(seed: 1, mean: 0.25, deviation: 2)
      // Some factors are negative: there the smallest of a window wins.
      var scale = pseudoRandom(example.channels, seed: 2).map { Double($0) * 2 }
      var shift = pseudoRandom(example.channels, seed: 3).map(Double.init)
      if values == .few {
        maps = maps.mapped { value, _ in value.rounded() }
        scale = scale.map { $0 < 0 ? -0.5 : 2 }
        shift = shift.map { ($0 * 2).rounded() }
      }
      let (factors, offsets) = (scale, shift)
      let rectified = maps.mapped { value, channel in
        max(0, Double(Float(value)) * factors[channel] + offsets[channel])
      }
      let pooling = referenceMaxPoolingForward(rectified)
      let pooled = pooling.output
      let pooledGrad = pooled.with(pooled.values.indices.map { Double($0 * 7 % 13) - 6 })
      var grad = maps.with(Array(repeating: 0, count: maps.values.count))
      for (place, winner) in pooling.winners.enumerated() where pooled.values[place] > 0 {
        grad.values[winner] += pooledGrad.values[place]
      }
      self.maps = maps
      self.scale = scale
      self.shift = shift
      self.pooled = pooled
      self.pooledGrad = pooledGrad
      self.grad = grad
      mean = (0..<example.channels).map { referenceMoments(maps, channel: $0).mean }
    }
  }

  /// Memory that the passes share.
  private struct Layer {
    let memory = GuardedMemory()
    let lanes: Int
    let expected: Expected
    let values: UnsafeMutablePointer<Float>
    let pooled: UnsafeMutablePointer<Float>
    let pooledGrad: UnsafePointer<Float>
    let scale: UnsafePointer<Float>
    let shift: UnsafePointer<Float>
    let mean: UnsafePointer<Float>

    init(_ expected: Expected, lanes: Int) {
      self.lanes = lanes
      self.expected = expected
      values = memory.floats("values", expected.maps.blocked(lanes: lanes))
      let grad = expected.pooledGrad.blocked(lanes: lanes)
      pooledGrad = memory.constants("pooledGrad", grad)
      pooled = memory.floats("pooled", count: grad.count)
      scale = memory.constants("scale", Self.floats(expected.scale, lanes))
      shift = memory.constants("shift", Self.floats(expected.shift, lanes))
      mean = memory.constants("mean", Self.floats(expected.mean, lanes))
    }

    static func floats(_ values: [Double], _ lanes: Int) -> [Float] {
      wholeBlocks(values.map { Float($0) }, lanes: lanes)
    }
  }

  @Test(arguments: TestedKernels.all, PoolingTests.cases) func forwardAndBackward(
    tested: TestedKernels, example: MapsCase
  ) {
    for values in Values.allCases { check(tested.kernels, example, values) }
  }

  private func check(_ kernels: any KernelSet, _ example: MapsCase, _ values: Values) {
    let (shape, lanes) = (example.shape(kernels), kernels.lanes)
    let expected = Expected(example, values)
    let layer = Layer(expected, lanes: lanes)
    kernels.normalizedPoolingForward(
      shape, count: example.count, input: layer.values, scale: layer.scale, shift: layer.shift,
      output: layer.pooled)
    let pooled = expected.pooled.checked(layer.memory.values(layer.pooled), lanes: lanes)
    #expect(relativeDifference(pooled, expected.pooled.values) < 1e-6)

    var gradSum = [Double](repeating: 1, count: shape.paddedChannels)
    var centredSum = [Double](repeating: -2, count: shape.paddedChannels)
    kernels.normalizedPoolingBackwardSums(
      shape, count: example.count, input: layer.values, scale: layer.scale, shift: layer.shift,
      mean: layer.mean, output: layer.pooled, outputGrad: layer.pooledGrad, gradSum: &gradSum,
      centredSum: &centredSum)
    var sums = (grad: [Double](), centred: [Double]())
    for channel in 0..<example.channels {
      let places = expected.grad.indices(channel: channel)
      sums.grad.append(places.reduce(0) { $0 + expected.grad.values[$1] })
      sums.centred.append(
        places.reduce(0) {
          $0 + expected.grad.values[$1] * (expected.maps.values[$1] - expected.mean[channel])
        })
    }
    #expect(
      relativeDifference(gradSum.prefix(example.channels).map { Float($0 - 1) }, sums.grad) < 1e-5)
    #expect(
      relativeDifference(centredSum.prefix(example.channels).map { Float($0 + 2) }, sums.centred)
        < 1e-5)
    #expect(gradSum[example.channels...].allSatisfy { $0 == 1 })
    #expect(centredSum[example.channels...].allSatisfy { $0 == -2 })

    checkInputGrad(kernels, shape, example, layer)
  }

  /// Picture by picture, as the stem does it.
  private func checkInputGrad(
    _ kernels: any KernelSet, _ shape: BlockedShape, _ example: MapsCase, _ layer: Layer
  ) {
    let (expected, memory, lanes) = (layer.expected, layer.memory, layer.lanes)
    let gradMean = pseudoRandom(example.channels, seed: 4).map(Double.init)
    let slope = pseudoRandom(example.channels, seed: 5).map(Double.init)
    let inputGrad = expected.maps.with(
      expected.maps.values.indices.map { place in
        let channel = place / shape.area % example.channels
        let centred = expected.maps.values[place] - expected.mean[channel]
        return expected.scale[channel]
          * (expected.grad.values[place] - gradMean[channel] - centred * slope[channel])
      })
    let means = memory.constants("gradMean", Layer.floats(gradMean, lanes))
    let slopes = memory.constants("slope", Layer.floats(slope, lanes))
    let scratch = memory.floats("scratch", count: shape.pictureCount)
    let pooledCount = memory.values(layer.pooled).count / example.count
    for n in 0..<example.count {
      kernels.normalizedPoolingBackwardInput(
        shape, count: 1, output: layer.pooled + n * pooledCount,
        outputGrad: layer.pooledGrad + n * pooledCount,
        values: layer.values + n * shape.pictureCount, mean: layer.mean, scale: layer.scale,
        shift: layer.shift, gradMean: means, slope: slopes, scratch: scratch)
    }
    let found = expected.maps.checked(memory.values(layer.values), lanes: lanes)
    #expect(relativeDifference(found, inputGrad.values) < 1e-5)
    #expect(memory.damage == [])
  }

  /// In the outputs that see it, and in no other channel.
  @Test(arguments: TestedKernels.all) func keepsWhatIsNotANumber(tested: TestedKernels) {
    let (kernels, example) = (tested.kernels, PoolingTests.cases[2])
    let shape = example.shape(kernels)
    let expected = Expected(example, .many)
    let plane = shape.area
    for pixel in 0..<plane {
      let layer = Layer(expected, lanes: kernels.lanes)
      // Channel 4 of the first picture.
      layer.values[((4 / kernels.lanes) * plane + pixel) * kernels.lanes + 4 % kernels.lanes] = .nan
      kernels.normalizedPoolingForward(
        shape, count: example.count, input: layer.values, scale: layer.scale, shift: layer.shift,
        output: layer.pooled)
      let pooled = expected.pooled.checked(
        layer.memory.values(layer.pooled), lanes: kernels.lanes)
      let (height, width) = (expected.pooled.height, expected.pooled.width)
      let places = (0..<height * width).filter {
        abs($0 / width * 2 - pixel / example.width) <= 1
          && abs($0 % width * 2 - pixel % example.width) <= 1
      }
      #expect(pooled.indices.filter { pooled[$0].isNaN } == places.map { 4 * height * width + $0 })
      var gradSum = [Double](repeating: 0, count: shape.paddedChannels)
      var centredSum = gradSum
      kernels.normalizedPoolingBackwardSums(
        shape, count: example.count, input: layer.values, scale: layer.scale, shift: layer.shift,
        mean: layer.mean, output: layer.pooled, outputGrad: layer.pooledGrad, gradSum: &gradSum,
        centredSum: &centredSum)
      for channel in 0..<shape.paddedChannels where channel != 4 {
        #expect(gradSum[channel].isFinite && centredSum[channel].isFinite)
      }
    }
  }
}
