import TestSupport
import Testing

@testable import Kernels

/// Packed gradients of several workers to PyTorch's order.
@Suite struct GradientUnpackingTests {
  static let shapes = [
    (3, 10, 7), (3, 64, 7), (5, 7, 3), (40, 35, 3), (24, 40, 1), (72, 136, 2),
  ]

  @Test(arguments: TestedKernels.all, shapes)
  func sumsWorkersPairwise(
    tested: TestedKernels, layer: (inputs: Int, outputs: Int, kernel: Int)
  ) {
    let kernels = tested.kernels
    let shape = ConvolutionShape(
      inputChannels: layer.inputs, outputChannels: layer.outputs, kernel: layer.kernel, stride: 1,
      inputHeight: 7, inputWidth: 7, lanes: kernels.lanes)
    // Sums that depend on their order: what is added first is rounded most.
    let factors: [Float] = [1, 1000, -1000, 7, 1, 3000, -2000, 1, 500]
    let workers = factors.enumerated().map { worker, factor in
      pseudoRandom(shape.weightCount, seed: UInt64(worker)).map { $0 * factor }
    }
    for count in [1, 2, 3, 4, 5, 8, 9] {
      let memory = GuardedMemory()
      let packed = (0..<count).map { worker in
        memory.floats("worker \(worker)", Self.packed(workers[worker], shape))
      }
      let result = memory.floats("result", count: shape.weightCount)
      let half = min(layer.outputs, (shape.output.blocks + 1) / 2 * kernels.lanes)
      for part in [half..<layer.outputs, 0..<half] where !part.isEmpty {
        kernels.unpackSum(
          shape, packed.map { FloatView($0, count: shape.packedGradCount) }, outputs: part,
          into: MutableFloatView(result, count: shape.weightCount))
      }
      let expected = (0..<shape.weightCount).map { place in
        var level = (0..<count).map { workers[$0][place] }
        while level.count > 1 {
          level = stride(from: 0, to: level.count, by: 2).map { first in
            first + 1 < level.count ? level[first] + level[first + 1] : level[first]
          }
        }
        return level[0]
      }
      let isExact = memory.values(result) == expected
      #expect(isExact)
      #expect(memory.damage == [])
    }
  }

  /// (o / lanes, patch, lane of o), NaN where there are no weights.
  private static func packed(_ weight: [Float], _ shape: ConvolutionShape) -> [Float] {
    let taps = shape.kernel * shape.kernel
    var result = [Float](repeating: .nan, count: shape.packedGradCount)
    for output in 0..<shape.outputChannels {
      for input in 0..<shape.inputChannels {
        for tap in 0..<taps {
          let row = (input / shape.inputLanes * taps + tap) * shape.inputLanes
          let patch = row + input % shape.inputLanes
          let block = output / shape.lanes * shape.patchCount
          result[(block + patch) * shape.lanes + output % shape.lanes] =
            weight[(output * shape.inputChannels + input) * taps + tap]
        }
      }
    }
    return result
  }
}
