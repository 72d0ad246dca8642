import TestSupport
import Testing

@testable import Kernels

/// The first layer of a residual network by Winograd's algorithm; the obvious loops are compared in
/// `ConvolutionTests`.
@Suite struct PictureConvolutionTests {
  private static let algorithm = "Winograd F(3,4)"

  private static func shape(
    _ kernels: any KernelSet, _ height: Int, _ width: Int, kernel: Int = 7, stride: Int = 2,
    padding: Int = 3, inputs: Int = 3
  ) -> ConvolutionShape {
    ConvolutionShape(
      inputChannels: inputs, outputChannels: 64, kernel: kernel, stride: stride,
      padding: padding, inputHeight: height, inputWidth: width, lanes: kernels.lanes)
  }

  @Test(arguments: TestedKernels.all) func isChosenForLargePictures(tested: TestedKernels) {
    let kernels = tested.kernels
    func algorithm(_ shape: ConvolutionShape, _ kernels: any KernelSet) -> String {
      kernels.convolution(shape, pictures: 32).algorithm
    }
    #expect(algorithm(Self.shape(kernels, 224, 224), kernels) == Self.algorithm)
    #expect(algorithm(Self.shape(kernels, 224, 224), kernels.directly) == "direct")
    #expect(algorithm(Self.shape(kernels, 32, 32), kernels) == "direct")
    for other in [
      Self.shape(kernels, 224, 224, stride: 1), Self.shape(kernels, 224, 224, padding: 2),
      Self.shape(kernels, 224, 224, kernel: 5), Self.shape(kernels, 224, 224, inputs: 8),
    ] {
      #expect(algorithm(other, kernels) == "direct")
      let all = kernels.allConvolutions(other, pictures: 1)
      #expect(!all.contains { $0.algorithm == Self.algorithm })
    }
  }

  /// Half of what other convolutions may round, and only to be had with points that suit.
  @Test func roundsLittle() {
    let example = ConvolutionCase(2, 3, 16, kernel: 7, stride: 2, 120, 120)
    let expected = example.expectedOutput(example.input)
    let grad = example.outputMaps(seed: 3)
    let expectedGrad = example.expectedGradients(example.input, outputGrad: grad).weightGrad
    for run in example.runs where run.kernel.algorithm == Self.algorithm {
      #expect(relativeDifference(run.forward(), expected.values) < 1e-6, run.name)
      let found = run.weightGrad(grad, calls: [1, 1])
      #expect(relativeDifference(found, expectedGrad) < 2.5e-6, run.name)
    }
  }

  /// A team's members compute the same as one alone, to the bit, and each only its own part.
  @Test(arguments: [1, 2, 3, 7, 40]) func partsMakeTheWhole(count: Int) {
    let example = ConvolutionCase(2, 3, 48, kernel: 7, stride: 2, 29, 70)
    for run in example.runs where run.kernel.algorithm == Self.algorithm {
      let whole = run.forward()
      let parts = (0..<count).map { run.forward(part: WorkPart(index: $0, of: count)) }
      for place in whole.indices {
        let written = parts.map { $0[place] }.filter { !$0.isNaN }
        guard written == [whole[place]] else {
          Issue.record("\(run.name), float \(place): \(written), not \(whole[place])")
          return
        }
      }
    }
  }
}
