import CProcessor
import Kernels

/// What is done to an input vector on its way into a transform.
private struct InputStage {
  private let scale: Vector
  private let shift: Vector
  private let isNormalizing: Bool

  @inline(__always)
  init(_ input: ConvolutionInput, channel: Int) {
    scale = input.scale.map { load($0 + channel) } ?? .zero
    shift = input.shift.map { load($0 + channel) } ?? .zero
    isNormalizing = input.scale != nil
  }

  @inline(__always)
  func callAsFunction(_ vector: Vector) -> Vector {
    isNormalizing ? shift.adding(scale, times: vector).rectified : vector
  }
}

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
    let top = tile.row &* Source.step &+ Source.offset
    let left = tile.column &* Source.step &+ Source.offset
    var (height, width) = (maps.height, maps.width)
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
      let top = rowAxis.start(of: row % rowAxis.count) &* Source.step &+ Source.offset
      return input.values + (plane &* maps.height &+ top) &* maps.width &* lanes
    }
    for row in tiles.order.rows {
      for block in blocks {
        let stage = InputStage(input, channel: block &* lanes)
        let target = points + (block &- blocks.lowerBound) &* lanes
        let first = line(row: row, block: block)
        var next =
          block &+ 1 < blocks.upperBound
          ? line(row: row, block: block &+ 1) : line(row: row &+ 1, block: blocks.lowerBound)
        tiles.forEachTile(ofRow: row) { tile in
          transform(
            map, SourceWindow(map, tile, maps, line: first), stage, fetching: next, half: half)
          spread(map, half, tile, tiles.offsets, into: target + tile.number &* chunk)
          next += StridedTile.outputs &* Source.step &* StridedTile.outputs &* Source.step &* lanes
        }
      }
    }
  }

  /// The columns of a tile: pixels to half points.
  @inline(__always)
  private func transform<Source: StridedSource>(
    _ map: Source.Type, _ window: SourceWindow, _ stage: InputStage,
    fetching next: UnsafePointer<Float>, half: UnsafeMutablePointer<Float>
  ) {
    let rowStep = window.rowStep
    let size = StridedTile.outputs &* Source.step
    for column in 0..<Source.window {
      let source = window.corner + column &* lanes
      let target = half + column &* lanes
      for pixel in 0..<size { prefetch(next + (column &* size &+ pixel) &* lanes) }
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
    for row in 0..<StridedTile.side where tile.hasRow(row) {
      let source = half + row &* halfStep
      let offsets = offsets + row &* StridedTile.side
      Source.apply(
        { load(source + $0 &* lanes) },
        {
          guard tile.hasColumn($0) else { return }
          let place = points + offsets[$0]
          store($1, to: place)
          prefetchNear(place + chunk)
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
    for column in 0..<StridedTile.side where tile.hasColumn(column) {
      let target = half + column &* lanes
      Target.apply(
        {
          guard tile.hasRow($0) else { return .zero }
          let place = sums + offsets[$0 &* StridedTile.side &+ column]
          prefetchNear(place + chunk)
          return load(place)
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
      let line = half + i &* halfStep
      let start = window.start &+ i &* window.rowStep
      var row = InlineArray<8, Vector>(repeating: .zero)
      Target.apply(
        { tile.hasColumn($0) ? load(line + $0 &* lanes) : .zero }, { row[$0] = $1 })
      for j in size..<2 &* size { stage.prepare(at: start &+ j &* lanes) }
      if window.width == size {
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
