import TestSupport
import Testing

@testable import Kernels

/// Pooling and the rectifier against the obvious loops.
@Suite struct PoolingTests {
  static let cases = [(1, 1), (2, 2), (5, 8), (7, 33), (1, 9), (16, 1), (12, 12)].map {
    MapsCase(count: 3, channels: 19, height: $0.0, width: $0.1)
  }

  @Test(arguments: TestedKernels.all, cases) func maxPooling(
    tested: TestedKernels, example: MapsCase
  ) {
    let (kernels, memory) = (tested.kernels, GuardedMemory())
    let maps = example.maps(seed: 1, mean: -2, deviation: 5)
    let expected = referenceMaxPoolingForward(maps).output
    let output = memory.floats("output", count: expected.blocked(lanes: kernels.lanes).count)
    kernels.maxPoolingForward(
      example.shape(kernels), count: example.count,
      input: memory.constants("input", maps.blocked(lanes: kernels.lanes)), output: output)
    let isExact = memory.values(output) == expected.blocked(lanes: kernels.lanes)
    #expect(isExact)
    #expect(memory.damage == [])
  }

  /// A number that is not one is the largest, wherever in its window it stands.
  @Test(arguments: TestedKernels.all) func maxPoolingKeepsWhatIsNotANumber(tested: TestedKernels) {
    let kernels = tested.kernels
    let example = MapsCase(count: 1, channels: kernels.lanes, height: 3, width: 4)
    for pixel in 0..<12 {
      var maps = example.maps(seed: 1)
      maps.values[12 * 2 + pixel] = .nan
      var output = [Float](repeating: 0, count: 4 * kernels.lanes)
      kernels.maxPoolingForward(
        example.shape(kernels), count: 1, input: maps.blocked(lanes: kernels.lanes),
        output: &output)
      let found = output.indices.filter { output[$0].isNaN }
      #expect(found == nanPlaces(pixel: pixel, example).map { $0 * kernels.lanes + 2 })
    }
  }

  /// Which outputs have a pixel in their windows.
  private func nanPlaces(pixel: Int, _ example: MapsCase) -> [Int] {
    let (y, x, width) = (pixel / example.width, pixel % example.width, (example.width + 1) / 2)
    return (0..<(example.height + 1) / 2 * width).filter {
      abs($0 / width * 2 - y) <= 1 && abs($0 % width * 2 - x) <= 1
    }
  }

  @Test(arguments: TestedKernels.all, cases) func averagePooling(
    tested: TestedKernels, example: MapsCase
  ) {
    let (kernels, memory) = (tested.kernels, GuardedMemory())
    let (shape, maps, area) = (example.shape(kernels), example.maps(seed: 2), example.maps(seed: 0))
    let pixels = shape.area
    let features = ReferenceMaps(
      count: example.count, channels: example.channels, height: 1, width: 1,
      values: (0..<example.count * example.channels).map { plane in
        maps.values[plane * pixels..<(plane + 1) * pixels].reduce(0, +) / Double(pixels)
      })
    let output = memory.floats("output", count: example.count * shape.paddedChannels)
    kernels.averagePoolingForward(
      shape, count: example.count,
      input: memory.constants("input", maps.blocked(lanes: kernels.lanes)), output: output)
    let found = features.checked(memory.values(output), lanes: kernels.lanes)
    #expect(relativeDifference(found, features.values) < 1e-6)
    let inputGrad = memory.floats("inputGrad", count: example.count * shape.pictureCount)
    kernels.averagePoolingBackward(
      outputGrad: FloatView(output, count: example.count * shape.paddedChannels),
      inputGrad: MutableMaps(inputGrad, shape, count: example.count))
    let spread = area.with(area.values.indices.map { Double(found[$0 / pixels]) / Double(pixels) })
    #expect(
      relativeDifference(
        spread.checked(memory.values(inputGrad), lanes: kernels.lanes), spread.values) < 1e-6)
    #expect(memory.damage == [])
  }

  @Test(arguments: TestedKernels.all) func averagePoolingKeepsWhatIsNotANumber(
    tested: TestedKernels
  ) {
    let kernels = tested.kernels
    let example = MapsCase(count: 1, channels: kernels.lanes, height: 3, width: 3)
    var maps = example.maps(seed: 1)
    maps.values[9 * 5 + 8] = .nan
    var output = [Float](repeating: 0, count: kernels.lanes)
    kernels.averagePoolingForward(
      example.shape(kernels), count: 1, input: maps.blocked(lanes: kernels.lanes), output: &output)
    #expect(output.indices.filter { output[$0].isNaN } == [5])
  }

  @Test(arguments: TestedKernels.all) func rectifierKeepsWhatIsNotANumber(tested: TestedKernels) {
    let (kernels, memory) = (tested.kernels, GuardedMemory())
    let pattern: [Float] = [-1, 0, 2, .nan, -.infinity, .infinity, -0.5, 3]
    let expected: [Float] = [0, 0, 2, .nan, 0, .infinity, 0, 3]
    let times = 3 * kernels.lanes / 8
    func repeated(_ values: [Float]) -> [Float] { (0..<times).flatMap { _ in values } }
    let values = memory.floats("values", repeated(pattern))
    kernels.rectifierForward(MutableFloatView(values, count: 8 * times))
    for (found, expected) in zip(memory.values(values), repeated(expected)) {
      #expect(found == expected || (found.isNaN && expected.isNaN))
    }
    let output = memory.constants("output", repeated([0, -0.0, 2, 1, -3, .infinity, 1e-30, 3]))
    let grad = memory.floats("outputGrad", repeated([1, 2, 3, .nan, 5, 6, 7, 8]))
    kernels.rectifierBackward(
      output: FloatView(output, count: 8 * times),
      outputGrad: MutableFloatView(grad, count: 8 * times))
    for (place, found) in memory.values(grad).enumerated() {
      let expected: [Float] = [0, 0, 3, .nan, 0, 6, 7, 8]
      #expect(found == expected[place % 8] || (found.isNaN && expected[place % 8].isNaN))
    }
    #expect(memory.damage == [])
  }
}
