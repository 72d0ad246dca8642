import Kernels

/// A convolution of 3x3 kernels with stride 1 by Winograd's F(4x4, 3x3): 36 products of matrices
/// instead of 144 multiplications per 4x4 outputs, a quarter of the work. Where a side of a picture is
/// no multiple of four, some of its tiles have three outputs, and no product at infinity: see
/// `TileAxis`.
///
/// Rows of tiles, counted through all pictures, are transformed some at a time: few enough that what
/// they become stays in the level-2 cache until it has been multiplied and transformed back. Between
/// the transforms, matrices lie in chunks of 64 channels,
///
///     [channel / 64][point][tile][channel % 64]
///
/// whose row stride is a constant, so that a tile's rows are one cache line apart in every fourth set.
/// Transforms are vectors over the channels of a block.
///
/// Weights at their points are four times as large as the weights. Where many blocks of tiles meet
/// them, they are transformed once, when they are packed; where few do, each block transforms them
/// anew, a pair of chunks at a time in the level-2 cache, which is faster than fetching them from
/// memory.
struct WinogradConvolution: ConvolutionKernel {
  let shape: ConvolutionShape
  let group: Int
  /// Most rows of tiles that `forward` and `inputGrad` transform at a time, and `weightGrad`.
  let forwardRows: Int
  let gradRows: Int

  /// Most rows of tiles that are transformed at a time at all.
  private let mostRows: Int

  /// The tiles that cover a picture.
  let rowAxis: TileAxis
  let columnAxis: TileAxis
  private let weights: WinogradWeights<WinogradTile.Weight, WinogradTile.WeightGrad>
  /// Whether one call sums the gradients of all pictures.
  private let sumsAtOnce: Bool

  /// - Precondition: the kernel is 3x3, the stride 1, and the padding 1.
  init(_ shape: ConvolutionShape, pictures: Int, tuning: Tuning? = nil) {
    precondition(Self.computes(shape), "Winograd's algorithm is for 3x3 kernels with stride 1")
    self.shape = shape
    rowAxis = TileAxis(outputs: shape.outputHeight)
    columnAxis = TileAxis(outputs: shape.outputWidth)
    let tuning = tuning ?? Tuning(shape)
    forwardRows = max(1, tuning.forwardTiles / columnAxis.count)
    gradRows = max(1, tuning.gradTiles / columnAxis.count)
    let rows = max(forwardRows, gradRows)
    group = min(pictures, (rows + rowAxis.count - 1) / rowAxis.count)
    let total = pictures * rowAxis.count
    mostRows = min(rows, total)
    weights = WinogradWeights(
      shape: shape, packsPoints: total > tuning.transformedBlocks * forwardRows)
    sumsAtOnce = total <= gradRows
  }

  static func computes(_ shape: ConvolutionShape) -> Bool {
    shape.kernel == 3 && shape.stride == 1 && shape.padding == 1 && shape.inputChannels != 3
  }

  var algorithm: String { "Winograd F(4,3)" }

  /// Tiles of a picture.
  var tiles: Int { rowAxis.count * columnAxis.count }

  /// Feature maps of either side.
  var inputMaps: BlockedShape {
    BlockedShape(
      channels: shape.inputChannels, height: shape.inputHeight, width: shape.inputWidth,
      lanes: lanes)
  }
  var outputMaps: BlockedShape { shape.output }

