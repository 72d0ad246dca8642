import TestSupport
import Testing

@testable import Kernels

/// Weights as direct convolutions pack them: what `ConvolutionTests` finds right within rounding is
/// right to the bit.
@Suite struct WeightPackingTests {
  /// Whole blocks and channels that don't fill theirs, kernels of one tap to 49, pictures.
  static let shapes = [
    (16, 16, 1), (7, 35, 1), (5, 19, 2), (32, 48, 3), (35, 27, 3), (10, 17, 5), (9, 33, 7),
    (3, 64, 7), (3, 21, 7),
  ]

  @Test(arguments: TestedKernels.all, shapes)
  func packedWeightsAreTheWeightsAndZeros(
    tested: TestedKernels, layer: (inputs: Int, outputs: Int, kernel: Int)
  ) {
    let shape = Self.shape(layer, tested.kernels)
    let weight = pseudoRandom(shape.weightCount, seed: 1)
    let packing = Packing(tested.kernels.directConvolution(shape), weight)
    #expect(packing.forward(scale: nil) == Self.filled(weight, packing.kernel.packedCount))
    guard layer.inputs != 3 else { return }
    #expect(packing.backward() == Self.filled(weight, packing.kernel.packedBackwardCount))
  }

  /// A factor that isn't finite touches its own output's weights only, no zeros that fill up blocks.
  @Test(arguments: TestedKernels.all, shapes)
  func eachOutputHasItsFactor(
    tested: TestedKernels, layer: (inputs: Int, outputs: Int, kernel: Int)
  ) {
    let shape = Self.shape(layer, tested.kernels)
    let weight = pseudoRandom(shape.weightCount, seed: 1)
    var scale = pseudoRandom(layer.outputs, seed: 2)
    scale[layer.outputs - 1] = .infinity
    let packing = Packing(tested.kernels.directConvolution(shape), weight)
    let scaled = weight.indices.map { weight[$0] * scale[$0 / shape.filterCount] }
    #expect(
      packing.forward(scale: scale) == Self.filled(scaled, packing.kernel.packedCount))
  }

  private static func shape(
    _ layer: (inputs: Int, outputs: Int, kernel: Int), _ kernels: any KernelSet
  ) -> ConvolutionShape {
    ConvolutionShape(
      inputChannels: layer.inputs, outputChannels: layer.outputs, kernel: layer.kernel, stride: 1,
      inputHeight: 7, inputWidth: 7, lanes: kernels.lanes)
  }

  /// Values with zeros up to a count, sorted.
  private static func filled(_ values: [Float], _ count: Int) -> [Float] {
    (values + [Float](repeating: 0, count: count - values.count)).sorted()
  }

  /// Some weights and who packs them. What comes is sorted.
  private struct Packing {
    let kernel: any ConvolutionKernel
    private let weight: [Float]

    init(_ kernel: any ConvolutionKernel, _ weight: [Float]) {
      self.kernel = kernel
      self.weight = weight
    }

    func forward(scale: [Float]?) -> [Float] {
      packed(count: kernel.packedCount) { memory, weight, packed in
        kernel.pack(
          weight, outputs: 0..<kernel.shape.outputChannels,
          scale: scale.map { memory.constants("scale", $0) }, into: packed)
      }
    }

    func backward() -> [Float] {
      packed(count: kernel.packedBackwardCount) { _, weight, packed in
        kernel.packBackward(weight, inputs: 0..<kernel.shape.inputChannels, into: packed)
      }
    }

    private func packed(
      count: Int,
      _ pack: (GuardedMemory, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) -> [Float] {
      let memory = GuardedMemory()
      let packed = memory.floats("packed", count: count)
      pack(memory, memory.constants("weight", weight), packed)
      let found = memory.values(packed)
      #expect(memory.damage == [])
      return found.sorted()
    }
  }
}
