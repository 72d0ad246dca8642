import CProcessor
import Kernels

extension WinogradConvolution {
  /// Tiles of 6x6 inputs, which overlap by two, to their points.
  func transformInput(
    _ tiles: TileRows, _ input: ConvolutionInput, _ maps: BlockedShape,
    into points: UnsafeMutablePointer<Float>, strip: UnsafeMutablePointer<Float>
  ) {
    // Block by block within a row of tiles: all of a block's pixels under the row lie together in
    // memory, (h, w, lane), and the strip of one block fits the level-1 cache: 6 x 58 vectors of 64
    // bytes are 22 KB for 56 columns.
    for row in tiles.rows {
      for block in 0..<maps.blocks {
        let channel = block &* lanes
        // Channel `c` of a tile is float `c % 64` of the tile's row, in the part of chunk `c / 64`.
        let target = points + (channel / chunk &* tiles.chunkStep &+ channel % chunk)
        // The pixels that are read after these: the same rows of the next block, or the next row of
        // tiles of the first block.
        let next = block &+ 1 < maps.blocks ? (row, block &+ 1) : (row &+ 1, 0)
        if let scale = input.scale, let shift = input.shift {
          transformRow(
            WinogradTile.Input.self, window: 6, offset: -1, tiles, (row, block), next: next,
            input.values, maps, into: target, strip: strip,
            NormalizedAndRectified(scale: load(scale + channel), shift: load(shift + channel)))
        } else {
          transformRow(
            WinogradTile.Input.self, window: 6, offset: -1, tiles, (row, block), next: next,
            input.values, maps, into: target, strip: strip, AsItIs())
        }
      }
    }
  }

  /// Tiles of gradients of 4x4 outputs of a chunk to their points.
  func transformOutputGrad(
    _ tiles: TileRows, _ outputGrad: UnsafePointer<Float>, _ maps: BlockedShape, chunkIndex: Int,
    into points: UnsafeMutablePointer<Float>, strip: UnsafeMutablePointer<Float>
  ) {
    let blocks = maps.blocks(ofChunk: chunkIndex)
    for row in tiles.rows {
      for block in blocks {
        let next =
          block &+ 1 < blocks.upperBound ? (row, block &+ 1) : (row &+ 1, blocks.lowerBound)
        transformRow(
          WinogradTile.OutputGrad.self, window: 4, offset: 0, tiles, (row, block), next: next,
          outputGrad, maps, into: points + (block &- blocks.lowerBound) &* lanes, strip: strip,
          AsItIs())
      }
    }
  }

  /// One block of one row of tiles: columns first, into a strip that stays in the level-1 cache and
  /// whose columns neighbouring tiles share, then rows. Meanwhile the next block's pixels are fetched,
  /// and the lines that the next tile's points go to.
  ///
  /// - Parameters:
  ///   - window: pixels under a whole tile, in each dimension; a short one has one less.
  ///   - offset: where the first tile's window starts.
  ///   - strip: (6, columns, lanes).
  @inline(__always)
  private func transformRow<Map: ShortenedTileMap, Stage: InputStage>(
    _ map: Map.Type, window: Int, offset: Int, _ tiles: TileRows,
    _ position: (row: Int, block: Int), next: (row: Int, block: Int),
    _ values: UnsafePointer<Float>, _ maps: BlockedShape,
    into points: UnsafeMutablePointer<Float>, strip: UnsafeMutablePointer<Float>, _ stage: Stage
  ) {
    let (h, w) = (maps.height, maps.width)
    // Pixels under all windows of the row: outputs and, for a window of 6, one more on either side.
    let columns = columnAxis.outputs &+ window &- WinogradTile.outputs
    let (stripStep, rowStep) = (columns &* lanes, w &* lanes)
    let tile = position.row % rowAxis.count
    // Row `top + i` of the picture is row `i` of the window, i in 0..<window.
    let top = rowAxis.start(of: tile) &+ offset
    let isShort = rowAxis.isShort(tile)
    let window = isShort ? window &- 1 : window
    func start(_ position: (row: Int, block: Int)) -> UnsafePointer<Float> {
      let plane = position.row / rowAxis.count &* maps.blocks &+ position.block
      let top = rowAxis.start(of: position.row % rowAxis.count) &+ offset
      return values + (plane &* h &+ top) &* rowStep
    }
    let (first, next) = (start(position), start(next))
    // Only the first and the last row of tiles hang over the edge of a picture: the others have no
    // tests inside of their loops.
    let isInside = top >= 0 && top &+ window <= h
    for column in 0..<columns {
      let x = column &+ offset
      let target = strip + column &* lanes
      if x < 0 || x >= w {
        for i in 0..<WinogradTile.side { store(.zero, to: target + i &* stripStep) }
        continue
      }
      // Along the column: `window` pixels to the points 0..<6 (or 0..<5 of a short tile), a strip's
      // length apart.
      let source = first + x &* lanes
      for i in 0..<window { prefetch(next + (x &* lanes &+ i &* rowStep)) }
      if isInside {
        Map.apply(
          { stage(load(source + $0 &* rowStep)) }, { store($1, to: target + $0 &* stripStep) },
          isShort: isShort)
      } else {
        Map.apply(
          {
            top &+ $0 >= 0 && top &+ $0 < h ? stage(load(source + $0 &* rowStep)) : .zero
          }, { store($1, to: target + $0 &* stripStep) }, isShort: isShort)
      }
    }
    // Along the rows: whole tiles and short ones lie in two runs of the points, see `TileOrder`.
    let starts = tiles.order.starts(ofRow: position.row)
    if isShort {
      transformColumns(
        map, height: 5, strip, stripStep: stripStep, into: points, starts,
        pointStep: tiles.pointStep
      )
    } else {
      transformColumns(
        map, height: 6, strip, stripStep: stripStep, into: points, starts,
        pointStep: tiles.pointStep
      )
    }
  }

