import Kernels

/// A convolution of 3x3 kernels with stride 2 and padding 1 by Winograd's algorithm on the phases of
/// its input, its even and odd rows and columns: 81 products of matrices instead of 144 multiplications
/// per 4x4 outputs, 56 %. WinogradStridedTransform.swift has the mathematics.
///
/// As in `WinogradConvolution`, rows of tiles are transformed some at a time, lie in chunks of 64
/// channels meanwhile, and are multiplied and transformed back:
///
///     pixels -> points [source / 64][81][tile][source % 64]
///     points * weights [target / 64][36][source][target % 64] -> sums [81][tile][target % 64]
///     sums -> pixels
///
/// The points of even pixels share their weights, and so 81 points meet 36 matrices of weights: a chunk
/// of weights, 16 KB in the level-1 cache, is multiplied with 2.25 times as many rows as there are
/// tiles. What is read from afar are weights; up to 128 channels, 28 tiles are enough to hide that, and
/// a chunk of points, 580 KB, stays in a level-2 cache. With more channels, points don't stay there
/// anyway, and 64 tiles meet the weights at once; 32 of 512 channels, whose points take much memory.
///
/// There are more points than pixels, 81 for 64 inputs or 16 outputs, and so transforms take a third of
/// the time with 64 channels, a sixth with 256: with fewer than 64, nothing is saved.
struct WinogradStridedConvolution: ConvolutionKernel {
  let shape: ConvolutionShape
  let group: Int

  /// Tiles that cover a picture.
  let rowAxis: TileAxis
  private let columnAxis: TileAxis
  private let pictures: Int
  /// Most rows of tiles that `forward` and `inputGrad` transform at a time, and `weightGrad`.
  private let forwardRows: Int
  private let gradRows: Int
  private let weights: WinogradWeights<StridedTile.Weight, StridedTile.WeightGrad>

  /// - Precondition: `computes(shape)`.
  init(_ shape: ConvolutionShape, pictures: Int, tuning: Tuning? = nil) {
    precondition(Self.computes(shape), "phases are those of 3x3 kernels with stride 2")
    self.shape = shape
    self.pictures = pictures
    rowAxis = TileAxis(outputs: shape.outputHeight)
    columnAxis = TileAxis(outputs: shape.outputWidth)
    let tuning = tuning ?? Tuning(shape)
    forwardRows = max(1, tuning.forwardTiles / columnAxis.count)
    gradRows = max(1, tuning.gradTiles / columnAxis.count)
    let rows = max(forwardRows, gradRows)
    group = min(pictures, (rows + rowAxis.count - 1) / rowAxis.count)
    weights = WinogradWeights(shape: shape, packsPoints: true)
  }

  static func computes(_ shape: ConvolutionShape) -> Bool {
    shape.kernel == 3 && shape.stride == 2 && shape.padding == 1 && shape.inputChannels != 3
  }

  /// Whether it is faster than a direct convolution: there are channels enough to make up for the
  /// transforms, tiles enough for the weights, and outputs enough in the tiles.
  var isFaster: Bool {
    let tiles = pictures * rowAxis.count * columnAxis.count
    let products = StridedTile.points(of: rowAxis) * StridedTile.points(of: columnAxis)
    return shape.inputChannels >= Tuning.chunk && tiles >= Tuning.fewestTiles
      && Double(products) <= Tuning.largestStridedShare * Double(9 * shape.outputArea)
  }

  var algorithm: String { "Winograd F(4,2)" }

  /// Feature maps of either side.
  private var inputMaps: BlockedShape {
    BlockedShape(
      channels: shape.inputChannels, height: shape.inputHeight, width: shape.inputWidth,
      lanes: lanes)
  }
  private var outputMaps: BlockedShape { shape.output }

  var packedCount: Int { weights.packedCount }
  var packedBackwardCount: Int { weights.packedCount }
  /// Whether one call sums the gradients of all pictures.
  private var sumsAtOnce: Bool { pictures * rowAxis.count <= gradRows }
  var gradSumCount: Int {
    (sumsAtOnce ? 1 : inputMaps.chunks * outputMaps.chunks) * weights.gradSumCount
  }
  /// A tile that is half transformed, the points of all chunks of one side and of a chunk of the other.
  var scratchCount: Int {
    let chunks = max(inputMaps.chunks, outputMaps.chunks) + 1
    return halfCount
      + max(
        chunks * mostFloats(rows: forwardRows), (inputMaps.chunks + 1) * mostFloats(rows: gradRows))
  }
  /// Most floats of a chunk's points.
  private func mostFloats(rows: Int) -> Int {
    StridedTiles.mostFloats(tiles: min(rows, pictures * rowAxis.count) * columnAxis.count)
  }
  /// Floats of a tile that is half transformed.
  private var halfCount: Int { StridedTile.points * lanes }

  func pack(
    _ weight: UnsafePointer<Float>, outputs: Range<Int>, scale: UnsafePointer<Float>?,
    into packed: UnsafeMutablePointer<Float>
  ) {
    weights.pack(weight, outputs: outputs, scale: scale, into: packed)
  }

  func packBackward(
    _ weight: UnsafePointer<Float>, inputs: Range<Int>, into packed: UnsafeMutablePointer<Float>
  ) {
    weights.packBackward(weight, inputs: inputs, into: packed)
  }

