import TestSupport
import Testing

@testable import Kernels

/// 3x3 kernels with stride 2 by Winograd's algorithm; the obvious loops are compared in
/// `ConvolutionTests`.
@Suite struct StridedConvolutionTests {
  private static let algorithm = "Winograd F(4,2)"

  private static func shape(
    _ kernels: any KernelSet, inputs: Int, side: Int, kernel: Int = 3, stride: Int = 2,
    padding: Int = 1
  ) -> ConvolutionShape {
    ConvolutionShape(
      inputChannels: inputs, outputChannels: 2 * inputs, kernel: kernel, stride: stride,
      padding: padding, inputHeight: side, inputWidth: side, lanes: kernels.lanes)
  }

  @Test(arguments: TestedKernels.all) func isChosenWhereItIsFaster(tested: TestedKernels) {
    let kernels = tested.kernels
    func isChosen(_ shape: ConvolutionShape, pictures: Int = 16) -> Bool {
      kernels.convolution(shape, pictures: pictures).algorithm == Self.algorithm
    }
    for (inputs, side) in [(64, 56), (128, 28), (256, 14)] {
      let shape = Self.shape(kernels, inputs: inputs, side: side)
      #expect(isChosen(shape))
      #expect(kernels.directly.convolution(shape, pictures: 16).algorithm == "direct")
    }
    // Few channels, few tiles, tiles that are hardly filled.
    #expect(!isChosen(Self.shape(kernels, inputs: 32, side: 56)))
    #expect(!isChosen(Self.shape(kernels, inputs: 256, side: 14), pictures: 2))
    #expect(!isChosen(Self.shape(kernels, inputs: 64, side: 3)))
    for other in [
      Self.shape(kernels, inputs: 64, side: 56, kernel: 1, padding: 0),
      Self.shape(kernels, inputs: 64, side: 56, stride: 3),
      Self.shape(kernels, inputs: 64, side: 56, padding: 0),
      Self.shape(kernels, inputs: 3, side: 56),
    ] {
      #expect(!isChosen(other))
      let all = kernels.allConvolutions(other, pictures: 1)
      #expect(!all.contains { $0.algorithm == Self.algorithm })
    }
  }

  /// A fifth of what convolutions may round, and only to be had with points that suit.
  @Test func roundsLittle() {
    let example = ConvolutionCase(2, 72, 24, kernel: 3, stride: 2, 28, 28)
    let grad = example.outputMaps(seed: 3)
    let expected = example.expectedOutput(example.input)
    let gradients = example.expectedGradients(example.input, outputGrad: grad)
    for run in example.runs where run.kernel.algorithm == Self.algorithm {
      #expect(relativeDifference(run.forward(), expected.values) < 1e-6, run.name)
      let inputGrad = run.inputGrad(grad, addedTo: nil)
      #expect(relativeDifference(inputGrad, gradients.inputGrad.values) < 1e-6, run.name)
      let weightGrad = run.weightGrad(grad, calls: [2])
      #expect(relativeDifference(weightGrad, gradients.weightGrad) < 1e-6, run.name)
    }
  }

  /// A team's members compute the same as one alone, to the bit, and each only its own part: rows of
  /// tiles where there are many, chunks of outputs where there are few, and rows again for more
  /// members than chunks.
  @Test(arguments: [1, 2, 3, 7, 40]) func partsMakeTheWhole(count: Int) {
    let example = ConvolutionCase(2, 10, 208, kernel: 3, stride: 2, 27, 22)
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
