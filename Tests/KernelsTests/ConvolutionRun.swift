import TestSupport
import Testing

@testable import Kernels

/// A convolution by one algorithm of one set of kernels, in guarded memory. Results come in NCHW and
/// PyTorch's order.
struct ConvolutionRun {
  let example: ConvolutionCase
  let kernels: any KernelSet
  let kernel: any ConvolutionKernel

  var name: Comment { "\(kernels.name), \(kernel.algorithm)" }

  private var shape: ConvolutionShape { kernel.shape }

  /// What follows the sums.
  struct Finish {
    var scale: [Float]?
    var bias: [Float]?
    var residual: ReferenceMaps?
    /// Whether the residual is where the output goes.
    var isInPlace = false
    var rectify = false
    var slope: [Float]?
  }

  /// - Parameter part: what isn't its stays NaN.
  func forward(
    isNormalizing: Bool = false, _ finish: Finish = Finish(), part: WorkPart = .whole
  ) -> [Float] {
    let memory = GuardedMemory()
    let maps = example.outputMaps(seed: 0)
    let residual = finish.residual?.blocked(lanes: kernels.lanes)
    let output: UnsafeMutablePointer<Float>
    if let residual, finish.isInPlace {
      output = memory.floats("output", residual)
    } else {
      output = memory.floats("output", count: example.count * shape.output.pictureCount)
    }
    let added = residual.map {
      finish.isInPlace ? UnsafePointer(output) : memory.constants("residual", $0)
    }
    let bias = finish.bias.map {
      memory.constants("bias", wholeBlocks($0, lanes: kernels.lanes))
    }
    let slope = finish.slope.map {
      memory.constants("slope", wholeBlocks($0, lanes: kernels.lanes))
    }
    kernel.forward(
      count: example.count, input: input(memory, isNormalizing),
      weight: packed(memory, scale: finish.scale),
      output: ConvolutionOutput(
        output, bias: bias, residual: added, rectify: finish.rectify, slope: slope),
      part: part, scratch: scratch(memory))
    let found = maps.checked(memory.values(output), lanes: kernels.lanes)
    #expect(memory.damage == [], name)
    return found
  }

  /// - Parameter present: what the gradient is added to, or nil.
  func inputGrad(_ outputGrad: ReferenceMaps, addedTo present: ReferenceMaps?) -> [Float] {
    let memory = GuardedMemory()
    let inputGrad =
      present.map { memory.floats("inputGrad", $0.blocked(lanes: kernels.lanes)) }
      ?? memory.floats("inputGrad", count: example.count * shape.inputCount)
    let grad = memory.constants("outputGrad", outputGrad.blocked(lanes: kernels.lanes))
    let weight = memory.constants("weight", example.weight)
    let packed = memory.floats("packed", count: kernel.packedBackwardCount)
    for part in parts(of: shape.inputChannels) {
      kernel.packBackward(weight, inputs: part, into: packed)
    }
    kernel.inputGrad(
      count: example.count, outputGrad: grad, weight: packed, inputGrad: inputGrad,
      adds: present != nil, scratch: scratch(memory))
    let found = example.input.checked(memory.values(inputGrad), lanes: kernels.lanes)
    #expect(memory.damage == [], name)
    return found
  }

  /// - Parameter calls: how many pictures each call gets.
  func weightGrad(
    _ outputGrad: ReferenceMaps, isNormalizing: Bool = false, calls: [Int]
  ) -> [Float] {
    let memory = GuardedMemory()
    let input = input(memory, isNormalizing)
    let grad = memory.constants("outputGrad", outputGrad.blocked(lanes: kernels.lanes))
    let sums = memory.floats("sums", count: kernel.gradSumCount)
    let packed = memory.floats("weightGrad", count: shape.packedGradCount)
    let scratch = scratch(memory)
    var first = 0
    for (index, count) in calls.enumerated() {
      kernel.weightGrad(
        count: count, input: input.advanced(by: first * shape.inputCount),
        outputGrad: grad + first * shape.output.pictureCount, sums: sums, isFirst: index == 0,
        isLast: index == calls.count - 1, weightGrad: packed, scratch: scratch)
      memory.forget(scratch)
      first += count
    }
    precondition(first == example.count, "calls take all pictures")
    let result = memory.floats("unpacked", count: shape.weightCount)
    for part in parts(of: shape.outputChannels) {
      kernels.unpackSum(
        shape, [FloatView(packed, count: shape.packedGradCount)], outputs: part,
        into: MutableFloatView(result, count: shape.weightCount))
    }
    let found = memory.values(result)
    #expect(memory.damage == [], name)
    return found
  }

  private func input(_ memory: GuardedMemory, _ isNormalizing: Bool) -> ConvolutionInput {
    let values = memory.constants("input", example.input.blocked(lanes: shape.inputLanes))
    guard isNormalizing else { return ConvolutionInput(values) }
    let (scale, shift) = example.normalization
    return ConvolutionInput(
      values, scale: memory.constants("scale", wholeBlocks(scale, lanes: kernels.lanes)),
      shift: memory.constants("shift", wholeBlocks(shift, lanes: kernels.lanes)))
  }

  private func scratch(_ memory: GuardedMemory) -> UnsafeMutablePointer<Float> {
    memory.floats("scratch", count: kernel.scratchCount)
  }

  private func packed(_ memory: GuardedMemory, scale: [Float]?) -> UnsafePointer<Float> {
    let weight = memory.constants("weight", example.weight)
    let factors = scale.map { memory.constants("factors", $0) }
    let packed = memory.floats("packed", count: kernel.packedCount)
    for part in parts(of: shape.outputChannels) {
      kernel.pack(weight, outputs: part, scale: factors, into: packed)
    }
    return UnsafePointer(packed)
  }

  /// Parts of some channels that start at whole blocks, of different sizes, the last one first: workers
  /// pack in any order.
  private func parts(of channels: Int) -> [Range<Int>] {
    var (parts, first) = ([Range<Int>](), 0)
    while first < channels {
      let end = min(channels, first + (parts.count % 3 + 1) * kernels.lanes)
      parts.insert(first..<end, at: 0)
      first = end
    }
    return parts
  }
}
