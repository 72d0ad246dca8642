/// Dimensions of a convolution without padding, stride 1, on one picture in CHW order.
public struct PlanarConvolutionShape: Sendable, Equatable {
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

  /// Output pixels of one picture.
  var outputArea: Int { outputHeight * outputWidth }
  /// Numbers of one input picture.
  var inputCount: Int { inputChannels * inputHeight * inputWidth }
  /// Output columns that one block covers: a whole row, or a part of a very wide one.
  var blockColumns: Int { evenPart(outputWidth, most: blockPixels) }
  /// Output rows that one block covers.
  var blockRows: Int { evenPart(outputHeight, most: max(1, blockPixels / outputWidth)) }
  /// Small pictures of a batch that one block covers.
  var blockPictures: Int { max(1, blockPixels / outputArea) }
  /// Floats that `convolutionForward` needs as scratch: patches and products of one block.
  public var scratchCount: Int {
    (patchSize + outputChannels) * blockPictures * blockRows * blockColumns
  }

  /// Output pixels that a block may have. At most 400 keep the patches of MTCNN's layers in a level-2
  /// cache; a million multiplications is the size up to which OpenBLAS multiplies without repacking
  /// on AVX-512 (32 x 144: 59 GFLOP/s with 208 pixels, 43 with 2048).
  private var blockPixels: Int {
    let small = 1_000_000 / (outputChannels * patchSize)
    return small < 128 ? 400 : min(400, small)
  }

  /// The size of equal parts, none larger than `most`, that `count` falls into.
  private func evenPart(_ count: Int, most: Int) -> Int {
    let parts = (count + most - 1) / most
    return (count + parts - 1) / parts
  }
}

/// Convolution, bias and PReLU in one pass, valid padding, stride 1: im2col in blocks of a few
/// output rows, or of a few small pictures, each multiplied while it lies in the cache.
///
/// - Parameters:
///   - batch: pictures.
///   - input: `batch x inputChannels x inputHeight x inputWidth`.
///   - weight: `outputChannels x inputChannels x kernel x kernel`.
///   - bias: `outputChannels`.
///   - slope: `outputChannels` PReLU slopes for negative values, or nil for no activation.
///   - output: `batch x outputChannels x outputHeight x outputWidth`.
///   - scratch: `shape.scratchCount` floats.
public func convolutionForward(
  _ shape: PlanarConvolutionShape, batch: Int, input: UnsafePointer<Float>,
  weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, slope: UnsafePointer<Float>?,
  output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
) {
  let (oh, ow) = (shape.outputHeight, shape.outputWidth)
  for n in stride(from: 0, to: batch, by: shape.blockPictures) {
    let pictures = n..<min(batch, n + shape.blockPictures)
    for y in stride(from: 0, to: oh, by: shape.blockRows) {
      let rows = y..<min(oh, y + shape.blockRows)
      for x in stride(from: 0, to: ow, by: shape.blockColumns) {
        convolveBlock(
          shape, pictures: pictures, rows: rows, columns: x..<min(ow, x + shape.blockColumns),
          input: input, weight: weight, bias: bias, slope: slope, output: output, scratch: scratch)
      }
    }
  }
}

/// One block: patches, product, then bias and activation on the way to the output.
private func convolveBlock(
  _ shape: PlanarConvolutionShape, pictures: Range<Int>, rows: Range<Int>, columns: Range<Int>,
  input: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
  slope: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>,
  scratch: UnsafeMutablePointer<Float>
) {
  // Several rows are always whole rows, so a block's pixels of one picture are contiguous.
  let area = rows.count * columns.count
  let pixels = pictures.count * area
  let products = scratch + shape.patchSize * pixels
  gatherPatches(shape, input, pictures: pictures, rows: rows, columns: columns, into: scratch)
  matrixProduct(
    left: weight, leftStride: shape.patchSize, right: scratch, rightStride: pixels,
    product: products, productStride: pixels, rows: shape.outputChannels, columns: pixels,
    inner: shape.patchSize)
  let offset = rows.lowerBound * shape.outputWidth + columns.lowerBound
  for k in 0..<shape.outputChannels {
    for n in pictures {
      activate(
        products + k * pixels + (n - pictures.lowerBound) * area, bias: bias[k],
        slope: slope?[k] ?? 1, count: area,
        into: output + (n * shape.outputChannels + k) * shape.outputArea + offset)
    }
  }
}

/// im2col of one block: row (c, ky, kx) holds the input of each picture shifted by (ky, kx).
private func gatherPatches(
  _ shape: PlanarConvolutionShape, _ input: UnsafePointer<Float>, pictures: Range<Int>,
  rows: Range<Int>, columns: Range<Int>, into patches: UnsafeMutablePointer<Float>
) {
  var target = patches
  for c in 0..<shape.inputChannels {
    for ky in 0..<shape.kernel {
      for kx in 0..<shape.kernel {
        for n in pictures {
          let plane = input + n * shape.inputCount + c * shape.inputHeight * shape.inputWidth
          for row in rows {
            let source = plane + (row + ky) * shape.inputWidth + columns.lowerBound + kx
            copyRow(source, count: columns.count, to: target)
            target += columns.count
          }
        }
      }
    }
  }
}

/// Copies a row. Most rows of MTCNN's maps have 8 to 50 pixels, for which a call of `memcpy` costs
/// more than the copy: the last 8 pixels are copied with some of those before once more.
@inline(__always)
private func copyRow(
  _ source: UnsafePointer<Float>, count: Int, to target: UnsafeMutablePointer<Float>
) {
  guard count >= 8, count < 128 else { return target.update(from: source, count: count) }
  let (bytes, output) = (UnsafeRawPointer(source), UnsafeMutableRawPointer(target))
  let last = (count - 8) * 4
  var offset = 0
  while offset < last {
    let pixels = bytes.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
    output.storeBytes(of: pixels, toByteOffset: offset, as: SIMD8<Float>.self)
    offset += 32
  }
  let pixels = bytes.loadUnaligned(fromByteOffset: last, as: SIMD8<Float>.self)
  output.storeBytes(of: pixels, toByteOffset: last, as: SIMD8<Float>.self)
}

/// Adds `bias` and multiplies what is negative by `slope` (1: leaves it).
///
/// A plain loop with a selection: the compiler makes vectors of it, whereas `pointwiseMax` on SIMD
/// types becomes calls per lane. `input` may be `output`.
func activate(
  _ input: UnsafePointer<Float>, bias: Float, slope: Float, count: Int,
  into output: UnsafeMutablePointer<Float>
) {
  for i in 0..<count {
    let value = input[i] + bias
    output[i] = value > 0 ? value : slope * value
  }
}
