/// Dimensions of a convolution on blocked feature maps, without bias.
///
/// The input is blocked, or for three channels the pictures themselves, (n, h, w, 3): one block of
/// three lanes. The output is blocked.
package struct ConvolutionShape: Sendable, Equatable {
  /// Channels of the input; three are pictures.
  package let inputChannels: Int
  /// Channels of the output.
  package let outputChannels: Int
  /// Side of the square kernel.
  package let kernel: Int
  /// Pixels from one patch to the next.
  package let stride: Int
  /// Zeros around the input.
  package let padding: Int
  /// Rows of the input.
  package let inputHeight: Int
  /// Columns of the input.
  package let inputWidth: Int
  /// Channels of a block.
  package let lanes: Int

  /// - Parameter padding: zeros around the input; nil is half of the kernel.
  /// - Precondition: all are positive, and the kernel is not larger than the padded input.
  package init(
    inputChannels: Int, outputChannels: Int, kernel: Int, stride: Int, padding: Int? = nil,
    inputHeight: Int, inputWidth: Int, lanes: Int
  ) {
    precondition(
      inputChannels > 0 && outputChannels > 0 && kernel > 0 && stride > 0,
      "a convolution has channels, a kernel and a stride")
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding ?? kernel / 2
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.lanes = lanes
    precondition(
      inputHeight > 0 && inputWidth > 0 && self.padding >= 0 && self.padding < kernel
        && min(inputHeight, inputWidth) + 2 * self.padding >= kernel,
      "a convolution's input is at least as large as its kernel")
  }

  /// Rows of the output.
  package var outputHeight: Int { (inputHeight + 2 * padding - kernel) / stride + 1 }
  /// Columns of the output.
  package var outputWidth: Int { (inputWidth + 2 * padding - kernel) / stride + 1 }
  /// Pixels of the output.
  package var outputArea: Int { outputHeight * outputWidth }

  /// Channels that lie side by side in the input.
  package var inputLanes: Int { inputChannels == 3 ? 3 : lanes }
  /// Blocks of the input's channels.
  package var inputBlocks: Int { (inputChannels + inputLanes - 1) / inputLanes }
  /// Floats of one input picture.
  package var inputCount: Int { inputBlocks * inputLanes * inputHeight * inputWidth }
  /// The output's feature maps.
  package var output: BlockedShape {
    BlockedShape(
      channels: outputChannels, height: outputHeight, width: outputWidth, lanes: lanes)
  }

  /// Weights of one output channel, (i, ky, kx).
  package var filterCount: Int { inputChannels * kernel * kernel }
  /// Weights in PyTorch's order (o, i, ky, kx).
  package var weightCount: Int { outputChannels * filterCount }
  /// Floats under the kernel, with channels that fill up the last block: rows (i / lanes, ky, kx, lane)
  /// of a packed gradient of the weights.
  package var patchCount: Int { inputBlocks * inputLanes * kernel * kernel }
  /// Floats of a packed gradient of the weights: (o / lanes, patch, lane of o).
  package var packedGradCount: Int { patchCount * output.paddedChannels }
  /// Multiplications and additions of one picture and pass.
  package var operations: Int { 2 * outputArea * weightCount }
}
