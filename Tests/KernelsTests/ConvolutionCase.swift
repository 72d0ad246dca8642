import NeuralNetwork
import TestSupport
import Testing

@testable import Kernels

/// A convolution of some pictures, and what the obvious loops make of it.
struct ConvolutionCase: CustomTestStringConvertible, Sendable {
  /// Dimensions; its lanes are nobody's.
  let shape: ConvolutionShape
  let count: Int

  init(
    _ count: Int, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1,
    padding: Int? = nil, _ height: Int, _ width: Int
  ) {
    shape = ConvolutionShape(
      inputChannels: inputs, outputChannels: outputs, kernel: kernel, stride: stride,
      padding: padding, inputHeight: height, inputWidth: width, lanes: 1)
    self.count = count
  }

  var testDescription: String {
    "\(count) x \(shape.inputChannels)->\(shape.outputChannels) k\(shape.kernel) s\(shape.stride)"
      + " p\(shape.padding) on \(shape.inputHeight)x\(shape.inputWidth)"
  }

  /// Pictures have no gradient, and nobody normalises them on the way in.
  var hasPictures: Bool { shape.inputChannels == 3 }

  var input: ReferenceMaps {
    ReferenceMaps(
      count: count, channels: shape.inputChannels, height: shape.inputHeight,
      width: shape.inputWidth, seed: 1)
  }

  var weight: [Float] { pseudoRandom(shape.weightCount, seed: 2) }

  /// Maps like the output.
  func outputMaps(seed: UInt64) -> ReferenceMaps {
    ReferenceMaps(
      count: count, channels: shape.outputChannels, height: shape.outputHeight,
      width: shape.outputWidth, seed: seed)
  }

  /// A factor and a positive shift for each input channel: zeros of the padding would become positive.
  var normalization: (scale: [Float], shift: [Float]) {
    (
      pseudoRandom(shape.inputChannels, seed: 6),
      pseudoRandom(shape.inputChannels, seed: 7).map { abs($0) + 0.25 }
    )
  }

  /// The input, normalised and rectified.
  var normalizedInput: ReferenceMaps {
    let (scale, shift) = normalization
    return input.mapped { value, channel in
      max(0, value * Double(scale[channel]) + Double(shift[channel]))
    }
  }

  func expectedOutput(_ input: ReferenceMaps) -> ReferenceMaps {
    referenceConvolutionForward(shape, input: input, weight: weight.map(Double.init))
  }

  func expectedGradients(
    _ input: ReferenceMaps, outputGrad: ReferenceMaps
  ) -> (inputGrad: ReferenceMaps, weightGrad: [Double]) {
    referenceConvolutionBackward(
      shape, input: input, weight: weight.map(Double.init), outputGrad: outputGrad)
  }

  /// The case for every algorithm of every set of kernels.
  var runs: [ConvolutionRun] { runs(usualPictures: count) }

  /// Runs of kernels that were made for this many pictures a call.
  func runs(usualPictures: Int) -> [ConvolutionRun] {
    Processor.available.flatMap { kernels in
      let shape = ConvolutionShape(
        inputChannels: shape.inputChannels, outputChannels: shape.outputChannels,
        kernel: shape.kernel, stride: shape.stride, padding: shape.padding,
        inputHeight: shape.inputHeight, inputWidth: shape.inputWidth, lanes: kernels.lanes)
      return kernels.allConvolutions(shape, pictures: usualPictures).map {
        ConvolutionRun(example: self, kernels: kernels, kernel: $0)
      }
    }
  }
}

extension ConvolutionCase {
  /// 3x3 kernels with stride 1, which every algorithm computes. Winograd's takes channels in chunks of
  /// 64, and a number of tiles at a time that depends on the channels.
  static let regular = [
    ConvolutionCase(7, 8, 8, kernel: 3, 1, 1),
    ConvolutionCase(1, 5, 7, kernel: 3, 5, 7),
    ConvolutionCase(2, 10, 16, kernel: 3, 13, 9),
    ConvolutionCase(2, 24, 40, kernel: 3, 6, 6),
    ConvolutionCase(33, 16, 24, kernel: 3, 7, 7),
    ConvolutionCase(33, 10, 5, kernel: 3, 2, 3),
    ConvolutionCase(1, 72, 136, kernel: 3, 7, 7),
    ConvolutionCase(2, 136, 72, kernel: 3, 5, 7),
    ConvolutionCase(1, 100, 24, kernel: 3, 6, 6),
    // Tiles of four outputs and of three, in one step and in steps of a row.
    ConvolutionCase(5, 72, 72, kernel: 3, 14, 14),
    ConvolutionCase(2, 8, 10, kernel: 3, 11, 14),
    ConvolutionCase(2, 5, 7, kernel: 3, 7, 170),
    ConvolutionCase(2, 8, 8, kernel: 3, 6, 171),
    // Exactly as many tiles as are transformed together, and one more.
    ConvolutionCase(1, 5, 7, kernel: 3, 4, 168),
    ConvolutionCase(42, 8, 10, kernel: 3, 1, 1),
    ConvolutionCase(64, 72, 8, kernel: 3, 1, 1),
    ConvolutionCase(128, 8, 136, kernel: 3, 1, 1),
    ConvolutionCase(129, 136, 8, kernel: 3, 1, 1),
  ]

