/// Dimensions of a convolution without padding, stride 1, on one picture in CHW order.
public struct ConvolutionShape: Sendable, Equatable {
  /// Channels of the input.
  public let inputChannels: Int
  /// Channels of the output.
  public let outputChannels: Int
  /// Height and width of the kernel.
  public let kernel: Int
  /// Height of the input in pixels.
  public let inputHeight: Int
  /// Width of the input in pixels.
  public let inputWidth: Int

  /// Creates a shape.
  ///
  /// - Precondition: all dimensions are positive and the kernel fits into the input.
  public init(
    inputChannels: Int, outputChannels: Int, kernel: Int, inputHeight: Int, inputWidth: Int
  ) {
    precondition(
      inputChannels > 0 && outputChannels > 0 && kernel > 0 && inputHeight >= kernel
        && inputWidth >= kernel, "the kernel of a convolution must fit into its input")
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernel = kernel
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
  }

  /// Height of the output in pixels.
  public var outputHeight: Int { inputHeight - kernel + 1 }
  /// Width of the output in pixels.
  public var outputWidth: Int { inputWidth - kernel + 1 }
  /// Numbers under the kernel: rows of the column buffer.
  public var patchSize: Int { inputChannels * kernel * kernel }

  /// Output columns that one block covers: a whole row, or a part of a very wide one.
  var blockColumns: Int { min(outputWidth, Self.blockPixels) }
  /// Output rows that one block covers.
  var blockRows: Int { max(1, min(outputHeight, Self.blockPixels / outputWidth)) }
  /// Floats that `convolutionForward` needs as `columns`.
  public var columnCount: Int { patchSize * blockRows * blockColumns }

  /// Output pixels of a block. At most 400 keep the column buffer of MTCNN's layers in a level-2
  /// cache and the product below the size up to which OpenBLAS multiplies without repacking; at
  /// 2000 pixels the measured rate falls from 57 to 43 GFLOP/s (32 x 144, AVX-512).
  private static let blockPixels = 400
}

/// Convolution, bias and PReLU in one pass, valid padding, stride 1: im2col in blocks of a few
/// output rows, each multiplied while it lies in the cache.
///
/// - Parameters:
///   - input: `inputChannels x inputHeight x inputWidth`.
///   - weight: `outputChannels x inputChannels x kernel x kernel`.
///   - bias: `outputChannels`.
///   - slope: `outputChannels` PReLU slopes for negative values, or nil for no activation.
///   - output: `outputChannels x outputHeight x outputWidth`.
///   - columns: scratch of `shape.columnCount` floats.
public func convolutionForward(
  _ shape: ConvolutionShape, input: UnsafePointer<Float>, weight: UnsafePointer<Float>,
  bias: UnsafePointer<Float>, slope: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>,
  columns: UnsafeMutablePointer<Float>
) {
  let (oh, ow) = (shape.outputHeight, shape.outputWidth)
  for y in stride(from: 0, to: oh, by: shape.blockRows) {
    let rows = min(shape.blockRows, oh - y)
    for x in stride(from: 0, to: ow, by: shape.blockColumns) {
      let width = min(shape.blockColumns, ow - x)
      gatherPatches(shape, input, y: y, rows: rows, x: x, width: width, columns)
      let block = output + (y * ow + x)
      // A block of several rows always has whole rows, so its pixels are contiguous in the output.
      matrixProduct(
        left: weight, leftStride: shape.patchSize, right: columns, rightStride: rows * width,
        product: block, productStride: oh * ow, rows: shape.outputChannels, columns: rows * width,
        inner: shape.patchSize)
      for k in 0..<shape.outputChannels {
        addBias(
          bias[k], slope: slope?[k] ?? 1, to: block + k * oh * ow, count: rows * width)
      }
    }
  }
}

/// im2col of one block: row (c, ky, kx) of `columns` holds the input shifted by (ky, kx).
private func gatherPatches(
  _ shape: ConvolutionShape, _ input: UnsafePointer<Float>, y: Int, rows: Int, x: Int, width: Int,
  _ columns: UnsafeMutablePointer<Float>
) {
  var target = columns
  for c in 0..<shape.inputChannels {
    for ky in 0..<shape.kernel {
      for kx in 0..<shape.kernel {
        for row in y..<(y + rows) {
          let source = (c * shape.inputHeight + row + ky) * shape.inputWidth + x + kx
          target.update(from: input + source, count: width)
          target += width
        }
      }
    }
  }
}

/// Adds `bias` and multiplies what is negative by `slope` (1: leaves it), in place.
func addBias(_ bias: Float, slope: Float, to values: UnsafeMutablePointer<Float>, count: Int) {
  let raw = UnsafeMutableRawPointer(values)
  let vectorCount = count / 8 * 8
  let biases = SIMD8<Float>(repeating: bias)
  let zero = SIMD8<Float>(repeating: 0)
  for i in stride(from: 0, to: vectorCount, by: 8) {
    let value = raw.loadUnaligned(fromByteOffset: i * 4, as: SIMD8<Float>.self) + biases
    let activated = pointwiseMax(value, zero) + slope * pointwiseMin(value, zero)
    raw.storeBytes(of: activated, toByteOffset: i * 4, as: SIMD8<Float>.self)
  }
  for i in vectorCount..<count {
    let value = values[i] + bias
    values[i] = value > 0 ? value : slope * value
  }
}