  /// The tiles of a row, from the strip to their points.
  ///
  /// - Parameter height: points of a column, a constant for the optimizer.
  @inline(__always)
  private func transformColumns<Map: ShortenedTileMap>(
    _ map: Map.Type, height: Int, _ strip: UnsafePointer<Float>, stripStep: Int,
    into points: UnsafeMutablePointer<Float>, _ starts: (whole: Int, short: Int), pointStep: Int
  ) {
    transformColumns(
      map, 0..<columnAxis.wholeCount, height: height, isShort: false, strip, stripStep: stripStep,
      into: points + starts.whole &* chunk, pointStep: pointStep)
    transformColumns(
      map, columnAxis.wholeCount..<columnAxis.count, height: height, isShort: true, strip,
      stripStep: stripStep, into: points + starts.short &* chunk, pointStep: pointStep)
  }

  /// Some tiles of a row, from the strip to their points.
  ///
  /// - Parameter height: points of a column.
  @inline(__always)
  private func transformColumns<Map: ShortenedTileMap>(
    _ map: Map.Type, _ columns: Range<Int>, height: Int, isShort: Bool,
    _ strip: UnsafePointer<Float>, stripStep: Int, into points: UnsafeMutablePointer<Float>,
    pointStep: Int
  ) {
    var target = points
    for column in columns {
      let window = strip + columnAxis.start(of: column) &* lanes
      // Point (i, j) of the tile is matrix 6 i + j of the points; the tile has a row of 64 floats
      // in each. The next tile's rows follow, 256 bytes further: their lines are fetched now,
      // because 36 targets are more streams than the processor follows by itself.
      for i in 0..<height {
        let (source, start) = (
          window + i &* stripStep, target + i &* WinogradTile.side &* pointStep
        )
        Map.apply(
          { load(source + $0 &* lanes) },
          {
            let point = start + $0 &* pointStep
            store($1, to: point)
            prefetchNear(point + chunk)
          }, isShort: isShort)
      }
      target += chunk
    }
  }

  /// Sums at the points of a chunk to outputs, with what follows. Meanwhile the next tile's sums and
  /// the lines of its outputs are fetched.
  ///
  /// - Parameter scratch: (4, 6, lanes).
  func transformOutput(
    _ tiles: TileRows, _ sums: UnsafePointer<Float>, _ maps: BlockedShape, chunkIndex: Int,
    into output: ConvolutionOutput, scratch: UnsafeMutablePointer<Float>
  ) {
    let (h, w) = (maps.height, maps.width)
    let blocks = maps.blocks(ofChunk: chunkIndex)
    for row in tiles.rows {
      let (n, tile) = (row / rowAxis.count, row % rowAxis.count)
      let (y, starts) = (rowAxis.start(of: tile), tiles.order.starts(ofRow: row))
      for column in 0..<columnAxis.count {
        let x = columnAxis.start(of: column)
        let isShort = columnAxis.isShort(column)
        let index =
          isShort ? starts.short &+ column &- columnAxis.wholeCount : starts.whole &+ column
        for block in blocks {
          // Output (y, x) of picture n and block b is vector `((n * blocks + b) * h + y) * w + x`.
          let plane = (n &* maps.blocks &+ block) &* h
          let window = OutputWindow(
            start: ((plane &+ y) &* w &+ x) &* lanes, rowStep: w &* lanes, bottom: h &- y,
            right: w &- x, isShort: (rowAxis.isShort(tile), isShort))
          transformOutput(
            sums + (index &* chunk &+ (block &- blocks.lowerBound) &* lanes),
            pointStep: tiles.pointStep, to: window,
            OutputStage(output, channel: block &* lanes), scratch: scratch)
        }
      }
    }
  }