  /// Other kernels, strides and paddings.
  static let others = [
    ConvolutionCase(2, 10, 16, kernel: 1, 5, 7),
    ConvolutionCase(1, 72, 136, kernel: 1, 6, 6),
    ConvolutionCase(2, 24, 40, kernel: 1, stride: 2, 7, 7),
    ConvolutionCase(33, 8, 16, kernel: 1, stride: 2, 6, 6),
    ConvolutionCase(1, 5, 7, kernel: 1, stride: 3, 13, 9),
    ConvolutionCase(7, 8, 8, kernel: 1, stride: 2, 1, 1),
    ConvolutionCase(2, 5, 7, kernel: 2, padding: 0, 5, 7),
    ConvolutionCase(1, 10, 16, kernel: 2, 6, 6),
    ConvolutionCase(2, 10, 16, kernel: 2, stride: 2, padding: 0, 13, 9),
    ConvolutionCase(1, 5, 7, kernel: 2, stride: 3, 7, 7),
    ConvolutionCase(2, 5, 7, kernel: 3, padding: 0, 5, 7),
    ConvolutionCase(2, 10, 16, kernel: 3, stride: 2, 13, 9),
    ConvolutionCase(33, 5, 7, kernel: 3, stride: 2, 5, 7),
    ConvolutionCase(7, 8, 8, kernel: 3, stride: 2, 1, 1),
    ConvolutionCase(1, 72, 136, kernel: 3, stride: 2, 7, 7),
    ConvolutionCase(1, 136, 72, kernel: 3, stride: 2, 6, 6),
    ConvolutionCase(1, 24, 40, kernel: 3, stride: 3, 13, 9),
    ConvolutionCase(1, 5, 7, kernel: 3, stride: 2, 3, 300),
    // Winograd's tiles of phases: large and small ones in either dimension, one more row of tiles than
    // are transformed together, and a rest of channels behind whole chunks.
    ConvolutionCase(3, 40, 24, kernel: 3, stride: 2, 14, 28),
    ConvolutionCase(33, 16, 10, kernel: 3, stride: 2, 14, 7),
    ConvolutionCase(8, 5, 7, kernel: 3, stride: 2, 8, 8),
    ConvolutionCase(65, 10, 5, kernel: 3, stride: 2, 4, 8),
    ConvolutionCase(1, 200, 130, kernel: 3, stride: 2, 12, 15),
    ConvolutionCase(2, 130, 200, kernel: 3, stride: 2, 3, 6),
    ConvolutionCase(1, 5, 7, kernel: 5, 5, 7),
    ConvolutionCase(2, 10, 16, kernel: 5, stride: 2, 13, 9),
    ConvolutionCase(1, 8, 24, kernel: 5, padding: 0, 7, 7),
    ConvolutionCase(1, 5, 7, kernel: 7, 1, 1),
    ConvolutionCase(1, 10, 16, kernel: 7, stride: 3, 13, 9),
    ConvolutionCase(2, 8, 8, kernel: 7, stride: 2, padding: 0, 7, 7),
    // Pictures.
    ConvolutionCase(2, 3, 16, kernel: 7, stride: 2, 15, 12),
    ConvolutionCase(33, 3, 10, kernel: 7, stride: 2, 6, 6),
    ConvolutionCase(1, 3, 40, kernel: 7, stride: 2, 1, 1),
    ConvolutionCase(1, 3, 64, kernel: 7, stride: 2, 12, 119),
    ConvolutionCase(2, 3, 72, kernel: 7, stride: 2, 17, 131),
    ConvolutionCase(3, 3, 8, kernel: 7, stride: 2, 2, 60),
    ConvolutionCase(2, 3, 5, kernel: 3, 5, 7),
    ConvolutionCase(1, 3, 7, kernel: 2, stride: 2, padding: 0, 6, 6),
    ConvolutionCase(1, 3, 136, kernel: 1, stride: 2, 7, 7),
  ]

  static let all = regular + others
  /// Two kinds of chunks and blocks with a rest, for variants of what all cases do.
  static let some = [regular[1], regular[2], regular[7], regular[11], others[10], others[11]]
}
