// Convolutions as products: blocks of im2col patches that are multiplied while they lie in the cache.

/// Convolution: `output[p, k] = sum(patch[p, j] * weight[k, j])` for each output pixel `p`.
///
/// - Parameters:
///   - count: pictures.
///   - input: (n, c / lanes, h, w, lanes), readable to 16 floats behind its end.
///   - weight: packed, `outputChannels x patchSize`.
///   - output: `nChw8c`.
///   - scratch: `shape.scratchCount` floats.
func blockedConvolutionForward(
  _ shape: BlockedConvolutionShape, count: Int, input: UnsafePointer<Float>,
  weight: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
  scratch: UnsafeMutablePointer<Float>
) {
  forEachProduct(shape, count: count, input: input, weight: weight, scratch: scratch) {
    pixels, rows in
    scatterRows(shape.output, rows, pixels: pixels, into: output)
  }
}

/// Convolution with a folded BatchNorm: adds `bias` and, if there is one, `residual`, and rectifies.
///
/// - Parameters: as of `blockedConvolutionForward`, and
///   - bias: `outputChannels`.
///   - residual: like `output`, which it may be, or nil.
func foldedConvolutionForward(
  _ shape: BlockedConvolutionShape, count: Int, input: UnsafePointer<Float>,
  weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, residual: UnsafePointer<Float>?,
  rectify: Bool, output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
) {
  forEachProduct(shape, count: count, input: input, weight: weight, scratch: scratch) {
    pixels, rows in
    scatterRows(
      shape.output, rows, pixels: pixels, bias: bias, residual: residual, rectify: rectify,
      into: output)
  }
}

/// Calls `body` with the products of each block of pixels, one row per pixel.
@inline(__always)
private func forEachProduct(
  _ shape: BlockedConvolutionShape, count: Int, input: UnsafePointer<Float>,
  weight: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
  _ body: (_ pixels: Range<Int>, _ rows: UnsafePointer<Float>) -> Void
) {
  let total = count * shape.outputArea
  let rows = scratch
  let patches = scratch + shape.blockPixels * shape.outputChannels
  for first in stride(from: 0, to: total, by: shape.blockPixels) {
    let pixels = first..<min(total, first + shape.blockPixels)
    gatherPatches(shape, input, pixels: pixels, into: patches)
    matrixProduct(
      left: patches, leftStride: shape.patchSize, right: weight, rightStride: shape.patchSize,
      transposeRight: true, product: rows, productStride: shape.outputChannels,
      rows: pixels.count, columns: shape.outputChannels, inner: shape.patchSize)
    body(pixels, rows)
  }
}

/// Gradients of a convolution; both are added to what is there.
///
/// - Parameters:
///   - input: what the forward pass got.
///   - weight: packed, `outputChannels x patchSize`.
///   - outputGrad: `nChw8c`.
///   - inputGrad: like `input`, or nil if nobody needs it.
///   - weightGrad: packed like `weight`.
///   - scratch: `shape.scratchCount` floats.
func blockedConvolutionBackward(
  _ shape: BlockedConvolutionShape, count: Int, input: UnsafePointer<Float>,
  weight: UnsafePointer<Float>, outputGrad: UnsafePointer<Float>,
  inputGrad: UnsafeMutablePointer<Float>?, weightGrad: UnsafeMutablePointer<Float>,
  scratch: UnsafeMutablePointer<Float>
) {
  let total = count * shape.outputArea
  let (channels, patchSize) = (shape.outputChannels, shape.patchSize)
  let rows = scratch
  let patches = scratch + shape.blockPixels * channels
  for first in stride(from: 0, to: total, by: shape.blockPixels) {
    let pixels = first..<min(total, first + shape.blockPixels)
    gatherRows(shape.output, outputGrad, pixels: pixels, into: rows)
    gatherPatches(shape, input, pixels: pixels, into: patches)
    matrixProduct(
      left: rows, leftStride: channels, transposeLeft: true, right: patches,
      rightStride: patchSize, product: weightGrad, productStride: patchSize, rows: channels,
      columns: patchSize, inner: pixels.count, accumulate: true)
    guard let inputGrad else { continue }
    matrixProduct(
      left: rows, leftStride: channels, right: weight, rightStride: patchSize, product: patches,
      productStride: patchSize, rows: pixels.count, columns: patchSize, inner: channels)
    scatterPatches(shape, patches, pixels: pixels, addingTo: inputGrad)
  }
}
