import Kernels

/// One tile of outputs.
struct StridedPlace {
  let picture: Int
  /// First output.
  let row: Int
  let column: Int
  /// Whether it has four rows, and four columns.
  let isTall: Bool
  let isWide: Bool
  /// Its number among the tiles, see `TileOrder`.
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

/// Where the points of some rows of tiles lie.
///
/// A point has a row of 64 channels for each tile that has the point, and for no other. Points with the
/// same weights follow each other: they are one matrix, of which there are 36.
struct StridedTiles: PointMatrices {
  let order: TileOrder
  /// Where tile 0 would lie at each of 81 points, in floats from the start of a chunk.
  let offsets: UnsafePointer<Int>
  /// Where each of 36 matrices starts, and where the last one ends.
  private let starts: UnsafePointer<Int>

  /// Calls `body` with the addresses of the points of some tiles.
  static func with(_ order: TileOrder, _ body: (StridedTiles) -> Void) {
    let count = StridedTile.points + StridedTile.weightPoints + 1
    withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { room in
      guard let room = room.baseAddress else { return }
      body(StridedTiles(order, room: room))
    }
  }

  private init(_ order: TileOrder, room offsets: UnsafeMutablePointer<Int>) {
    let starts = offsets + StridedTile.points
    self.order = order
    self.offsets = UnsafePointer(offsets)
    self.starts = UnsafePointer(starts)
    // Matrix (i, j) of 6 x 6 has the points of weights i along columns and j along rows: one point
    // of odd pixels each, four of even ones (index 5). Matrix (5, 5) has 16 points.
    let side = StridedTile.weightSide
    var end = 0
    for matrix in 0..<StridedTile.weightPoints {
      starts[matrix] = end
      for row in StridedTile.points(ofWeight: matrix / side) {
        for column in StridedTile.points(ofWeight: matrix % side) {
          // Tiles that have the point lie together, see `TileOrder`: the offset is that of tile 0,
          // whether it has the point or not.
          let tiles = order.tiles(
            isLast: (StridedTile.isLast(row), StridedTile.isLast(column)))
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

  @inline(__always)
  func matrix(_ index: Int) -> (start: Int, rows: Int) {
    let (start, end) = (starts[index], starts[index &+ 1])
    // Without the padding after it a matrix is rows of 64 floats.
    return (start, (end &- start &- pointPadding) / chunk)
  }

  /// Calls `body` for all tiles of a row.
  @inline(__always)
  func forEachTile(ofRow row: Int, _ body: (StridedPlace) -> Void) {
    let (rowAxis, columnAxis) = (order.rowAxis, order.columnAxis)
    let (y, starts) = (row % rowAxis.count, order.starts(ofRow: row))
    for column in 0..<columnAxis.count {
      // Whole columns and short ones are two runs of tiles.
      let isShort = columnAxis.isShort(column)
      body(
        StridedPlace(
          picture: row / rowAxis.count, row: rowAxis.start(of: y),
          column: columnAxis.start(of: column), isTall: !rowAxis.isShort(y), isWide: !isShort,
          number: isShort
            ? starts.short &+ column &- columnAxis.wholeCount : starts.whole &+ column))
    }
  }
}
