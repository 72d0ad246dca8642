import NeuralNetwork
import Testing

@testable import Kernels

/// Debug builds stop where views don't fit together; release builds don't look.
@Suite(.enabled(if: assertsAreChecked, "a build without assertions")) struct ViewTests {
  @Test func mapsOfAnotherShapeStopTheProgram() async {
    await #expect(processExitsWith: .failure) {
      let kernels = Processor.available[0]
      let small = BlockedShape(channels: 3, height: 2, width: 2, lanes: kernels.lanes)
      let large = BlockedShape(channels: 3, height: 2, width: 3, lanes: kernels.lanes)
      let memory = FloatMemory()
      let factors = FloatView(memory.floats(small.paddedChannels), count: small.paddedChannels)
      kernels.batchNormForward(
        Maps(memory.floats(large.pictureCount), large, count: 1), scale: factors, shift: factors,
        residual: nil, rectify: false,
        output: MutableMaps(memory.floats(large.pictureCount), small, count: 1))
    }
  }

  @Test func tooFewNumbersOfChannelsStopTheProgram() async {
    await #expect(processExitsWith: .failure) {
      let kernels = Processor.available[0]
      let shape = BlockedShape(channels: 17, height: 2, width: 2, lanes: kernels.lanes)
      let memory = FloatMemory()
      let maps = memory.floats(shape.pictureCount)
      let factors = FloatView(memory.floats(shape.paddedChannels), count: 17)
      kernels.batchNormForward(
        Maps(maps, shape, count: 1), scale: factors, shift: factors, residual: nil,
        rectify: false, output: MutableMaps(maps, shape, count: 1))
    }
  }

  @Test func whatFitsGoesThrough() async {
    await #expect(processExitsWith: .success) {
      let kernels = Processor.available[0]
      let shape = BlockedShape(channels: 17, height: 2, width: 2, lanes: kernels.lanes)
      let memory = FloatMemory()
      let maps = memory.floats(2 * shape.pictureCount)
      let factors = FloatView(
        memory.floats(shape.paddedChannels), count: shape.paddedChannels)
      kernels.batchNormForward(
        Maps(maps, shape, count: 2)[1..<2], scale: factors, shift: factors, residual: nil,
        rectify: false, output: MutableMaps(maps, shape, count: 2)[1..<2])
    }
  }
}

/// Whether this build checks assertions.
private let assertsAreChecked: Bool = {
  var areChecked = false
  assert(
    {
      areChecked = true
      return true
    }())
  return areChecked
}()
