import Kernels

/// A convolution of 3x3 kernels with stride 1 by Winograd's F(4x4, 3x3): 36 products of matrices
/// instead of 144 multiplications per 4x4 outputs, a quarter of the work.
///
/// Rows of tiles, counted through all pictures, are transformed some at a time: few enough that what
/// they become stays in the level-2 cache until it has been multiplied and transformed back. Between
/// the transforms, matrices lie in chunks of 64 channels,
///
///     [channel / 64][point][tile][channel % 64]
///
/// whose row stride is a constant, so that a tile's rows are one cache line apart in every fourth set.
/// Transforms are vectors over the channels of a block.
struct WinogradConvolution: ConvolutionKernel {
  let shape: ConvolutionShape
  let group: Int
  /// Most rows of tiles that `forward` and `inputGrad` transform at a time, and `weightGrad`.
  let forwardRows: Int
  let gradRows: Int

  /// Tiles that cover a picture.
  let tileGrid: (rows: Int, columns: Int)

  /// - Precondition: the kernel is 3x3, the stride 1, and the padding 1.
  init(_ shape: ConvolutionShape, pictures: Int) {
    precondition(Self.computes(shape), "Winograd's algorithm is for 3x3 kernels with stride 1")
    self.shape = shape
    let outputs = WinogradTile.outputs
    tileGrid = (
      (shape.outputHeight + outputs - 1) / outputs, (shape.outputWidth + outputs - 1) / outputs
    )
    let channels = max(shape.inputChannels, shape.outputChannels)
    forwardRows = max(1, (channels <= 64 ? 42 : 64) / tileGrid.columns)
    gradRows = max(1, (channels <= 64 ? 42 : channels <= 128 ? 64 : 128) / tileGrid.columns)
    let rows = max(forwardRows, gradRows)
    group = min(pictures, (rows + tileGrid.rows - 1) / tileGrid.rows)
  }

  static func computes(_ shape: ConvolutionShape) -> Bool {
    shape.kernel == 3 && shape.stride == 1 && shape.padding == 1 && shape.inputChannels != 3
  }

  var algorithm: String { "Winograd F(4,3)" }

  /// Feature maps of either side.
  var inputMaps: BlockedShape {
    BlockedShape(
      channels: shape.inputChannels, height: shape.inputHeight, width: shape.inputWidth,
      lanes: lanes)
  }
  var outputMaps: BlockedShape { shape.output }

  var packedCount: Int { weightChunkCount * WinogradTile.points * inputMaps.chunks * outputMaps.chunks }
  var packedBackwardCount: Int { packedCount }
  var gradSumCount: Int { inputMaps.chunks * outputMaps.chunks * WinogradTile.points * gradPointStep }
  var scratchCount: Int {
    let strip = WinogradTile.side * (tileGrid.columns * WinogradTile.outputs + 2) * lanes
    let columns = inputMaps.chunks + outputMaps.chunks
    return max(forwardRows, gradRows) * tileGrid.columns * columns * WinogradTile.points * chunk
      + columns * WinogradTile.points * pointPadding + strip
  }
}

/// Channels of a chunk.
let chunk = 64
/// Floats of a chunk of weights at one point.
let weightChunkCount = chunk * chunk
/// Floats between the matrices of two points, which keep their distance from being a power of two: that
/// would put all points of a tile into the same set of the cache.
let pointPadding = 16
/// Floats from one point's sums of gradients to the next one's.
let gradPointStep = chunk * chunk + pointPadding

extension BlockedShape {
  /// Chunks of channels.
  var chunks: Int { (channels + chunk - 1) / chunk }

  /// Padded channels of a chunk.
  @inline(__always)
  func depth(ofChunk index: Int) -> Int { min(chunk, paddedChannels &- index &* chunk) }
}

/// The largest part of `count` when it is cut into as few nearly equal parts as `limit` allows.
func evenPart(of count: Int, atMost limit: Int) -> Int {
  let parts = (count + limit - 1) / limit
  return (count + parts - 1) / parts
}

/// Rows of tiles that are transformed together, and where their points lie.
struct TileRows {
  let rows: Range<Int>
  let columns: Int
  /// Floats from one point's matrix to the next one's.
  let pointStep: Int

  init(_ rows: Range<Int>, columns: Int) {
    self.rows = rows
    self.columns = columns
    pointStep = rows.count * columns * chunk + pointPadding
  }

  var tiles: Int { rows.count &* columns }
  /// Floats of a chunk's points.
  var chunkStep: Int { WinogradTile.points &* pointStep }
}

extension WinogradConvolution {
  /// Calls `body` for the rows of tiles of some pictures, some at a time.
  @inline(__always)
  func forEachTileRows(count: Int, atMost limit: Int, _ body: (TileRows) -> Void) {
    let total = count &* tileGrid.rows
    let step = evenPart(of: total, atMost: limit)
    var first = 0
    while first < total {
      let last = min(total, first &+ step)
      body(TileRows(first..<last, columns: tileGrid.columns))
      first = last
    }
  }

  func forward(
    count: Int, input: ConvolutionInput, weight: UnsafePointer<Float>, output: ConvolutionOutput,
    scratch: UnsafeMutablePointer<Float>
  ) {
    correlate(
      count: count, input: input, from: inputMaps, weight: weight, output: output, to: outputMaps,
      scratch: scratch)
  }