  /// One tile of one block: columns first, then rows.
  @inline(__always)
  private func transformOutput(
    _ sums: UnsafePointer<Float>, pointStep: Int, to window: OutputWindow, _ stage: OutputStage,
    scratch: UnsafeMutablePointer<Float>
  ) {
    if window.isWhole {
      transformOutput(
        sums, pointStep: pointStep, to: window, height: 4, isShort: (false, false),
        Outputs<4>(), stage, scratch: scratch)
    } else if window.isShort.column {
      transformOutput(
        sums, pointStep: pointStep, to: window, height: window.height, isShort: window.isShort,
        Outputs<3>(), stage, scratch: scratch)
    } else {
      transformOutput(
        sums, pointStep: pointStep, to: window, height: window.height, isShort: window.isShort,
        Outputs<4>(), stage, scratch: scratch)
    }
  }

  @inline(__always)
  private func transformOutput<let count: Int>(
    _ sums: UnsafePointer<Float>, pointStep: Int, to window: OutputWindow, height: Int,
    isShort: (row: Bool, column: Bool), _ outputs: Outputs<count>, _ stage: OutputStage,
    scratch: UnsafeMutablePointer<Float>
  ) {
    // A^T along the columns: points (0..<6, j) to `count` rows of half-transformed sums, for each
    // of the `count + 2` points along a row.
    for j in 0..<count + 2 {
      WinogradTile.Output.apply(
        {
          let point = sums + ($0 &* WinogradTile.side &+ j) &* pointStep
          prefetchNear(point + chunk)
          return load(point)
        }, { store($1, to: scratch + ($0 &* outputRowCount &+ j &* lanes)) },
        isShort: isShort.row)
    }
    // A^T along the rows: six half-transformed sums to the outputs of row i.
    for i in 0..<height {
      writeRow(
        scratch + i &* outputRowCount, to: window.start &+ i &* window.rowStep,
        width: window.width, stage, outputs: outputs, isShort: count < 4)
    }
  }

  /// A row of a tile's outputs, of which the last may hang over the edge.
  @inline(__always)
  private func writeRow<let count: Int>(
    _ line: UnsafePointer<Float>, to start: Int, width: Int, _ stage: OutputStage,
    outputs: Outputs<count>, isShort: Bool
  ) {
    var row = InlineArray<count, Vector>(repeating: .zero)
    WinogradTile.Output.apply(
      { load(line + $0 &* lanes) }, { row[$0] = $1 }, isShort: isShort)
    // A whole row is written at once, so that questions about bias, residual and activation are
    // asked once; the next tile's outputs are fetched, which are the ones to the right.
    if width == count {
      for j in count..<2 &* count { stage.prepare(at: start &+ j &* lanes) }
      stage.write(row, at: start)
    } else {
      for j in 0..<width { stage.write(row[j], at: start &+ j &* lanes) }
    }
  }
}

/// Floats of a row of a tile half transformed.
@inline(__always)
private var outputRowCount: Int { WinogradTile.side &* lanes }

/// Names a number of outputs.
private struct Outputs<let count: Int> {}

/// Where a tile's outputs lie in a plane.
private struct OutputWindow {
  let start: Int
  let rowStep: Int
  let height: Int
  let width: Int
  let isShort: (row: Bool, column: Bool)

  @inline(__always)
  var isWhole: Bool { height == 4 && width == 4 }

  /// - Parameters:
  ///   - bottom: rows of outputs from here to the edge.
  ///   - right: columns of outputs.
  @inline(__always)
  init(start: Int, rowStep: Int, bottom: Int, right: Int, isShort: (row: Bool, column: Bool)) {
    self.start = start
    self.rowStep = rowStep
    self.isShort = isShort
    height = min(isShort.row ? 3 : 4, bottom)
    width = min(isShort.column ? 3 : 4, right)
  }
}
