import CProcessor
import Kernels

/// The pixels under a tile, of which some may lie outside of the picture.
private struct SourceWindow {
  /// The first pixel, wherever it is.
  let corner: UnsafePointer<Float>
  let rowStep: Int
  /// Those that count.
  let rows: Range<Int>
  let columns: Range<Int>

  /// - Parameter line: where the first row of pixels under the tile's row of tiles starts.
  @inline(__always)
  init<Source: StridedSource>(
    _ map: Source.Type, _ tile: StridedPlace, _ maps: BlockedShape, line: UnsafePointer<Float>
  ) {
    // In pixels of the source: `step` for each output in front of the tile, `offset` for the
    // padding.
    let top = tile.row &* Source.step &+ Source.offset
    let left = tile.column &* Source.step &+ Source.offset
    var (height, width) = (maps.height, maps.width)
    // A gradient that belongs to the next tile's outputs is not this tile's; pixels may belong to
    // both.
    if Source.endsWithTile {
      (height, width) = (min(height, top &+ tile.height), min(width, left &+ tile.width))
    }
    corner = line + left &* lanes
    rowStep = maps.width &* lanes
    rows = max(0, -top)..<min(Source.window, height &- top)
    columns = max(0, -left)..<min(Source.window, width &- left)
  }
}

/// Where a tile's pixels lie in a plane.
private struct TargetWindow {
  let start: Int
  let rowStep: Int
  let height: Int
  let width: Int

  @inline(__always)
  init<Target: StridedTarget>(
    _ map: Target.Type, _ tile: StridedPlace, _ maps: BlockedShape, block: Int
  ) {
    // In pixels of the target: one for each output forward, two backward.
    let (y, x) = (tile.row &* Target.step, tile.column &* Target.step)
    let plane = (tile.picture &* maps.blocks &+ block) &* maps.height
    start = ((plane &+ y) &* maps.width &+ x) &* lanes
    rowStep = maps.width &* lanes
    height = min(tile.height &* Target.step, maps.height &- y)
    width = min(tile.width &* Target.step, maps.width &- x)
  }
}

/// Floats of a row of a tile that is half transformed, [9][9][lane].
@inline(__always)
private var halfStep: Int { StridedTile.side &* lanes }

extension WinogradStridedConvolution {
  /// Tiles of pixels of a chunk to their points, a row of tiles of a block at a time. Meanwhile the
  /// pixels under the next one are fetched, in the order they lie in.
  ///
  /// - Parameter half: room for a tile that is half transformed.
  func transformSource<Source: StridedSource>(
    _ map: Source.Type, _ tiles: StridedTiles, _ input: ConvolutionInput, _ maps: BlockedShape,
    chunkIndex: Int, into points: UnsafeMutablePointer<Float>, half: UnsafeMutablePointer<Float>
  ) {
    let blocks = maps.blocks(ofChunk: chunkIndex)
    func line(row: Int, block: Int) -> UnsafePointer<Float> {
      let plane = row / rowAxis.count &* maps.blocks &+ block
      // Where the first row of pixels under this row of tiles starts; above the picture for the
      // first.
      let top = rowAxis.start(of: row % rowAxis.count) &* Source.step &+ Source.offset
      return input.values + (plane &* maps.height &+ top) &* maps.width &* lanes
    }
    for row in tiles.order.rows {
      for block in blocks {
        let stage = OptionalNormalization(input, channel: block &* lanes)
        let target = points + (block &- blocks.lowerBound) &* lanes
        let first = line(row: row, block: block)
        var next =
          block &+ 1 < blocks.upperBound
          ? line(row: row, block: block &+ 1) : line(row: row &+ 1, block: blocks.lowerBound)
        tiles.forEachTile(ofRow: row) { tile in
          transform(
            map, SourceWindow(map, tile, maps, line: first), stage, fetching: next, half: half)
          spread(map, half, tile, tiles.offsets, into: target + tile.number &* chunk)
          // `transform` fetches as many pixels as a tile of 4 outputs takes without overlap, 4 x 4
          // or 8 x 8.
          next += StridedTile.outputs &* Source.step &* StridedTile.outputs &* Source.step &* lanes
        }
      }
    }
  }