  /// The gradient of the input is the same correlation with turned kernels.
  func inputGrad(
    count: Int, outputGrad: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    inputGrad: UnsafeMutablePointer<Float>, adds: Bool, scratch: UnsafeMutablePointer<Float>
  ) {
    correlate(
      count: count, input: ConvolutionInput(outputGrad), from: outputMaps, weight: weight,
      output: adds ? .adding(to: inputGrad) : ConvolutionOutput(inputGrad), to: inputMaps,
      scratch: scratch)
  }

  private func correlate(
    count: Int, input: ConvolutionInput, from source: BlockedShape, weight: UnsafePointer<Float>,
    output: ConvolutionOutput, to target: BlockedShape, scratch: UnsafeMutablePointer<Float>
  ) {
    forEachTileRows(count: count, atMost: forwardRows) { tiles in
      let points = scratch
      let sums = points + source.chunks * tiles.chunkStep
      let strip = sums + tiles.chunkStep
      transformInput(tiles, input, source, into: points, strip: strip)
      for targetChunk in 0..<target.chunks {
        multiplyPoints(
          tiles, points, source, weight, target, targetChunk: targetChunk, into: sums)
        transformOutput(tiles, sums, target, chunkIndex: targetChunk, into: output, scratch: strip)
      }
    }
  }

  /// `sums[point] = points[point] * weight[point]` for one chunk of targets. A chunk of weights is 16
  /// KB and stays in the level-1 cache while all tiles are multiplied with it.
  private func multiplyPoints(
    _ tiles: TileRows, _ points: UnsafePointer<Float>, _ source: BlockedShape,
    _ weight: UnsafePointer<Float>, _ target: BlockedShape, targetChunk: Int,
    into sums: UnsafeMutablePointer<Float>
  ) {
    let vectors = target.depth(ofChunk: targetChunk) / lanes
    for point in 0..<WinogradTile.points {
      for sourceChunk in 0..<source.chunks {
        let index = (targetChunk &* WinogradTile.points &+ point) &* source.chunks &+ sourceChunk
        multiplyChunk(
          rows: tiles.tiles, depth: source.depth(ofChunk: sourceChunk), vectors: vectors,
          points + (sourceChunk &* tiles.chunkStep &+ point &* tiles.pointStep),
          weight + index &* weightChunkCount, into: sums + point &* tiles.pointStep,
          accumulates: sourceChunk > 0)
      }
    }
  }

  func weightGrad(
    count: Int, input: ConvolutionInput, outputGrad: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Float>, isFirst: Bool, isLast: Bool,
    weightGrad: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    var accumulates = !isFirst
    forEachTileRows(count: count, atMost: gradRows) { tiles in
      let points = scratch
      let gradPoints = points + inputMaps.chunks * tiles.chunkStep
      let strip = gradPoints + outputMaps.chunks * tiles.chunkStep
      transformInput(tiles, input, inputMaps, into: points, strip: strip)
      transformOutputGrad(tiles, outputGrad, outputMaps, into: gradPoints, strip: strip)
      for inputChunk in 0..<inputMaps.chunks {
        for outputChunk in 0..<outputMaps.chunks {
          let index = inputChunk &* outputMaps.chunks &+ outputChunk
          for point in 0..<WinogradTile.points {
            multiplyTransposedChunk(
              rows: inputMaps.depth(ofChunk: inputChunk), depth: tiles.tiles,
              vectors: outputMaps.depth(ofChunk: outputChunk) / lanes,
              points + (inputChunk &* tiles.chunkStep &+ point &* tiles.pointStep),
              gradPoints + (outputChunk &* tiles.chunkStep &+ point &* tiles.pointStep),
              into: sums + (index &* WinogradTile.points &+ point) &* gradPointStep,
              accumulates: accumulates)
          }
        }
      }
      accumulates = true
    }
    if isLast { transformWeightGrad(sums, into: weightGrad) }
  }
}

/// `c (+)= a * b`: `rows x depth` by `depth x vectors`, packed in tiles, all within a chunk.
@inline(never)
private func multiplyChunk(
  rows: Int, depth: Int, vectors: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  into c: UnsafeMutablePointer<Float>, accumulates: Bool
) {
  withUnsafePointer(to: 0) { start in
    var first = 0
    while first < vectors {
      let width = tileWidth(at: first, of: vectors)
      multiplyRows(
        width: width, rows: rows,
        TileOperands(
          a: a, rowStep: chunk, depthStep: 1, segments: start, segmentCount: 1, run: depth,
          b: b + first &* lanes &* depth, bDepthStep: width &* lanes, bVectorStep: lanes,
          c: c + first &* lanes, cRowStep: chunk, cVectorStep: lanes, accumulates: accumulates))
      first &+= width
    }
  }
}

/// `c (+)= transpose(a) * b`: `a` is `depth x rows`, `b` is `depth x vectors`, all within a chunk.
@inline(never)
private func multiplyTransposedChunk(
  rows: Int, depth: Int, vectors: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  into c: UnsafeMutablePointer<Float>, accumulates: Bool
) {
  withUnsafePointer(to: 0) { start in
    var first = 0
    while first < vectors {
      let width = tileWidth(at: first, of: vectors)
      multiplyRows(
        width: width, rows: rows,
        TileOperands(
          a: a, rowStep: 1, depthStep: chunk, segments: start, segmentCount: 1, run: depth,
          b: b + first &* lanes, bDepthStep: chunk, bVectorStep: lanes, c: c + first &* lanes,
          cRowStep: chunk, cVectorStep: lanes, accumulates: accumulates))
      first &+= width
    }
  }
}
