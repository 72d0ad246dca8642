import Kernels

/// The first layer of a residual network, 7x7 kernels with stride 2 on pictures, by Winograd's
/// F(3x3, 4x4): 40 multiplications for each pair of output and output channel instead of 147.
///
/// A convolution with stride 2 is one with stride 1 on the four phases of the picture: even and odd
/// rows, even and odd columns. With three colours that makes twelve channels of half the size,
///
///     phase channel = (row phase, column phase, colour)
///
/// which are, for one position, six consecutive floats of an even row and six of the odd row below.
/// Along a dimension, odd pixels meet the taps 0, 2, 4, 6 and even ones the taps 1, 3, 5; with a zero
/// in front those are four too: tap `t` of phase `p` is tap `2t + p - 1` of the kernel. Where the first
/// of four taps is zero, so are the weights at the point zero: they aren't multiplied, which leaves 363
/// of 36 * 12 products.
///
/// So little is summed, twelve products or fewer, that sums must not travel. Forward, ten tiles by two
/// blocks of outputs are summed at the six points of a row, and added to the outputs, which stay in the
/// level-1 cache until all rows of points have been:
///
///     pictures -> phases [6][position][12] -> points [36][tile][12] of one row of tiles
///     points * weight -> sums [2][6][10][lane] -> lines of outputs [2][3][30][lane] -> output
///
/// For the gradient of the weights, the points of a row of tiles and those of the outputs' gradients
/// are multiplied in the level-2 cache, and so are the sums over all rows:
///
///     gradients -> points of gradients [36][tile][output]
///     transpose(points) * points of gradients -> sums [36][12][output]
struct WinogradPictureConvolution: ConvolutionKernel {
  let shape: ConvolutionShape
  /// Tiles that cover a picture's outputs.
  let tileGrid: (rows: Int, columns: Int)
  /// Floats of a row of phases.
  let phaseStep: Int
  /// Floats from one point's tiles to the next one's, with a vector that hangs over the last tile.
  let pointStep: Int
  /// Floats from one point's gradients of outputs to the next one's. A distance of a power of two would
  /// put equal indices of all points into one set of the cache.
  let gradPointStep: Int

  /// - Precondition: `computes(shape)`.
  init(_ shape: ConvolutionShape) {
    precondition(Self.computes(shape), "phases are those of 7x7 kernels with stride 2 on pictures")
    self.shape = shape
    let outputs = PictureTile.outputs
    tileGrid = (
      (shape.outputHeight + outputs - 1) / outputs, (shape.outputWidth + outputs - 1) / outputs
    )
    // Positions under a row of tiles: three for each tile and three more, where the last one
    // overlaps.
    let positions = tileGrid.columns * outputs + PictureTile.side - outputs
    phaseStep = wholeLines(positions * Phases.channels)
    let groups = (tileGrid.columns + tileGroup - 1) / tileGroup
    pointStep = wholeLines(groups * tileGroup * Phases.channels) + lineFloats
    gradPointStep = wholeLines(tileGrid.columns * shape.output.paddedChannels) + lineFloats
  }

  static func computes(_ shape: ConvolutionShape) -> Bool {
    shape.kernel == 7 && shape.stride == 2 && shape.padding == 3 && shape.inputChannels == 3
  }

  /// Whether the groups of tiles of a row are filled well enough to be faster than a direct
  /// convolution: what they lack is computed all the same.
  var fillsGroups: Bool {
    let groups = (tileGrid.columns + tileGroup - 1) / tileGroup
    return Double(tileGrid.columns) >= Tuning.smallestGroupShare * Double(groups * tileGroup)
  }

  var algorithm: String { "Winograd F(3,4)" }
  /// A picture has more tiles than are computed together.
  var group: Int { 1 }

  var packedCount: Int { PhasePoint.depthSum * shape.output.paddedChannels }
  var packedBackwardCount: Int { 0 }
  var gradSumCount: Int { PictureTile.points * Phases.channels * shape.output.paddedChannels }
  var scratchCount: Int {
    // Forward, sums and lines of outputs of two blocks; backward, the points of all gradients of a
    // row.
    let forward = 2 * (PictureTile.side * tileGroup * lanes + OutputGroup.blockCount)
    let backward = PictureTile.points * gradPointStep
    return phaseCount + PictureTile.points * pointStep + max(forward, backward)
  }

