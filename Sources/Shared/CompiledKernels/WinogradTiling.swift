/// How one side of a picture is cut into tiles of four outputs. Where its length is no multiple of
/// four, the last tiles have three instead of hanging over the edge: a tile of three outputs takes five
/// inputs, and has no product at infinity, which only the fourth output needs. 14 outputs are
/// 4 + 4 + 3 + 3, 22 products in place of 24, and 7 are 4 + 3, 11 in place of 12; in two dimensions
/// that saves 16%.
struct TileAxis {
  /// Tiles.
  let count: Int
  /// Tiles of four outputs, which come first.
  let wholeCount: Int

  init(outputs: Int) {
    let side = WinogradTile.outputs
    count = (outputs + side - 1) / side
    wholeCount = count - min(count, side * count - outputs)
  }

  /// Tiles of three outputs.
  @inline(__always)
  var shortCount: Int { count &- wholeCount }

  /// Outputs under all tiles; the last may lie behind the edge.
  var outputs: Int { count &* WinogradTile.outputs &- shortCount }

  /// The first output of a tile.
  @inline(__always)
  func start(of tile: Int) -> Int {
    tile &* WinogradTile.outputs &- max(0, tile &- wholeCount)
  }

  @inline(__always)
  func isShort(_ tile: Int) -> Bool { tile >= wholeCount }
}

/// Rows of tiles that are transformed together, and where their points lie.
///
/// The tiles come in the order
///
///     whole rows, short columns | whole rows, whole columns |
///     short rows, whole columns | short rows, short columns
///
/// so that those that have a product at infinity, in either dimension or in both, follow each other.
struct TileRows {
  /// Counted through all pictures.
  let rows: Range<Int>
  /// Floats from one point's matrix to the next one's.
  let pointStep: Int
  private let rowAxis: TileAxis
  private let columnAxis: TileAxis
  /// How many of the rows are whole.
  private let wholeRows: Int

  init(_ rows: Range<Int>, of rowAxis: TileAxis, by columnAxis: TileAxis) {
    self.rows = rows
    self.rowAxis = rowAxis
    self.columnAxis = columnAxis
    wholeRows = Self.wholeRows(in: rows, of: rowAxis)
    pointStep = rows.count * columnAxis.count * chunk + pointPadding
  }

  /// Floats of a chunk's points.
  var chunkStep: Int { WinogradTile.points &* pointStep }

  /// The tiles that have a product at a point.
  @inline(__always)
  func tiles(at point: Int) -> Range<Int> {
    let last = WinogradTile.side &- 1
    let wholeRowsEnd = wholeRows &* columnAxis.count
    let shortRowsTiles = (rows.count &- wholeRows) &* columnAxis.wholeCount
    let isLastColumn = point % WinogradTile.side == last
    let start = isLastColumn ? wholeRows &* columnAxis.shortCount : 0
    if point / WinogradTile.side == last { return start..<wholeRowsEnd }
    return start..<(isLastColumn ? wholeRowsEnd &+ shortRowsTiles : rows.count &* columnAxis.count)
  }

  /// Where the tiles of a row lie, which follow each other: the whole ones, and the short ones.
  @inline(__always)
  func starts(ofRow row: Int) -> (whole: Int, short: Int) {
    let wholeBefore = Self.wholeRows(in: rows.lowerBound..<row, of: rowAxis)
    let shortBefore = row &- rows.lowerBound &- wholeBefore
    let (wholeColumns, shortColumns) = (columnAxis.wholeCount, columnAxis.shortCount)
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
