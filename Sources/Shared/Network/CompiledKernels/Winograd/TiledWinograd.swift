import Kernels

/// How tiles cover the outputs of a layer, and how many of them are computed at a time.
///
/// Rows of tiles are counted through all pictures of a call: row `r` is row `r % rowAxis.count` of
/// picture `r / rowAxis.count`. Whole rows are computed at a time.
struct TileSteps: Sendable {
  /// How many pictures a layer usually gets.
  let pictures: Int
  let rowAxis: TileAxis
  let columnAxis: TileAxis
  /// Most rows of tiles in a step of `forward` and `inputGrad`.
  let forwardRows: Int
  /// Most rows of tiles in a step of `weightGrad`.
  let gradRows: Int

  init(_ shape: ConvolutionShape, pictures: Int, _ tuning: Tuning) {
    self.pictures = pictures
    rowAxis = TileAxis(outputs: shape.outputHeight)
    columnAxis = TileAxis(outputs: shape.outputWidth)
    forwardRows = max(1, tuning.forwardTiles / columnAxis.count)
    gradRows = max(1, tuning.gradTiles / columnAxis.count)
  }

  /// Rows of tiles of all pictures.
  var totalRows: Int { pictures * rowAxis.count }
  /// Tiles of all pictures.
  var totalTiles: Int { totalRows * columnAxis.count }

  /// Pictures that fill the larger step.
  var group: Int {
    let rows = max(forwardRows, gradRows)
    return min(pictures, (rows + rowAxis.count - 1) / rowAxis.count)
  }

  /// Whether one call of `weightGrad` sums the gradients of all pictures in one step.
  var sumsAtOnce: Bool { totalRows <= gradRows }

  /// Most tiles of a step of this many rows. A call may get more pictures than usual, so that
  /// `totalRows` bounds nothing.
  func mostTiles(rows: Int) -> Int { rows * columnAxis.count }

  /// Calls `body` for some rows of tiles in nearly equal steps.
  @inline(__always)
  func forEach(_ rows: Range<Int>, atMost limit: Int, _ body: (TileOrder) -> Void) {
    guard !rows.isEmpty else { return }
    // 14 rows in steps of at most 12 are 7 + 7, not 12 + 2: a product with few rows leaves the register
    // tiles of `multiplyRows` half empty.
    let step = evenPart(of: rows.count, atMost: limit)
    var first = rows.lowerBound
    while first < rows.upperBound {
      let last = min(rows.upperBound, first &+ step)
      body(TileOrder(first..<last, of: rowAxis, by: columnAxis))
      first = last
    }
  }
}

/// Which pass of a layer a transform belongs to.
enum WinogradPass {
  /// From the input's maps to the output's.
  case forward
  /// From the gradient of the output to that of the input.
  case backward
}

/// What the algorithms for 3x3 kernels with stride 1 and with stride 2 share: all three passes, from
/// transforms that differ.
///
/// A step computes some rows of tiles, few enough that what they become stays in the level-2 cache. For
/// `forward` and `inputGrad` it is
///
///     source maps -> points [source / 64][point][tile][source % 64]                 B^T d B
///     points * weights [target / 64][matrix][source][target % 64] -> sums [point][tile][target % 64]
///     sums -> target maps                                                           A^T m A
///
/// where a matrix of weights belongs to one point (stride 1) or to several (stride 2). For `weightGrad`
/// it is
///
///     input maps -> points [input / 64][point][tile][input % 64]                    B^T d B
///     gradient of a chunk of outputs -> points [point][tile][output % 64]           A y A^T
///     transpose(points) * points of gradients -> sums [matrix][input % 64][output % 64]
///     after the last step: sums -> gradient of the taps                             G^T m G
///
/// Chunks of 64 channels give all matrices one constant stride of rows, and make a matrix of weights
/// 16 KB large, so that it stays in the level-1 cache while all tiles of a step are multiplied with it.
///
/// The scratch memory of a step is
///
///     half-transformed tiles | points of all chunks | points or sums of a chunk | transformed taps
protocol TiledWinograd: ConvolutionKernel {
  /// G: three taps to six points; and G^T, back.
  associatedtype Weight: TileMap
  associatedtype WeightGrad: TileMap
  /// Where a step's points lie.
  associatedtype Tiles: PointMatrices

  var steps: TileSteps { get }
  var weights: WinogradWeights<Weight, WeightGrad> { get }
  /// Floats of half-transformed tiles.
  var halfCount: Int { get }
  /// Workers that compute a layer together share tiles where each gets as many as this, else chunks of
  /// targets.
  var tilesOfPart: Int { get }

  /// Calls `body` with the addresses of a step's points.
  func withTiles(_ order: TileOrder, _ body: (Tiles) -> Void)

  /// Maps of all chunks of the source to their points.
  func transformSource(
    _ pass: WinogradPass, _ tiles: Tiles, _ input: ConvolutionInput, _ maps: BlockedShape,
    into points: UnsafeMutablePointer<Float>, half: UnsafeMutablePointer<Float>)

  /// Sums of one chunk of the target to maps, with what follows.
  func transformTarget(
    _ pass: WinogradPass, _ tiles: Tiles, _ sums: UnsafePointer<Float>, _ maps: BlockedShape,
    chunkIndex: Int, into output: ConvolutionOutput, half: UnsafeMutablePointer<Float>)

  /// Gradients of one chunk of outputs to their points.
  func transformOutputGrad(
    _ tiles: Tiles, _ outputGrad: UnsafePointer<Float>, chunkIndex: Int,
    into points: UnsafeMutablePointer<Float>, half: UnsafeMutablePointer<Float>)

