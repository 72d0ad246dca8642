// Tiles of all of Winograd's algorithms with outputs in steps of four: how they cover a picture, and
// in which order they lie in memory.

/// How one side of a picture is cut into tiles of four outputs. Where its length is no multiple of
/// four, the last tiles have three instead of hanging over the edge: a tile of three outputs has no
/// product at infinity, which only the fourth output needs. 14 outputs are 4 + 4 + 3 + 3, with F(4, 3)
/// 22 products instead of 24, and 7 are 4 + 3, 11 instead of 12; in two dimensions that saves 16%.
struct TileAxis: Sendable {
  /// Tiles.
  let count: Int
  /// Tiles of four outputs, which come first.
  let wholeCount: Int

  init(outputs: Int) {
    // `count` tiles of three outputs cover 3 * count; each whole tile covers one more. Seven: two
    // tiles, 3 * 2 + 1, one of them whole. Fewer than 3 * count (1, 2 or 5 outputs): no whole
    // tiles, and the last one hangs over the edge.
    count = (outputs + 3) / 4
    wholeCount = max(0, outputs - 3 * count)
  }

  /// Tiles of three outputs.
  @inline(__always)
  var shortCount: Int { count &- wholeCount }

  /// Outputs under all tiles; the last may lie outside of the picture.
  var outputs: Int { 3 &* count &+ wholeCount }

  /// The first output of a tile.
  @inline(__always)
  func start(of tile: Int) -> Int { 3 &* tile &+ min(tile, wholeCount) }

  @inline(__always)
  func isShort(_ tile: Int) -> Bool { tile >= wholeCount }
}

/// Rows of tiles that are transformed together, and the order of their tiles,
///
///     whole rows, short columns | whole rows, whole columns |
///     short rows, whole columns | short rows, short columns
///
/// in which those that have the last point, in either dimension or in both, follow each other.
struct TileOrder {
  /// Counted through all pictures.
  let rows: Range<Int>
  let rowAxis: TileAxis
  let columnAxis: TileAxis
  /// How many of the rows are whole.
  private let wholeRows: Int

  init(_ rows: Range<Int>, of rowAxis: TileAxis, by columnAxis: TileAxis) {
    self.rows = rows
    self.rowAxis = rowAxis
    self.columnAxis = columnAxis
    wholeRows = Self.wholeRows(in: rows, of: rowAxis)
  }

  /// Tiles.
  var count: Int { rows.count &* columnAxis.count }

  /// The tiles that have a point.
  ///
  /// - Parameter isLast: whether the point is the last one of its column (`row`) or of its row
  ///   (`column`), which short tiles lack.
  @inline(__always)
  func tiles(isLast: (row: Bool, column: Bool)) -> Range<Int> {
    // Without the last column of points the tiles in short columns are missing: the first part of
    // the whole rows, and the last part of all.
    let start = isLast.column ? wholeRows &* columnAxis.shortCount : 0
    let end = wholeRows &* columnAxis.count
    // Without the last row of points the tiles in short rows are missing, which come last.
    if isLast.row { return start..<end }
    let short = (rows.count &- wholeRows) &* columnAxis.wholeCount
    return start..<(isLast.column ? end &+ short : count)
  }

  /// Where the tiles of a row lie, which follow each other: the whole ones, and the short ones.
  @inline(__always)
  func starts(ofRow row: Int) -> (whole: Int, short: Int) {
    // Rows of the step in front of this one, whole and short ones, by the axis of the picture.
    let wholeBefore = Self.wholeRows(in: rows.lowerBound..<row, of: rowAxis)
    let shortBefore = row &- rows.lowerBound &- wholeBefore
    let (wholeColumns, shortColumns) = (columnAxis.wholeCount, columnAxis.shortCount)
    // The four parts of the order: [whole rows x short columns][whole rows x whole columns] [short
    // rows x whole columns][short rows x short columns].
    if !rowAxis.isShort(row % rowAxis.count) {
      return (
        wholeRows &* shortColumns &+ wholeBefore &* wholeColumns, wholeBefore &* shortColumns
      )
    }
    let end = wholeRows &* columnAxis.count
    let shortEnd = end &+ (rows.count &- wholeRows) &* wholeColumns
    return (end &+ shortBefore &* wholeColumns, shortEnd &+ shortBefore &* shortColumns)
  }

  private static func wholeRows(in rows: Range<Int>, of axis: TileAxis) -> Int {
    func before(_ row: Int) -> Int {
      row / axis.count &* axis.wholeCount &+ min(row % axis.count, axis.wholeCount)
    }
    return before(rows.upperBound) &- before(rows.lowerBound)
  }
}

/// Where the points of some rows of tiles lie: [point][tile], with room for all tiles at each point.
struct TileRows: PointMatrices {
  let order: TileOrder
  /// Floats from one point's matrix to the next one's.
  let pointStep: Int

  init(_ order: TileOrder) {
    self.order = order
    // Every point has room for all tiles: with a constant step, tiles that lack a point leave it
    // unused.
    pointStep = order.count * chunk + pointPadding
  }

  static func mostFloats(tiles: Int) -> Int {
    WinogradTile.points &* (tiles &* chunk &+ pointPadding)
  }

  /// Counted through all pictures.
  var rows: Range<Int> { order.rows }
  /// Floats of a chunk's points.
  var chunkStep: Int { WinogradTile.points &* pointStep }

  @inline(__always)
  func matrix(_ point: Int) -> (start: Int, rows: Int) {
    // Rows of a matrix are all tiles that have its point, wherever the order puts their start.
    let last = WinogradTile.side &- 1
    let tiles = order.tiles(
      isLast: (point / WinogradTile.side == last, point % WinogradTile.side == last))
    return (point &* pointStep &+ tiles.lowerBound &* chunk, tiles.count)
  }
}