  /// Floats of the phases under a row of tiles, or of a tile of vectors.
  private var phaseCount: Int { max(PictureTile.side * phaseStep, PictureTile.points * lanes) }

  /// Does nothing: pictures have no gradient.
  func packBackward(
    _ weight: UnsafePointer<Float>, inputs: Range<Int>, into packed: UnsafeMutablePointer<Float>
  ) {}

  /// Does nothing: pictures have no gradient.
  func inputGrad(
    count: Int, outputGrad: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    inputGrad: UnsafeMutablePointer<Float>, adds: Bool, scratch: UnsafeMutablePointer<Float>
  ) {}

  /// - Parameter part: of the rows of tiles.
  func forward(
    count: Int, input: ConvolutionInput, weight: UnsafePointer<Float>, output: ConvolutionOutput,
    part: WorkPart, scratch: UnsafeMutablePointer<Float>
  ) {
    let points = scratch + phaseCount
    let sums = points + PictureTile.points * pointStep
    let lines = sums + 2 * PictureTile.side * tileGroup * lanes
    for row in part.share(of: count * tileGrid.rows) {
      transformInput(input, row: row, into: points, phases: scratch)
      for first in stride(from: 0, to: tileGrid.columns, by: tileGroup) {
        // Two blocks of outputs at a time: 10 x 2 sums, or 5 x 2 without AVX-512, fill the
        // registers, and each float of a point is read once for both.
        for block in stride(from: 0, to: shape.output.blocks, by: 2) {
          let group = OutputGroup(
            self, output, row: row, firstTile: first, block: block, lines: lines)
          let a = points + first &* Phases.channels
          let b = weight + block &* PhasePoint.depthSum &* lanes
          if block &+ 1 < shape.output.blocks {
            multiplyPoints(TileWidth<2>(), a, b, sums: sums, into: group)
          } else {
            multiplyPoints(TileWidth<1>(), a, b, sums: sums, into: group)
          }
        }
      }
    }
  }

  /// Outputs of a group of tiles and one or two blocks.
  ///
  /// - Parameter sums: room for the sums at a row of points, [vector][6][tile][lane].
  @inline(never)
  private func multiplyPoints<let vectors: Int>(
    _ width: TileWidth<vectors>, _ points: UnsafePointer<Float>, _ weight: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Float>, into group: OutputGroup
  ) {
    let vectorStep = PictureTile.side &* tileGroup &* lanes
    var (a, b, c) = (points, weight, sums)
    group.clear(vectors: vectors)
    PhasePoint.forEach { row, column, used in
      // The outputs are fetched a column at a time while points are multiplied: 36 points for 30
      // columns.
      group.prepare(row &* PictureTile.side &+ column, vectors: vectors)
      // Depth: 12 phase channels, or the 3, 6 or 2 x 3 that have weights at this point.
      for tile in stride(from: 0, to: tileGroup, by: groupRows) {
        multiplyTiles(
          width,
          TileOperands(
            a: a + tile &* Phases.channels, rowStep: Phases.channels, depthStep: 1,
            segments: used.starts, segmentCount: used.runs, run: used.length, b: b,
            bDepthStep: lanes, bVectorStep: PhasePoint.depthSum &* lanes, c: c + tile &* lanes,
            cRowStep: lanes, cVectorStep: vectorStep, accumulates: false, nextA: a, nextB: b))
      }
      a += pointStep
      b += used.depth &* lanes
      c += tileGroup &* lanes
      // A row of points is complete: its sums go into the outputs before the next row overwrites
      // them.
      if column &+ 1 == PictureTile.side {
        c = sums
        for vector in 0..<vectors {
          group.add(sums + vector &* vectorStep, row: row, vector: vector)
        }
      }
    }
    for vector in 0..<vectors { group.write(vector: vector) }
  }

  func weightGrad(
    count: Int, input: ConvolutionInput, outputGrad: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Float>, isFirst: Bool, isLast: Bool,
    weightGrad: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let points = scratch + phaseCount
    let gradPoints = points + PictureTile.points * pointStep
    for row in 0..<count * tileGrid.rows {
      transformInput(input, row: row, into: points, phases: scratch)
      transformOutputGrad(outputGrad, row: row, into: gradPoints, half: scratch)
      addProducts(points, gradPoints, to: sums, accumulates: !isFirst || row > 0)
    }
    if isLast { transformWeightGrad(sums, into: weightGrad) }
  }

