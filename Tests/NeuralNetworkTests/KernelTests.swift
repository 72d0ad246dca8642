import TestSupport
import Testing

@testable import NeuralNetwork

/// Fast kernels against their obvious-loop twins, on odd sizes.
@Suite struct KernelTests {
  @Test(arguments: [
    // Many pictures, few pictures, some rows, a part of a row in a block; kernels of 1, 2 and 3.
    PlanarConvolutionShape(
      inputChannels: 1, outputChannels: 1, kernel: 1, inputHeight: 1, inputWidth: 1),
    PlanarConvolutionShape(
      inputChannels: 3, outputChannels: 10, kernel: 3, inputHeight: 7, inputWidth: 33),
    PlanarConvolutionShape(
      inputChannels: 2, outputChannels: 5, kernel: 2, inputHeight: 45, inputWidth: 31),
    PlanarConvolutionShape(
      inputChannels: 2, outputChannels: 3, kernel: 3, inputHeight: 4, inputWidth: 907),
    PlanarConvolutionShape(
      inputChannels: 3, outputChannels: 4, kernel: 2, inputHeight: 13, inputWidth: 14),
    PlanarConvolutionShape(
      inputChannels: 7, outputChannels: 6, kernel: 1, inputHeight: 13, inputWidth: 63),
  ])
  func convolution(shape: PlanarConvolutionShape) {
    let (batch, weight, bias) = (
      5, pseudoRandom(shape.outputChannels * shape.patchSize, seed: 2),
      pseudoRandom(shape.outputChannels, seed: 3)
    )
    let input = pseudoRandom(batch * shape.inputCount, seed: 1)
    for slope in [pseudoRandom(shape.outputChannels, seed: 4), nil] {
      let expected = (0..<batch).flatMap { n in
        referenceConvolution(
          shape, input: Array(input[(n * shape.inputCount)..<((n + 1) * shape.inputCount)]),
          weight: weight, bias: bias, slope: slope)
      }
      var output = [Float](repeating: .nan, count: expected.count)
      var scratch = [Float](repeating: .nan, count: shape.scratchCount)
      if let slope {
        convolutionForward(
          shape, batch: batch, input: input, weight: weight, bias: bias, slope: slope,
          output: &output, scratch: &scratch)
      } else {
        convolutionForward(
          shape, batch: batch, input: input, weight: weight, bias: bias, slope: nil,
          output: &output, scratch: &scratch)
      }
      #expect(largestDifference(output, expected) < 2e-5)
    }
  }

  @Test(arguments: [1, 2, 7, 33])
  func pReLU(area: Int) {
    let values = pseudoRandom(2 * 3 * area, seed: 5)
    let slope = pseudoRandom(3, seed: 6)
    var output = values
    pReLUForward(&output, slope: slope, batch: 2, channels: 3, area: area)
    let expected = referencePReLU(values, slope: slope, batch: 2, channels: 3, area: area)
    #expect(largestDifference(output, expected) < 1e-6)
  }

  @Test(arguments: [2, 3], [3, 4, 9, 22, 33])
  func maxPooling(kernel: Int, width: Int) {
    for height in [3, 4, 7] {
      let shape = MaxPoolingShape(
        planes: 3, kernel: kernel, inputHeight: height, inputWidth: width)
      let input = pseudoRandom(3 * height * width, seed: 7)
      let expected = referenceMaxPooling(shape, input: input)
      var output = [Float](repeating: .nan, count: expected.count)
      maxPoolingForward(shape, input: input, output: &output)
      #expect(output == expected)
    }
  }

  @Test func ceilModeCountsWindowsThatHangOver() {
    let shape = MaxPoolingShape(planes: 1, kernel: 2, inputHeight: 3, inputWidth: 5)
    #expect(shape.outputHeight == 2)
    #expect(shape.outputWidth == 3)
    var output = [Float](repeating: .nan, count: 6)
    maxPoolingForward(shape, input: (0..<15).map(Float.init), output: &output)
    #expect(output == [6, 8, 9, 11, 13, 14])
  }

  @Test(arguments: [1, 2, 7])
  func fullyConnected(batch: Int) {
    let input = pseudoRandom(batch * 33, seed: 8)
    let weight = pseudoRandom(5 * 33, seed: 9)
    let bias = pseudoRandom(5, seed: 10)
    let slope = pseudoRandom(5, seed: 11)
    let expected = referenceFullyConnected(
      input: input, weight: weight, bias: bias, slope: slope, batch: batch)
    var output = [Float](repeating: .nan, count: batch * 5)
    fullyConnectedForward(
      input: input, weight: weight, bias: bias, slope: slope, output: &output, batch: batch,
      inputCount: 33, outputCount: 5)
    #expect(largestDifference(output, expected) < 1e-5)
  }

  @Test func softmaxOfTwoLogits() {
    #expect(softmaxOfTwo(0, 0) == 0.5)
    #expect(abs(softmaxOfTwo(1, 3) - 0.880_797) < 1e-6)
    #expect(softmaxOfTwo(-200, 200) == 1)
    #expect(softmaxOfTwo(200, -200) == 0)
  }
}
