import NeuralNetwork
import TestSupport
import Testing

@testable import Kernels

/// What networks that detect faces need: convolutions without padding, PReLU, pooling in ceil mode.
@Suite struct DetectionKernelsTests {
  /// Several groups of rows and blocks, all rests of a tile's rows, a wide picture.
  static let unpadded =
    [
      ConvolutionCase(1, 3, 10, kernel: 3, padding: 0, 5, 150),
      ConvolutionCase(2, 10, 16, kernel: 3, padding: 0, 21, 13),
      ConvolutionCase(2, 28, 48, kernel: 3, padding: 0, 11, 11),
      ConvolutionCase(3, 48, 64, kernel: 2, padding: 0, 4, 4),
      ConvolutionCase(1, 32, 6, kernel: 1, padding: 0, 9, 31),
    ] + (7...13).map { ConvolutionCase(1, 5, 7, kernel: 1, padding: 0, 12, $0) }

  @Test(arguments: unpadded) func convolvesWithoutPadding(example: ConvolutionCase) {
    let expected = example.expectedOutput(example.input)
    let grad = example.outputMaps(seed: 3)
    let weightGrad = example.expectedGradients(example.input, outputGrad: grad).weightGrad
    for run in example.runs {
      #expect(relativeDifference(run.forward(), expected.values) < 5e-6, run.name)
      #expect(
        relativeDifference(run.weightGrad(grad, calls: [example.count]), weightGrad) < 5e-6,
        run.name)
      guard !example.hasPictures else { continue }
      let normalized = example.expectedOutput(example.normalizedInput)
      #expect(
        relativeDifference(run.forward(isNormalizing: true), normalized.values) < 5e-6, run.name)
    }
  }

  @Test(arguments: unpadded + ConvolutionCase.some)
  func followsWithPReLU(example: ConvolutionCase) {
    let channels = example.shape.outputChannels
    let (slope, bias) = (pseudoRandom(channels, seed: 4), pseudoRandom(channels, seed: 5))
    let residual = example.outputMaps(seed: 8)
    let sums = example.expectedOutput(example.input)
    for finish in [
      ConvolutionRun.Finish(slope: slope), ConvolutionRun.Finish(bias: bias, slope: slope),
      ConvolutionRun.Finish(bias: bias, residual: residual, slope: slope),
    ] {
      var expected = sums
      for place in expected.values.indices {
        expected.values[place] += finish.residual?.values[place] ?? 0
      }
      expected = referencePReLU(
        expected, bias: (finish.bias ?? bias.map { _ in 0 }).map(Double.init),
        slope: slope.map(Double.init))
      for run in example.runs {
        #expect(relativeDifference(run.forward(finish), expected.values) < 5e-6, run.name)
      }
    }
  }

  @Test(arguments: TestedKernels.all) func pReLUKeepsWhatIsNotANumber(tested: TestedKernels) {
    let example = Self.unpadded[1]
    for run in example.runs where run.kernels.name == tested.kernels.name {
      var residual = example.outputMaps(seed: 8)
      residual.values[5] = .nan
      let found = run.forward(
        ConvolutionRun.Finish(residual: residual, slope: pseudoRandom(16, seed: 4)))
      #expect(found.indices.filter { found[$0].isNaN } == [5], run.name)
    }
  }

  /// Networks for pictures of all sizes pack their weights once.
  @Test(arguments: ConvolutionCase.all + unpadded)
  func packedWeightsDoNotDependOnTheSizeOfMaps(example: ConvolutionCase) {
    let shape = example.shape
    for kernels in Processor.available {
      let packed = [(0, 0), (9, 70)].map { height, width in
        packedWeights(
          example,
          kernels.directConvolution(
            ConvolutionShape(
              inputChannels: shape.inputChannels, outputChannels: shape.outputChannels,
              kernel: shape.kernel, stride: shape.stride, padding: shape.padding,
              inputHeight: shape.inputHeight + height, inputWidth: shape.inputWidth + width,
              lanes: kernels.lanes)))
      }
      #expect(packed[0] == packed[1])
    }
  }

  private func packedWeights(
    _ example: ConvolutionCase, _ kernel: any ConvolutionKernel
  ) -> [Float] {
    let memory = GuardedMemory()
    let packed = memory.floats(
      "packed", [Float](repeating: 0, count: kernel.packedCount))
    kernel.pack(
      memory.constants("weight", example.weight), outputs: 0..<kernel.shape.outputChannels,
      scale: nil, into: packed)
    #expect(memory.damage == [])
    return memory.values(packed)
  }

  @Test(arguments: TestedKernels.all) func directConvolutionComputesEverything(
    tested: TestedKernels
  ) {
    for example in ConvolutionCase.all {
      let runs = example.runs.filter { $0.kernels.name == tested.kernels.name }
      let direct = tested.kernels.directConvolution(runs[0].kernel.shape)
      #expect(direct.shape == runs[0].kernel.shape)
      #expect(direct.algorithm == runs[0].kernel.algorithm)
    }
  }

  static let maps = [(2, 2), (3, 4), (2, 9), (22, 33), (9, 2), (46, 8), (5, 5)].map {
    MapsCase(count: 3, channels: 19, height: $0.0, width: $0.1)
  }

  @Test(arguments: TestedKernels.all, maps) func ceilPooling(
    tested: TestedKernels, example: MapsCase
  ) {
    let kernels = tested.kernels
    let maps = example.maps(seed: 1, mean: -2, deviation: 5)
    for window in [2, 3] {
      let shape = CeilPoolingShape(example.shape(kernels), window: window)
      let expected = referenceCeilPoolingForward(maps, window: window)
      #expect(shape.output.height == expected.height && shape.output.width == expected.width)
      // The rows of larger maps: what lies between them stays as it is.
      for gap in [0, 3 * kernels.lanes] {
        let memory = GuardedMemory()
        let (plane, planes) = (shape.output.planeCount, 3 * shape.input.blocks)
        let output = memory.floats("output", [Float](repeating: 7, count: planes * (plane + gap)))
        kernels.ceilPoolingForward(
          shape, count: 3, input: memory.constants("input", maps.blocked(lanes: kernels.lanes)),
          output: output, outputPlane: plane + gap)
        let found = memory.values(output)
        let values = (0..<planes).flatMap { found[$0 * (plane + gap)..<$0 * (plane + gap) + plane] }
        #expect(values == expected.blocked(lanes: kernels.lanes))
        #expect(found.count { $0 == 7 } == planes * gap)
        #expect(memory.damage == [])
      }
    }
  }

  @Test(arguments: TestedKernels.all) func ceilPoolingKeepsWhatIsNotANumber(
    tested: TestedKernels
  ) {
    let kernels = tested.kernels
    let example = MapsCase(count: 1, channels: kernels.lanes, height: 3, width: 4)
    for window in [2, 3] {
      let shape = CeilPoolingShape(example.shape(kernels), window: window)
      for pixel in 0..<12 {
        var maps = example.maps(seed: 1)
        maps.values[12 * 2 + pixel] = .nan
        var output = [Float](repeating: 0, count: shape.output.pictureCount)
        kernels.ceilPoolingForward(
          shape, count: 1, input: maps.blocked(lanes: kernels.lanes), output: &output,
          outputPlane: shape.output.planeCount)
        let found = output.indices.filter { output[$0].isNaN }
        let expected = (0..<shape.output.area).filter {
          let (y, x) = ($0 / shape.output.width * 2, $0 % shape.output.width * 2)
          return (y..<y + window).contains(pixel / 4) && (x..<x + window).contains(pixel % 4)
        }
        #expect(found == expected.map { $0 * kernels.lanes + 2 })
      }
    }
  }

  @Test func ceilModeCountsWindowsThatHangOver() {
    let rows = ReferenceMaps(
      count: 1, channels: 1, height: 3, width: 5, values: (0..<15).map(Double.init))
    let pooled = referenceCeilPoolingForward(rows, window: 2)
    #expect(pooled.height == 2 && pooled.width == 3)
    #expect(pooled.values == [6, 8, 9, 11, 13, 14])
  }
}