  /// `sums[point] (+)= transpose(points[point]) * gradPoints[point]` over a row of tiles.
  @inline(never)
  private func addProducts(
    _ points: UnsafePointer<Float>, _ gradPoints: UnsafePointer<Float>,
    to sums: UnsafeMutablePointer<Float>, accumulates: Bool
  ) {
    let blocks = shape.output.blocks
    withUnsafePointer(to: 0) { start in
      // Point by point: (channels x tiles) by (tiles x outputs), sums [point][channel][output].
      var (a, b, c) = (points, gradPoints, sums)
      PhasePoint.forEach { _, _, used in
        var vector = 0
        while vector < blocks {
          let width = tileWidth(at: vector, of: blocks)
          // Each run of channels that have weights is one product; the others' sums are never
          // written.
          for run in 0..<used.runs {
            let channel = used.starts[run]
            multiplyTransposed(
              width: width, rows: used.length,
              TileOperands(
                a: a + channel, rowStep: 1, depthStep: Phases.channels, segments: start,
                segmentCount: 1, run: tileGrid.columns, b: b + vector &* lanes,
                bDepthStep: blocks &* lanes, bVectorStep: lanes,
                c: c + (channel &* blocks &+ vector) &* lanes, cRowStep: blocks &* lanes,
                cVectorStep: lanes, accumulates: accumulates, nextA: a, nextB: b))
          }
          vector &+= width
        }
        a += pointStep
        b += gradPointStep
        c += Phases.channels &* blocks &* lanes
      }
    }
  }
}

/// Tiles that are multiplied together.
@inline(__always)
var tileGroup: Int { Tuning.tileGroup }

// Rows of a register tile of two vectors: with one of weights and those of inputs, which are repeated
// in all lanes once for both, 31 of 32 registers; or 10 sums and three more of 16.
#if AVX512
  private let groupRows = 10
#else
  private let groupRows = 5
#endif

@inline(__always)
private func multiplyTiles<let vectors: Int>(
  _ width: TileWidth<vectors>, _ operands: TileOperands
) {
  #if AVX512
    RegisterTile<10, vectors>.multiply(operands, fetching: nil)
  #else
    RegisterTile<5, vectors>.multiply(operands, fetching: nil)
  #endif
}

@inline(never)
private func multiplyTransposed(width: Int, rows: Int, _ operands: TileOperands) {
  multiplyRows(width: width, rows: rows, operands, fetches: false)
}

/// As many floats or a few more, in whole cache lines.
private func wholeLines(_ count: Int) -> Int {
  (count + lineFloats - 1) / lineFloats * lineFloats
}

/// The phases of a picture, see `WinogradPictureConvolution`.
enum Phases {
  /// Floats of a position.
  @inline(__always) static var channels: Int { 12 }
  /// Floats of a position in one row of pixels: two pixels.
  @inline(__always) static var rowChannels: Int { 6 }
  /// Positions of a tile in front of its first output's.
  @inline(__always) static var margin: Int { 2 }
}

/// Which phase channels have weights at a point: at the point zero of a dimension only those of odd
/// pixels. They come in one or two runs of consecutive channels.
struct PhasePoint {
  /// First channels of the runs.
  let starts: UnsafePointer<Int>
  let runs: Int
  /// Channels of a run.
  let length: Int

  /// Channels that are used.
  @inline(__always)
  var depth: Int { runs &* length }

  /// Channels that are used at all points together.
  @inline(__always)
  static var depthSum: Int { 363 }

  /// Calls `body` for all points, row by row.
  @inline(__always)
  static func forEach(_ body: (_ row: Int, _ column: Int, PhasePoint) -> Void) {
    starts.withUnsafeBufferPointer { starts in
      guard let starts = starts.baseAddress else { return }
      for row in 0..<PictureTile.side {
        for column in 0..<PictureTile.side {
          let (isTop, isLeft) = (row == 0, column == 0)
          body(
            row, column,
            PhasePoint(
              starts: starts + (isLeft ? (isTop ? 3 : 2) : (isTop ? 1 : 0)),
              runs: isLeft && !isTop ? 2 : 1, length: isLeft ? 3 : (isTop ? 6 : 12)))
        }
      }
    }
  }

  private static let starts = [0, 6, 3, 9]

  /// The index of a channel among those that are used, or nil.
  func index(of channel: Int) -> Int? {
    for run in 0..<runs {
      let offset = channel - starts[run]
      if offset >= 0 && offset < length { return run * length + offset }
    }
    return nil
  }
}
