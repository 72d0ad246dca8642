import Kernels

/// Tiles that cover one dimension of a picture's outputs: large ones first, then small ones.
struct StridedAxis: Sendable {
  let count: Int
  /// Tiles of four outputs; the others have three.
  let large: Int

  init(outputs: Int) {
    count = (outputs + StridedTile.outputs - 1) / StridedTile.outputs
    large = max(0, outputs - count * (StridedTile.outputs - 1))
  }

  var small: Int { count &- large }
  /// Points of all tiles.
  var points: Int { count * (StridedTile.side - 2) + large * 2 }

  @inline(__always)
  func isLarge(_ tile: Int) -> Bool { tile < large }

  /// First output of a tile.
  @inline(__always)
  func start(of tile: Int) -> Int { tile &* StridedTile.outputs &- max(0, tile &- large) }
}

/// One tile of outputs.
struct StridedPlace {
  let picture: Int
  /// First output.
  let row: Int
  let column: Int
  /// Whether it has four rows, and four columns.
  let isTall: Bool
  let isWide: Bool
  /// Its number among the tiles, see `StridedTiles`.
  let number: Int

  /// Outputs, of which some may lie outside of the picture.
  @inline(__always)
  var height: Int { isTall ? StridedTile.outputs : StridedTile.outputs &- 1 }
  @inline(__always)
  var width: Int { isWide ? StridedTile.outputs : StridedTile.outputs &- 1 }

  /// Whether it has a row, or column, of points.
  @inline(__always)
  func hasRow(_ point: Int) -> Bool { isTall || !StridedTile.isLast(point) }
  @inline(__always)
  func hasColumn(_ point: Int) -> Bool { isWide || !StridedTile.isLast(point) }
}

/// Rows of tiles that are transformed together, and where their points lie.
///
/// A point has a row of 64 channels for each tile that has the point, and for no other. Those tiles
/// follow each other whatever the point, because tiles are numbered by kind: tall narrow ones, tall
/// wide ones, low wide ones, low narrow ones. Points with the same weights follow each other, too: they
/// are one matrix, of which there are 36.
struct StridedTiles {
  /// Rows of tiles, counted through all pictures.
  let rows: Range<Int>
  private let rowAxis: StridedAxis
  private let columnAxis: StridedAxis
  /// Rows of tall tiles.
  private let tallRows: Int
  /// Where tile 0 would lie at each of 81 points, in floats from the start of a chunk.
  let offsets: UnsafePointer<Int>
  /// Where each of 36 matrices starts, and where the last one ends.
  private let starts: UnsafePointer<Int>

  /// Calls `body` with some rows of tiles.
  static func with(
    _ rows: Range<Int>, rowAxis: StridedAxis, columnAxis: StridedAxis,
    _ body: (StridedTiles) -> Void
  ) {
    let count = StridedTile.points + StridedTile.weightPoints + 1
    withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { room in
      guard let room = room.baseAddress else { return }
      body(StridedTiles(rows, rowAxis: rowAxis, columnAxis: columnAxis, room: room))
    }
  }

  private init(
    _ rows: Range<Int>, rowAxis: StridedAxis, columnAxis: StridedAxis,
    room offsets: UnsafeMutablePointer<Int>
  ) {
    let starts = offsets + StridedTile.points
    self.rows = rows
    self.rowAxis = rowAxis
    self.columnAxis = columnAxis
    self.offsets = UnsafePointer(offsets)
    self.starts = UnsafePointer(starts)
    tallRows =
      Self.tallRows(before: rows.upperBound, rowAxis)
      - Self.tallRows(before: rows.lowerBound, rowAxis)
    let side = StridedTile.weightSide
    var end = 0
    for matrix in 0..<StridedTile.weightPoints {
      starts[matrix] = end
      for row in StridedTile.points(ofWeight: matrix / side) {
        for column in StridedTile.points(ofWeight: matrix % side) {
          let tiles = tiles(row: row, column: column)
          offsets[row * StridedTile.side + column] = end - tiles.lowerBound * chunk
          end += tiles.count * chunk
        }
      }
      end += pointPadding
    }
    starts[StridedTile.weightPoints] = end
  }

  /// Most floats of a chunk's points.
  static func mostFloats(tiles: Int) -> Int {
    tiles * StridedTile.points * chunk + StridedTile.weightPoints * pointPadding
  }

  /// Floats of a chunk's points.
  var chunkStep: Int { starts[StridedTile.weightPoints] }

  /// The points that meet the same weights: where they start and end in a chunk, and their tiles.
  @inline(__always)
  func matrix(_ index: Int) -> (start: Int, end: Int, rows: Int) {
    let (start, end) = (starts[index], starts[index &+ 1])
    return (start, end, (end &- start &- pointPadding) / chunk)
  }

  /// The tiles that have a point.
  private func tiles(row: Int, column: Int) -> Range<Int> {
    let tall = tallRows * columnAxis.count
    let lowRows = rows.count - tallRows
    let first = StridedTile.isLast(column) ? tallRows * columnAxis.small : 0
    let low = lowRows * (StridedTile.isLast(column) ? columnAxis.large : columnAxis.count)
    return first..<tall + (StridedTile.isLast(row) ? 0 : low)
  }

  /// Calls `body` for all tiles of a row.
  @inline(__always)
  func forEachTile(ofRow row: Int, _ body: (StridedPlace) -> Void) {
    for column in 0..<columnAxis.count { body(self[row, column]) }
  }

  @inline(__always)
  private subscript(row: Int, column: Int) -> StridedPlace {
    let y = row % rowAxis.count
    let (isTall, isWide) = (rowAxis.isLarge(y), columnAxis.isLarge(column))
    // Rows of the same height in front of this one.
    let tallBefore =
      Self.tallRows(before: row, rowAxis) &- Self.tallRows(before: rows.lowerBound, rowAxis)
    let lowBefore = row &- rows.lowerBound &- tallBefore
    return StridedPlace(
      picture: row / rowAxis.count, row: rowAxis.start(of: y),
      column: columnAxis.start(of: column), isTall: isTall, isWide: isWide,
      number: isTall
        ? number(
          tallBefore, column, narrow: 0, wide: tallRows &* columnAxis.small)
        : number(
          lowBefore, column,
          narrow: tallRows &* columnAxis.count &+ (rows.count &- tallRows) &* columnAxis.large,
          wide: tallRows &* columnAxis.count))
  }

  /// A tile's number among those of its height, of which narrow ones and wide ones start somewhere.
  @inline(__always)
  private func number(_ row: Int, _ column: Int, narrow: Int, wide: Int) -> Int {
    columnAxis.isLarge(column)
      ? wide &+ row &* columnAxis.large &+ column
      : narrow &+ row &* columnAxis.small &+ column &- columnAxis.large
  }

  /// Rows of tall tiles in front of a row.
  @inline(__always)
  private static func tallRows(before row: Int, _ axis: StridedAxis) -> Int {
    row / axis.count &* axis.large &+ min(row % axis.count, axis.large)
  }
}
