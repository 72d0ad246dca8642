import TestSupport
import Testing

@testable import Kernels

/// All convolutions against the obvious loops, by every algorithm of every set of kernels.
@Suite struct ConvolutionTests {
  /// Norm of the difference over norm of what is expected.
  static let tolerance = 5e-6

  @Test(arguments: ConvolutionCase.all) func forward(example: ConvolutionCase) {
    let expected = example.expectedOutput(example.input)
    for run in example.runs {
      #expect(relativeDifference(run.forward(), expected.values) < Self.tolerance, run.name)
    }
  }

  /// A call may get more pictures than a kernel was made for, as in evaluation: results are right, and
  /// nothing is written outside of the scratch memory.
  @Test(arguments: [
    ConvolutionCase(40, 16, 16, kernel: 3, 3, 3), ConvolutionCase(40, 128, 128, kernel: 3, 3, 3),
    ConvolutionCase(24, 16, 32, kernel: 3, stride: 2, 6, 6),
    ConvolutionCase(24, 64, 128, kernel: 3, stride: 2, 6, 6),
    ConvolutionCase(24, 16, 32, kernel: 1, stride: 2, padding: 0, 6, 6),
    ConvolutionCase(9, 3, 16, kernel: 7, stride: 2, padding: 3, 32, 32),
  ])
  func morePicturesThanUsual(example: ConvolutionCase) {
    let expected = example.expectedOutput(example.input)
    let grad = example.outputMaps(seed: 3)
    let expectedGrad =
      example.hasPictures
      ? nil : example.expectedGradients(example.input, outputGrad: grad).inputGrad.values
    for usual in [1, 2, 7, 16] {
      for run in example.runs(usualPictures: usual) {
        #expect(relativeDifference(run.forward(), expected.values) < Self.tolerance, run.name)
        if let expectedGrad {
          let found = run.inputGrad(grad, addedTo: nil)
          #expect(relativeDifference(found, expectedGrad) < Self.tolerance, run.name)
        }
      }
    }
  }

  @Test(arguments: ConvolutionCase.all) func gradients(example: ConvolutionCase) {
    let grad = example.outputMaps(seed: 3)
    let expected = example.expectedGradients(example.input, outputGrad: grad)
    for run in example.runs {
      let weightGrad = run.weightGrad(grad, calls: [example.count])
      #expect(relativeDifference(weightGrad, expected.weightGrad) < Self.tolerance, run.name)
      guard !example.hasPictures else {
        #expect(run.kernel.packedBackwardCount == 0)
        continue
      }
      let inputGrad = run.inputGrad(grad, addedTo: nil)
      #expect(
        relativeDifference(inputGrad, expected.inputGrad.values) < Self.tolerance, run.name)
    }
  }

  @Test(arguments: ConvolutionCase.all.filter { !$0.hasPictures })
  func inputGradIsAddedToWhatIsThere(example: ConvolutionCase) {
    let grad = example.outputMaps(seed: 3)
    let present = example.input
    var expected = example.expectedGradients(example.input, outputGrad: grad).inputGrad.values
    for place in expected.indices { expected[place] += present.values[place] }
    for run in example.runs {
      let found = run.inputGrad(grad, addedTo: present)
      #expect(relativeDifference(found, expected) < Self.tolerance, run.name)
    }
  }

  @Test(arguments: ConvolutionCase.all.filter { $0.count > 1 })
  func weightGradIsCollectedOverCalls(example: ConvolutionCase) {
    let grad = example.outputMaps(seed: 3)
    let expected = example.expectedGradients(example.input, outputGrad: grad).weightGrad
    for run in example.runs {
      // As many pictures at a time as the kernel asks for, and the rest.
      let group = run.kernel.group
      let calls = stride(from: 0, to: example.count, by: group).map {
        min(group, example.count - $0)
      }
      let found = run.weightGrad(grad, calls: calls)
      #expect(relativeDifference(found, expected) < Self.tolerance, run.name)
    }
  }

  @Test(arguments: ConvolutionCase.all.filter { !$0.hasPictures })
  func normalizesOnTheWayIn(example: ConvolutionCase) {
    let grad = example.outputMaps(seed: 3)
    let input = example.normalizedInput
    let expected = example.expectedOutput(input)
    let weightGrad = example.expectedGradients(input, outputGrad: grad).weightGrad
    for run in example.runs {
      let found = run.forward(isNormalizing: true)
      #expect(relativeDifference(found, expected.values) < Self.tolerance, run.name)
      let foundGrad = run.weightGrad(grad, isNormalizing: true, calls: [example.count])
      #expect(relativeDifference(foundGrad, weightGrad) < Self.tolerance, run.name)
    }
  }

  @Test(arguments: ConvolutionCase.all) func foldsWhatFollows(example: ConvolutionCase) {
    let channels = example.shape.outputChannels
    let (scale, bias) = (pseudoRandom(channels, seed: 4), pseudoRandom(channels, seed: 5))
    let residual = example.outputMaps(seed: 8)
    let sums = example.expectedOutput(example.input)
    for finish in [
      ConvolutionRun.Finish(scale: scale),
      ConvolutionRun.Finish(scale: scale, bias: bias, rectify: true),
      ConvolutionRun.Finish(bias: bias, residual: residual),
      ConvolutionRun.Finish(scale: scale, bias: bias, residual: residual, rectify: true),
      ConvolutionRun.Finish(residual: residual, isInPlace: true),
      ConvolutionRun.Finish(bias: bias, residual: residual, isInPlace: true, rectify: true),
    ] {
      var expected = sums.mapped { value, channel in
        value * Double(finish.scale?[channel] ?? 1) + Double(finish.bias?[channel] ?? 0)
      }
      for place in expected.values.indices {
        expected.values[place] += finish.residual?.values[place] ?? 0
        if finish.rectify { expected.values[place] = max(0, expected.values[place]) }
      }
      for run in example.runs {
        let found = run.forward(finish)
        #expect(relativeDifference(found, expected.values) < Self.tolerance, run.name)
      }
    }
  }

  @Test(arguments: ConvolutionCase.some) func resultsRepeatToTheBit(example: ConvolutionCase) {
    let grad = example.outputMaps(seed: 3)
    for run in example.runs {
      // Compared first, expected then: a failure doesn't list all differences.
      let repeats = (0..<2).map { _ in
        run.forward() + run.inputGrad(grad, addedTo: nil)
          + run.weightGrad(grad, calls: [example.count])
      }
      let areEqual = repeats[0] == repeats[1]
      #expect(areEqual, run.name)
    }
  }

  /// A broken weight or picture has to show in the loss.
  @Test(arguments: TestedKernels.all) func keepsWhatIsNotANumber(tested: TestedKernels) {
    let example = ConvolutionCase.regular[2]
    for run in example.runs where run.kernels.name == tested.kernels.name {
      var residual = example.outputMaps(seed: 8)
      residual.values[5] = .nan
      let found = run.forward(ConvolutionRun.Finish(residual: residual, rectify: true))
      #expect(found.indices.filter { found[$0].isNaN } == [5], run.name)
    }
  }

  @Test(arguments: TestedKernels.all) func theFastestIsOneOfAll(tested: TestedKernels) {
    for example in ConvolutionCase.all {
      let runs = example.runs.filter { $0.kernels.name == tested.kernels.name }
      let shape = runs[0].kernel.shape
      let algorithm = tested.kernels.convolution(shape, pictures: example.count).algorithm
      #expect(runs.contains { $0.kernel.algorithm == algorithm })
    }
  }
}
