import Kernels

/// A convolution of 3x3 kernels with stride 1 and padding 1 by Winograd's F(4x4, 3x3): 36 products of
/// matrices instead of 144 multiplications per 4x4 outputs, a quarter of the work. Where a side of a
/// picture is no multiple of four, some of its tiles have three outputs, and no product at infinity: see
/// `TileAxis`.
///
/// WinogradTransform.swift has the matrices, `TiledWinograd` the passes, `TileRows` the layout of the
/// points. Here is what belongs to stride 1: a row of tiles goes through the transform along columns at
/// once, into a strip whose columns neighbouring tiles share, because their windows overlap by two.
struct WinogradConvolution: TiledWinograd {
  let shape: ConvolutionShape
  let steps: TileSteps
  let weights: WinogradWeights<WinogradTile.Weight, WinogradTile.WeightGrad>

  /// - Precondition: `computes(shape)`.
  init(_ shape: ConvolutionShape, pictures: Int, tuning: Tuning? = nil) {
    precondition(Self.computes(shape), "Winograd's algorithm is for 3x3 kernels with stride 1")
    let tuning = tuning ?? Tuning(shape)
    self.shape = shape
    steps = TileSteps(shape, pictures: pictures, tuning)
    // Weights at their points are 36 numbers for 9 taps. Many blocks of tiles share the cost of
    // transforming them once, when they are packed; few blocks are faster with taps from memory, which
    // each block transforms in the level-2 cache.
    weights = WinogradWeights(
      shape: shape, packsPoints: steps.totalRows > tuning.transformedBlocks * steps.forwardRows)
  }

  static func computes(_ shape: ConvolutionShape) -> Bool {
    shape.kernel == 3 && shape.stride == 1 && shape.padding == 1 && shape.inputChannels != 3
  }

  var algorithm: String { "Winograd F(4,3)" }

  /// A strip, (point, column, lane): one row of tiles after the transform along columns. The first
  /// window starts a column before the first output and the last one ends a column after the last.
  var halfCount: Int { WinogradTile.side * (columnAxis.outputs + 2) * lanes }

  /// Workers share chunks of targets as long as there is one for each: all read different weights.
  var tilesOfPart: Int { .max }

  func withTiles(_ order: TileOrder, _ body: (TileRows) -> Void) { body(TileRows(order)) }

  /// The gradient of the output is transformed as the input is: the correlation is the same, with
  /// kernels that `packBackward` rotates.
  func transformSource(
    _ pass: WinogradPass, _ tiles: TileRows, _ input: ConvolutionInput, _ maps: BlockedShape,
    into points: UnsafeMutablePointer<Float>, half: UnsafeMutablePointer<Float>
  ) {
    transformInput(tiles, input, maps, into: points, strip: half)
  }

  func transformTarget(
    _ pass: WinogradPass, _ tiles: TileRows, _ sums: UnsafePointer<Float>, _ maps: BlockedShape,
    chunkIndex: Int, into output: ConvolutionOutput, half: UnsafeMutablePointer<Float>
  ) {
    transformOutput(tiles, sums, maps, chunkIndex: chunkIndex, into: output, scratch: half)
  }

  func transformOutputGrad(
    _ tiles: TileRows, _ outputGrad: UnsafePointer<Float>, chunkIndex: Int,
    into points: UnsafeMutablePointer<Float>, half: UnsafeMutablePointer<Float>
  ) {
    transformOutputGrad(
      tiles, outputGrad, outputMaps, chunkIndex: chunkIndex, into: points, strip: half)
  }

  /// Where one chunk becomes one chunk, sums overwrite their points, which leaves more of the level-2
  /// cache to the weights. No other target needs the points, and a register tile that is as wide as the
  /// chunk has read all of its rows before it writes them. Measured when it was introduced, AVX-512,
  /// 64 channels on 56x56: forward 1.17 to 1.2 times as fast, together with the transform of the outputs
  /// by rows.
  func sumsOverwritePoints(from source: BlockedShape, to target: BlockedShape) -> Bool {
    source.chunks == 1 && target.chunks == 1
      && tileWidth(at: 0, of: target.blocks) == target.blocks
  }
}