  /// The columns of a tile: pixels to half points.
  @inline(__always)
  private func transform<Source: StridedSource>(
    _ map: Source.Type, _ window: SourceWindow, _ stage: OptionalNormalization,
    fetching next: UnsafePointer<Float>, half: UnsafeMutablePointer<Float>
  ) {
    let rowStep = window.rowStep
    let size = StridedTile.outputs &* Source.step
    for column in 0..<Source.window {
      // B^T (forward), or its likes, along the columns: `window` pixels to nine half points.
      let source = window.corner + column &* lanes
      let target = half + column &* lanes
      for pixel in 0..<size { prefetch(next + (column &* size &+ pixel) &* lanes) }
      // Columns outside of the picture are zero, and so are their half points; in rows it is the
      // pixels.
      if !window.columns.contains(column) {
        for point in 0..<StridedTile.side { store(.zero, to: target + point &* halfStep) }
      } else if window.rows.count == Source.window {
        Source.apply(
          { stage(load(source + $0 &* rowStep)) }, { store($1, to: target + $0 &* halfStep) })
      } else {
        Source.apply(
          { window.rows.contains($0) ? stage(load(source + $0 &* rowStep)) : .zero },
          { store($1, to: target + $0 &* halfStep) })
      }
    }
  }

  /// The rows of a tile: half points to points. Meanwhile the lines are fetched that the next tile's
  /// points go to.
  @inline(__always)
  private func spread<Source: StridedSource>(
    _ map: Source.Type, _ half: UnsafePointer<Float>, _ tile: StridedPlace,
    _ offsets: UnsafePointer<Int>, into points: UnsafeMutablePointer<Float>
  ) {
    // Along the rows: nine half points to nine points of each row that the tile has.
    for row in 0..<StridedTile.side where tile.hasRow(row) {
      let source = half + row &* halfStep
      let offsets = offsets + row &* StridedTile.side
      Source.apply(
        { load(source + $0 &* lanes) },
        {
          guard tile.hasColumn($0) else { return }
          let point = points + offsets[$0]
          store($1, to: point)
          prefetchNear(point + chunk)
        })
    }
  }

  /// Sums at the points of a chunk to pixels, with what follows.
  ///
  /// - Parameter half: room for a tile that is half transformed.
  func transformTarget<Target: StridedTarget>(
    _ map: Target.Type, _ tiles: StridedTiles, _ sums: UnsafePointer<Float>, _ maps: BlockedShape,
    chunkIndex: Int, into output: ConvolutionOutput, half: UnsafeMutablePointer<Float>
  ) {
    let blocks = maps.blocks(ofChunk: chunkIndex)
    for row in tiles.order.rows {
      tiles.forEachTile(ofRow: row) { tile in
        let source = sums + tile.number &* chunk
        for block in blocks {
          collect(
            map, source + (block &- blocks.lowerBound) &* lanes, tile, tiles.offsets, half: half)
          write(
            map, half, tile, TargetWindow(map, tile, maps, block: block),
            OutputStage(output, channel: block &* lanes))
        }
      }
    }
  }

  /// The columns of a tile: sums to half-transformed ones. Meanwhile the next tile's are fetched.
  @inline(__always)
  private func collect<Target: StridedTarget>(
    _ map: Target.Type, _ sums: UnsafePointer<Float>, _ tile: StridedPlace,
    _ offsets: UnsafePointer<Int>, half: UnsafeMutablePointer<Float>
  ) {
    // A^T along the columns; a short tile's missing points count as zero.
    for column in 0..<StridedTile.side where tile.hasColumn(column) {
      let target = half + column &* lanes
      Target.apply(
        {
          guard tile.hasRow($0) else { return .zero }
          let point = sums + offsets[$0 &* StridedTile.side &+ column]
          prefetchNear(point + chunk)
          return load(point)
        }, { store($1, to: target + $0 &* halfStep) })
    }
  }

  /// The rows of a tile: half-transformed sums to pixels. What hangs over the edge goes through `half`.
  @inline(__always)
  private func write<Target: StridedTarget>(
    _ map: Target.Type, _ half: UnsafeMutablePointer<Float>, _ tile: StridedPlace,
    _ window: TargetWindow, _ stage: OutputStage
  ) {
    let size = StridedTile.outputs &* Target.step
    for i in 0..<window.height {
      // A^T along the rows: nine half-transformed sums to 4 pixels (forward) or 8 (backward).
      let line = half + i &* halfStep
      let start = window.start &+ i &* window.rowStep
      var row = InlineArray<8, Vector>(repeating: .zero)
      Target.apply(
        { tile.hasColumn($0) ? load(line + $0 &* lanes) : .zero }, { row[$0] = $1 })
      for j in size..<2 &* size { stage.prepare(at: start &+ j &* lanes) }
      if window.width == size {
        // Four at a time: `OutputStage` asks its questions once for all of them.
        for j in stride(from: 0, to: size, by: 4) {
          let four: InlineArray<4, Vector> = [row[j], row[j &+ 1], row[j &+ 2], row[j &+ 3]]
          stage.write(four, at: start &+ j &* lanes)
        }
      } else {
        for j in 0..<size { store(row[j], to: line + j &* lanes) }
        for j in 0..<window.width {
          stage.write(load(line + j &* lanes), at: start &+ j &* lanes)
        }
      }
    }
  }
}
