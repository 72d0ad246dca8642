import Kernels

/// A convolution of 3x3 kernels with stride 2 and padding 1 by Winograd's algorithm on the phases of
/// its input, its even and odd rows and columns: 81 products of matrices instead of 144 multiplications
/// per 4x4 outputs, 56 %. WinogradStridedTransform.swift has the mathematics, `TiledWinograd` the passes,
/// `StridedTiles` the layout of the points.
///
/// The points of even pixels share their weights, and so 81 points meet 36 matrices of weights: each is
/// multiplied with 2.25 times as many rows as there are tiles.
///
/// Both gradients of a strided 3x3 layer are computed by `TiledWinograd` with the maps of `StridedTile`:
/// `inputGrad` with `BackwardInput` and `BackwardOutput`, `weightGrad` with `Input`, `OutputGrad` and
/// `WeightGrad`. Layers for which `isFaster` says no are computed by `DirectConvolution`.
///
/// There are more points than pixels, 81 for 64 inputs or 16 outputs, and so transforms take a third of
/// the time with 64 channels, a sixth with 256: with fewer than 64, nothing is saved.
struct WinogradStridedConvolution: TiledWinograd {
  let shape: ConvolutionShape
  let steps: TileSteps
  let weights: WinogradWeights<StridedTile.Weight, StridedTile.WeightGrad>

  /// - Precondition: `computes(shape)`.
  init(_ shape: ConvolutionShape, pictures: Int, tuning: Tuning? = nil) {
    precondition(Self.computes(shape), "phases are those of 3x3 kernels with stride 2")
    self.shape = shape
    steps = TileSteps(shape, pictures: pictures, tuning ?? Tuning(shape))
    weights = WinogradWeights(shape: shape, packsPoints: true)
  }

  static func computes(_ shape: ConvolutionShape) -> Bool {
    shape.kernel == 3 && shape.stride == 2 && shape.padding == 1 && shape.inputChannels != 3
  }

  /// Whether it is faster than a direct convolution: there are channels enough to make up for the
  /// transforms, tiles enough for the weights, and outputs enough in the tiles.
  var isFaster: Bool {
    // A direct convolution has nine products for each output.
    let products = StridedTile.points(of: rowAxis) * StridedTile.points(of: columnAxis)
    return shape.inputChannels >= chunk && steps.totalTiles >= Tuning.fewestTiles
      && Double(products) <= Tuning.largestStridedShare * Double(9 * shape.outputArea)
  }

  var algorithm: String { "Winograd F(4,2)" }

  /// One tile after the transform along columns, (point, pixel or point, lane).
  var halfCount: Int { StridedTile.points * lanes }

  var tilesOfPart: Int { Tuning.stridedTilesOfPart }

  func withTiles(_ order: TileOrder, _ body: (StridedTiles) -> Void) {
    StridedTiles.with(order, body)
  }

  func transformSource(
    _ pass: WinogradPass, _ tiles: StridedTiles, _ input: ConvolutionInput, _ maps: BlockedShape,
    into points: UnsafeMutablePointer<Float>, half: UnsafeMutablePointer<Float>
  ) {
    for chunk in 0..<maps.chunks {
      let points = points + chunk * tiles.chunkStep
      switch pass {
      case .forward:
        transformSource(
          StridedTile.Input.self, tiles, input, maps, chunkIndex: chunk, into: points, half: half)
      case .backward:
        transformSource(
          StridedTile.BackwardInput.self, tiles, input, maps, chunkIndex: chunk, into: points,
          half: half)
      }
    }
  }

  func transformTarget(
    _ pass: WinogradPass, _ tiles: StridedTiles, _ sums: UnsafePointer<Float>,
    _ maps: BlockedShape, chunkIndex: Int, into output: ConvolutionOutput,
    half: UnsafeMutablePointer<Float>
  ) {
    switch pass {
    case .forward:
      transformTarget(
        StridedTile.Output.self, tiles, sums, maps, chunkIndex: chunkIndex, into: output,
        half: half)
    case .backward:
      transformTarget(
        StridedTile.BackwardOutput.self, tiles, sums, maps, chunkIndex: chunkIndex, into: output,
        half: half)
    }
  }

  func transformOutputGrad(
    _ tiles: StridedTiles, _ outputGrad: UnsafePointer<Float>, chunkIndex: Int,
    into points: UnsafeMutablePointer<Float>, half: UnsafeMutablePointer<Float>
  ) {
    transformSource(
      StridedTile.OutputGrad.self, tiles, ConvolutionInput(outputGrad), outputMaps,
      chunkIndex: chunkIndex, into: points, half: half)
  }

  /// Strided layers of ResNet18 double the channels: none has one chunk on both sides.
  func sumsOverwritePoints(from source: BlockedShape, to target: BlockedShape) -> Bool { false }
}