  /// Whether sums may overwrite the points that they are made of.
  func sumsOverwritePoints(from source: BlockedShape, to target: BlockedShape) -> Bool
}

extension TiledWinograd {
  var rowAxis: TileAxis { steps.rowAxis }
  var columnAxis: TileAxis { steps.columnAxis }

  var inputMaps: BlockedShape { weights.inputMaps }
  var outputMaps: BlockedShape { weights.outputMaps }

  var group: Int { steps.group }
  var packedCount: Int { weights.packedCount }
  var packedBackwardCount: Int { weights.packedCount }

  var gradSumCount: Int {
    // If one step sums all pictures, each pair of chunks is finished before the next one begins, so
    // that the memory of one pair is enough.
    (steps.sumsAtOnce ? 1 : inputMaps.chunks * outputMaps.chunks) * weights.gradSumCount
  }

  var scratchCount: Int {
    // One chunk more than the source has: for sums, or for the points of gradients.
    func points(chunks: Int, rows: Int) -> Int {
      (chunks + 1) * Tiles.mostFloats(tiles: steps.mostTiles(rows: rows))
    }
    let chunks = max(inputMaps.chunks, outputMaps.chunks)
    return halfCount
      + max(
        points(chunks: chunks, rows: steps.forwardRows) + weights.transformedCount,
        points(chunks: inputMaps.chunks, rows: steps.gradRows))
  }

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
      .forward, count: count, input: input, from: inputMaps, weight: weight, output: output,
      to: outputMaps, part: part, scratch: scratch)
  }

  /// The gradient of the input is a correlation of the gradient of the output with kernels that are
  /// rotated by 180 degrees. With stride 2 each phase of the input is a correlation of its own;
  /// `BackwardInput` and `BackwardOutput` compute all four in one pass.
  func inputGrad(
    count: Int, outputGrad: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    inputGrad: UnsafeMutablePointer<Float>, adds: Bool, scratch: UnsafeMutablePointer<Float>
  ) {
    correlate(
      .backward, count: count, input: ConvolutionInput(outputGrad), from: outputMaps,
      weight: weight,
      output: adds ? .adding(to: inputGrad) : ConvolutionOutput(inputGrad), to: inputMaps,
      part: .whole, scratch: scratch)
  }

  private func correlate(
    _ pass: WinogradPass, count: Int, input: ConvolutionInput, from source: BlockedShape,
    weight: UnsafePointer<Float>, output: ConvolutionOutput, to target: BlockedShape,
    part: WorkPart, scratch: UnsafeMutablePointer<Float>
  ) {
    let share = share(part, rows: count * rowAxis.count, chunks: target.chunks)
    let half = scratch
    let points = half + halfCount
    steps.forEach(share.rows, atMost: steps.forwardRows) { order in
      withTiles(order) { tiles in
        // All chunks of the source are needed for each chunk of the target, and so their points come
        // first; sums of one chunk of the target at a time follow them.
        let end = points + source.chunks * tiles.chunkStep
        let sums = sumsOverwritePoints(from: source, to: target) ? points : end
        let transformed = sums + tiles.chunkStep
        transformSource(pass, tiles, input, source, into: points, half: half)
        for targetChunk in share.chunks {
          weights.multiply(
            tiles, points, from: source, weight, to: target, targetChunk: targetChunk, into: sums,
            scratch: transformed)
          transformTarget(
            pass, tiles, sums, target, chunkIndex: targetChunk, into: output, half: half)
        }
      }
    }
  }

  /// The rows of tiles and the chunks of targets that a part of the work is. Workers that share rows
  /// read all weights each; workers that share chunks transform all of the source each.
  private func share(
    _ part: WorkPart, rows: Int, chunks: Int
  ) -> (rows: Range<Int>, chunks: Range<Int>) {
    // Tiles for each worker, rounded down.
    let sharesRows = rows * columnAxis.count / part.count >= tilesOfPart
    guard !sharesRows, chunks >= part.count else { return (part.share(of: rows), 0..<chunks) }
    return (0..<rows, part.share(of: chunks))
  }

  func weightGrad(
    count: Int, input: ConvolutionInput, outputGrad: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Float>, isFirst: Bool, isLast: Bool,
    weightGrad: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    precondition(
      !steps.sumsAtOnce || (isFirst && isLast),
      "a gradient of weights is collected over groups of \(group) pictures")
    // Rows of tiles of all pictures of this call; sums go on from call to call.
    let total = count * rowAxis.count
    let half = scratch
    let points = half + halfCount
    var accumulates = !isFirst
    steps.forEach(0..<total, atMost: steps.gradRows) { order in
      withTiles(order) { tiles in
        let gradPoints = points + inputMaps.chunks * tiles.chunkStep
        transformSource(.forward, tiles, input, inputMaps, into: points, half: half)
        // Sums that are complete are transformed while they are in the level-2 cache. When everything
        // is summed at once, all pairs of chunks use the memory of the first.
        let isComplete = isLast && order.rows.upperBound == total
        let isAlone = isComplete && !accumulates
        for outputChunk in 0..<outputMaps.chunks {
          transformOutputGrad(
            tiles, outputGrad, chunkIndex: outputChunk, into: gradPoints, half: half)
          for inputChunk in 0..<inputMaps.chunks {
            // [input chunk][output chunk][matrix][input % 64][output % 64]
            let index = isAlone ? 0 : inputChunk &* outputMaps.chunks &+ outputChunk
            weights.addProducts(
              tiles, points + inputChunk &* tiles.chunkStep, gradPoints, inputChunk: inputChunk,
              outputChunk: outputChunk, to: sums + index &* weights.gradSumCount,
              accumulates: accumulates, completing: isComplete ? weightGrad : nil)
          }
        }
      }
      accumulates = true
    }
  }
}