  func forward(
    count: Int, input: ConvolutionInput, weight: UnsafePointer<Float>, output: ConvolutionOutput,
    part: WorkPart, scratch: UnsafeMutablePointer<Float>
  ) {
    correlate(
      StridedTile.Input.self, StridedTile.Output.self, count: count, input: input,
      from: inputMaps, weight: weight, output: output, to: outputMaps, part: part,
      scratch: scratch)
  }

  /// The gradient of the input is made of four correlations of the outputs' gradient, one for each
  /// phase, which share their points.
  func inputGrad(
    count: Int, outputGrad: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    inputGrad: UnsafeMutablePointer<Float>, adds: Bool, scratch: UnsafeMutablePointer<Float>
  ) {
    correlate(
      StridedTile.BackwardInput.self, StridedTile.BackwardOutput.self, count: count,
      input: ConvolutionInput(outputGrad), from: outputMaps, weight: weight,
      output: adds ? .adding(to: inputGrad) : ConvolutionOutput(inputGrad), to: inputMaps,
      part: .whole, scratch: scratch)
  }

  private func correlate<Source: StridedSource, Target: StridedTarget>(
    _ sourceMap: Source.Type, _ targetMap: Target.Type, count: Int, input: ConvolutionInput,
    from source: BlockedShape, weight: UnsafePointer<Float>, output: ConvolutionOutput,
    to target: BlockedShape, part: WorkPart, scratch: UnsafeMutablePointer<Float>
  ) {
    let share = share(part, count: count, chunks: target.chunks)
    let points = scratch + halfCount
    forEachTiles(share.rows, atMost: forwardRows) { tiles in
      let sums = points + source.chunks * tiles.chunkStep
      transformSources(sourceMap, tiles, input, source, into: points, half: scratch)
      for targetChunk in share.chunks {
        weights.multiply(
          tiles, points, from: source, weight, to: target, targetChunk: targetChunk, into: sums,
          scratch: sums + tiles.chunkStep)
        transformTarget(
          targetMap, tiles, sums, target, chunkIndex: targetChunk, into: output, half: scratch)
      }
    }
  }

  /// The rows of tiles and chunks of targets that a part of the work is: rows where each worker gets
  /// enough of them to read all weights for, else chunks, which all workers transform the input for.
  private func share(
    _ part: WorkPart, count: Int, chunks: Int
  ) -> (rows: Range<Int>, chunks: Range<Int>) {
    let rows = count * rowAxis.count
    guard rows * columnAxis.count < Tuning.stridedTilesOfPart * part.count, chunks >= part.count
    else {
      return (part.share(of: rows), 0..<chunks)
    }
    return (0..<rows, part.share(of: chunks))
  }

  /// Calls `body` for some rows of tiles, counted through all pictures, in nearly equal steps.
  private func forEachTiles(
    _ rows: Range<Int>, atMost limit: Int, _ body: (StridedTiles) -> Void
  ) {
    guard !rows.isEmpty else { return }
    let step = evenPart(of: rows.count, atMost: limit)
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: step) {
      let step = first..<min(rows.upperBound, first + step)
      StridedTiles.with(TileOrder(step, of: rowAxis, by: columnAxis), body)
    }
  }

  /// Pixels of all chunks to their points.
  private func transformSources<Source: StridedSource>(
    _ map: Source.Type, _ tiles: StridedTiles, _ input: ConvolutionInput, _ maps: BlockedShape,
    into points: UnsafeMutablePointer<Float>, half: UnsafeMutablePointer<Float>
  ) {
    for chunk in 0..<maps.chunks {
      transformSource(
        map, tiles, input, maps, chunkIndex: chunk, into: points + chunk * tiles.chunkStep,
        half: half)
    }
  }

  func weightGrad(
    count: Int, input: ConvolutionInput, outputGrad: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Float>, isFirst: Bool, isLast: Bool,
    weightGrad: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    precondition(
      !sumsAtOnce || (isFirst && isLast),
      "a gradient of weights is collected over groups of \(group) pictures")
    let total = count * rowAxis.count
    var accumulates = !isFirst
    let points = scratch + halfCount
    forEachTiles(0..<total, atMost: gradRows) { tiles in
      let gradPoints = points + inputMaps.chunks * tiles.chunkStep
      transformSources(StridedTile.Input.self, tiles, input, inputMaps, into: points, half: scratch)
      // Sums that are complete are transformed before others take their place in the caches. When
      // everything is summed at once, all pairs of chunks share the room of the first.
      let isComplete = isLast && tiles.order.rows.upperBound == total
      let isAlone = isComplete && !accumulates
      for outputChunk in 0..<outputMaps.chunks {
        transformSource(
          StridedTile.OutputGrad.self, tiles, ConvolutionInput(outputGrad), outputMaps,
          chunkIndex: outputChunk, into: gradPoints, half: scratch)
        for inputChunk in 0..<inputMaps.chunks {
          let index = isAlone ? 0 : inputChunk &* outputMaps.chunks &+ outputChunk
          let sums = sums + index &* weights.gradSumCount
          weights.addProducts(
            tiles, points + inputChunk &* tiles.chunkStep, gradPoints, inputChunk: inputChunk,
            outputChunk: outputChunk, to: sums, accumulates: accumulates,
            completing: isComplete ? weightGrad : nil)
        }
      }
      accumulates = true
    }
  }
}
