import Testing

@testable import NeuralNetwork

/// Convolutions on blocked maps against the obvious loops, on odd sizes.
@Suite struct BlockedConvolutionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let shape: BlockedConvolutionShape
    let count: Int

    init(
      _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int, _ height: Int, _ width: Int,
      count: Int
    ) {
      shape = BlockedConvolutionShape(
        inputChannels: inputs, outputChannels: outputs, kernel: kernel, stride: stride,
        inputHeight: height, inputWidth: width)
      self.count = count
    }

    var testDescription: String {
      "\(count) x \(shape.inputChannels)->\(shape.outputChannels) k\(shape.kernel) s\(shape.stride)"
        + " on \(shape.inputHeight)x\(shape.inputWidth)"
    }

    var input: ReferenceMaps {
      ReferenceMaps(
        count: count, channels: shape.inputChannels, height: shape.inputHeight,
        width: shape.inputWidth, values: doubles(count * shape.inputCount, seed: 1))
    }

    var weight: [Float] { pseudoRandom(shape.outputChannels * shape.patchSize, seed: 2) }

    var outputGrad: ReferenceMaps {
      ReferenceMaps(
        count: count, channels: shape.outputChannels, height: shape.outputHeight,
        width: shape.outputWidth, values: doubles(count * shape.output.pictureCount, seed: 3))
    }

    var packed: [Float] {
      var packed = [Float](repeating: .nan, count: weight.count)
      packWeights(shape, weight, outputs: 0..<3, into: &packed)
      packWeights(shape, weight, outputs: 3..<shape.outputChannels, into: &packed)
      return packed
    }

    private func doubles(_ count: Int, seed: UInt64) -> [Double] {
      pseudoRandom(count, seed: seed).map(Double.init)
    }
  }

  static let cases = [
    Case(8, 8, kernel: 3, stride: 1, 1, 1, count: 7),
    Case(8, 16, kernel: 3, stride: 1, 5, 7, count: 2),
    Case(24, 8, kernel: 3, stride: 1, 14, 15, count: 1),
    Case(16, 24, kernel: 3, stride: 2, 9, 6, count: 7),
    Case(8, 8, kernel: 3, stride: 2, 2, 2, count: 2),
    Case(16, 8, kernel: 1, stride: 2, 7, 10, count: 2),
    Case(8, 8, kernel: 1, stride: 1, 3, 4, count: 1),
    Case(8, 8, kernel: 5, stride: 1, 4, 9, count: 1),
    Case(3, 8, kernel: 7, stride: 2, 15, 12, count: 2),
    Case(3, 16, kernel: 7, stride: 2, 4, 5, count: 1),
    Case(3, 8, kernel: 3, stride: 1, 6, 5, count: 2),
  ]

  /// Floats that kernels may read or write behind an array.
  private func padded(_ values: [Float]) -> [Float] {
    values + [Float](repeating: .nan, count: FloatMemory.slack)
  }

  @Test(arguments: cases) func forward(example: Case) {
    let shape = example.shape
    let expected = referenceConvolutionForward(
      shape, input: example.input, weight: example.weight.map(Double.init)
    ).blocked()
    var output = [Float](repeating: .nan, count: expected.count)
    var scratch = [Float](repeating: .nan, count: shape.scratchCount)
    blockedConvolutionForward(
      shape, count: example.count, input: padded(example.input.blocked(lanes: shape.lanes)),
      weight: example.packed, output: &output, scratch: &scratch)
    #expect(relativeDifference(output, expected) < 1e-6)
  }

  @Test(arguments: cases) func backward(example: Case) {
    let shape = example.shape
    let expected = referenceConvolutionBackward(
      shape, input: example.input, weight: example.weight.map(Double.init),
      outputGrad: example.outputGrad)
    // Gradients are added to what is there.
    var inputGrad = [Float](repeating: 1, count: example.input.values.count)
    var weightGrad = [Float](repeating: 2, count: example.weight.count)
    var scratch = [Float](repeating: .nan, count: shape.scratchCount)
    let input = padded(example.input.blocked(lanes: shape.lanes))
    if shape.lanes == 8 {
      blockedConvolutionBackward(
        shape, count: example.count, input: input, weight: example.packed,
        outputGrad: example.outputGrad.blocked(), inputGrad: &inputGrad, weightGrad: &weightGrad,
        scratch: &scratch)
      let expectedInput = expected.inputGrad.blocked().map { Double($0) + 1 }
      #expect(relativeDifference(inputGrad, expectedInput) < 1e-6)
    } else {
      blockedConvolutionBackward(
        shape, count: example.count, input: input, weight: example.packed,
        outputGrad: example.outputGrad.blocked(), inputGrad: nil, weightGrad: &weightGrad,
        scratch: &scratch)
    }
    #expect(
      relativeDifference(unpacked(weightGrad, shape), expected.weightGrad.map { $0 + 2 }) < 1e-6)
  }

  private func unpacked(_ packed: [Float], _ shape: BlockedConvolutionShape) -> [Float] {
    var (packed, result) = (packed, [Float](repeating: .nan, count: packed.count))
    packed.withUnsafeMutableBufferPointer { packed in
      guard let start = packed.baseAddress else { return }
      unpackSum(shape, [start], offset: 0, outputs: 0..<shape.outputChannels, into: &result)
    }
    return result
  }

  @Test func unpackingSumsWorkersInOrder() {
    let shape = Self.cases[1].shape
    let weight = Self.cases[1].weight
    var packed = Self.cases[1].packed
    var result = [Float](repeating: .nan, count: packed.count)
    packed.withUnsafeMutableBufferPointer { packed in
      guard let start = packed.baseAddress else { return }
      unpackSum(
        shape, [start, start, start], offset: 0, outputs: 0..<shape.outputChannels, into: &result)
    }
    #expect(result == weight.map { $0 + $0 + $0 })
  }

  @Test(arguments: cases.prefix(4), [false, true])
  func foldedForward(example: Case, rectify: Bool) {
    let shape = example.shape
    let channels = shape.outputChannels
    let (scale, bias) = (pseudoRandom(channels, seed: 4), pseudoRandom(channels, seed: 5))
    let residual = example.outputGrad
    let plain = referenceConvolutionForward(
      shape, input: example.input, weight: example.weight.map(Double.init))
    let expected = plain.values.indices.map { place in
      let channel = place / shape.outputArea % channels
      let value =
        plain.values[place] * Double(scale[channel]) + Double(bias[channel])
        + residual.values[place]
      return rectify ? max(0, value) : value
    }
    var packed = [Float](repeating: .nan, count: example.weight.count)
    packWeights(shape, example.weight, outputs: 0..<channels, scale: scale, into: &packed)
    // The residual may be overwritten by the output.
    var output = residual.blocked()
    var scratch = [Float](repeating: .nan, count: shape.scratchCount)
    output.withUnsafeMutableBufferPointer { output in
      guard let start = output.baseAddress else { return }
      foldedConvolutionForward(
        shape, count: example.count, input: padded(example.input.blocked()), weight: packed,
        bias: bias, residual: start, rectify: rectify, output: start, scratch: &scratch)
    }
    #expect(relativeDifference(output, plain.with(expected).blocked()) < 1e-6)
  }
}
