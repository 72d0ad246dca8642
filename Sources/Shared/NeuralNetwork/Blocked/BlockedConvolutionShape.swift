/// Dimensions of a convolution on blocked feature maps, without bias.
///
/// The input is `nChw8c`, or for three channels the pictures themselves, (n, h, w, 3): both are blocks
/// of `lanes` channels, one for the pictures. The output is `nChw8c`.
struct BlockedConvolutionShape: Sendable, Equatable {
  let inputChannels: Int
  let outputChannels: Int
  let kernel: Int
  let stride: Int
  let padding: Int
  let inputHeight: Int
  let inputWidth: Int

  /// - Precondition: output channels are a multiple of 8, input channels too or they are 3.
  init(
    inputChannels: Int, outputChannels: Int, kernel: Int, stride: Int, inputHeight: Int,
    inputWidth: Int
  ) {
    precondition(
      outputChannels % 8 == 0 && (inputChannels % 8 == 0 || inputChannels == 3),
      "a blocked convolution has whole blocks of channels, or a picture as its input")
    precondition(
      kernel % 2 == 1 && stride > 0 && inputHeight > 0 && inputWidth > 0,
      "a blocked convolution has an odd kernel and an input")
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernel = kernel
    self.stride = stride
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    padding = kernel / 2
  }

  var outputHeight: Int { (inputHeight + 2 * padding - kernel) / stride + 1 }
  var outputWidth: Int { (inputWidth + 2 * padding - kernel) / stride + 1 }
  var outputArea: Int { outputHeight * outputWidth }
  /// The output's feature maps.
  var output: BlockedShape {
    BlockedShape(channels: outputChannels, height: outputHeight, width: outputWidth)
  }

  /// Channels that lie side by side in the input.
  var lanes: Int { inputChannels == 3 ? 3 : 8 }
  var inputBlocks: Int { inputChannels / lanes }
  /// Floats of one input picture.
  var inputCount: Int { inputChannels * inputHeight * inputWidth }
  /// Floats of a kernel's row: they are contiguous in the input, and so they are in a patch.
  var run: Int { kernel * lanes }
  /// Floats under the kernel, in the order (c / lanes, ky, kx, lane).
  var patchSize: Int { inputChannels * kernel * kernel }
  /// Multiplications and additions of one picture.
  var operations: Int { 2 * outputArea * outputChannels * patchSize }

  /// Output pixels, counted through all pictures, that are multiplied at once: few enough that the
  /// patches of the wide layers stay in a level-2 cache, many enough that the weights of the deep
  /// layers are worth reading (measured: 90 to 110 GFLOP/s from 64 to 512 channels).
  var blockPixels: Int { max(196, patchSize / 6) }
  /// Floats that the kernels need as scratch: patches and products of one block.
  var scratchCount: Int { blockPixels * (patchSize + outputChannels) + FloatMemory.slack }
}