  var packedCount: Int { weights.packedCount }
  var packedBackwardCount: Int { weights.packedCount }
  var gradSumCount: Int {
    (sumsAtOnce ? 1 : inputMaps.chunks * outputMaps.chunks) * weights.gradSumCount
  }
  /// A row of tiles half transformed.
  private var stripCount: Int {
    WinogradTile.side * (columnAxis.outputs + 2) * lanes
  }
  /// A row of tiles half transformed, the points of all chunks of one side and of a chunk of the other.
  var scratchCount: Int {
    let points = (max(inputMaps.chunks, outputMaps.chunks) + 1) * WinogradTile.points
    return mostRows * columnAxis.count * points * chunk + points * pointPadding
      + stripCount + weights.transformedCount
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
}

extension WinogradConvolution {
  /// Calls `body` for some rows of tiles, counted through all pictures, in nearly equal steps.
  @inline(__always)
  func forEachTileRows(_ rows: Range<Int>, atMost limit: Int, _ body: (TileRows) -> Void) {
    guard !rows.isEmpty else { return }
    let step = evenPart(of: rows.count, atMost: limit)
    var first = rows.lowerBound
    while first < rows.upperBound {
      let last = min(rows.upperBound, first &+ step)
      body(TileRows(TileOrder(first..<last, of: rowAxis, by: columnAxis)))
      first = last
    }
  }

  func forward(
    count: Int, input: ConvolutionInput, weight: UnsafePointer<Float>, output: ConvolutionOutput,
    part: WorkPart, scratch: UnsafeMutablePointer<Float>
  ) {
    correlate(
      count: count, input: input, from: inputMaps, weight: weight, output: output, to: outputMaps,
      part: part, scratch: scratch)
  }

  /// The gradient of the input is the same correlation with turned kernels.
  func inputGrad(
    count: Int, outputGrad: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    inputGrad: UnsafeMutablePointer<Float>, adds: Bool, scratch: UnsafeMutablePointer<Float>
  ) {
    correlate(
      count: count, input: ConvolutionInput(outputGrad), from: outputMaps, weight: weight,
      output: adds ? .adding(to: inputGrad) : ConvolutionOutput(inputGrad), to: inputMaps,
      part: .whole, scratch: scratch)
  }

  /// - Parameter part: chunks of targets where there are enough of them, which every worker multiplies
  ///   with the same points; else rows of tiles.
  private func correlate(
    count: Int, input: ConvolutionInput, from source: BlockedShape, weight: UnsafePointer<Float>,
    output: ConvolutionOutput, to target: BlockedShape, part: WorkPart,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let sharesChunks = target.chunks >= part.count
    let chunks = sharesChunks ? part.share(of: target.chunks) : 0..<target.chunks
    let total = count * rowAxis.count
    let rows = sharesChunks ? 0..<total : part.share(of: total)
    forEachTileRows(rows, atMost: forwardRows) { tiles in
      let points = scratch
      let sums =
        sumsTakePoints(from: source, to: target)
        ? points : points + source.chunks * tiles.chunkStep
      let strip = sums + tiles.chunkStep
      transformInput(tiles, input, source, into: points, strip: strip)
      for targetChunk in chunks {
        weights.multiply(
          tiles, points, from: source, weight, to: target, targetChunk: targetChunk, into: sums,
          scratch: strip + stripCount)
        transformOutput(tiles, sums, target, chunkIndex: targetChunk, into: output, scratch: strip)
      }
    }
  }

  /// Whether sums take the place of the points that they are made of, which leaves more of the level-2
  /// cache to the weights: nobody else needs the points, and a register tile has read all of its rows
  /// before it writes them, because it is as wide as they are.
  private func sumsTakePoints(from source: BlockedShape, to target: BlockedShape) -> Bool {
    source.chunks == 1 && target.chunks == 1
      && tileWidth(at: 0, of: target.blocks) == target.blocks
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
    forEachTileRows(0..<total, atMost: gradRows) { tiles in
      let points = scratch
      let gradPoints = points + inputMaps.chunks * tiles.chunkStep
      let strip = gradPoints + tiles.chunkStep
      transformInput(tiles, input, inputMaps, into: points, strip: strip)
      // Sums that are complete are transformed while they are in the level-2 cache. When everything is
      // summed at once, all pairs of chunks share the room of the first.
      let isComplete = isLast && tiles.rows.upperBound == total
      let isAlone = isComplete && !accumulates
      for outputChunk in 0..<outputMaps.chunks {
        transformOutputGrad(
          tiles, outputGrad, outputMaps, chunkIndex: outputChunk, into: gradPoints, strip: strip)
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
