import CProcessor
import Kernels

/// What is done to an input vector on its way into a transform.
private protocol InputStage {
  func callAsFunction(_ vector: Vector) -> Vector
}

private struct AsItIs: InputStage {
  @inline(__always)
  func callAsFunction(_ vector: Vector) -> Vector { vector }
}

private struct NormalizedAndRectified: InputStage {
  let scale: Vector
  let shift: Vector

  @inline(__always)
  func callAsFunction(_ vector: Vector) -> Vector {
    shift.adding(scale, times: vector).rectified
  }
}

extension WinogradConvolution {
  /// Tiles of 6x6 inputs, which overlap by two, to their points.
  func transformInput(
    _ tiles: TileRows, _ input: ConvolutionInput, _ maps: BlockedShape,
    into points: UnsafeMutablePointer<Float>, strip: UnsafeMutablePointer<Float>
  ) {
    for row in tiles.rows {
      for block in 0..<maps.blocks {
        if let scale = input.scale, let shift = input.shift {
          transformRow(
            WinogradTile.Input.self, window: 6, offset: -1, tiles, row: row, block: block,
            input.values, maps, into: points, strip: strip,
            NormalizedAndRectified(
              scale: load(scale + block &* lanes), shift: load(shift + block &* lanes)))
        } else {
          transformRow(
            WinogradTile.Input.self, window: 6, offset: -1, tiles, row: row, block: block,
            input.values, maps, into: points, strip: strip, AsItIs())
        }
      }
    }
  }

  /// Tiles of gradients of 4x4 outputs to their points.
  func transformOutputGrad(
    _ tiles: TileRows, _ outputGrad: UnsafePointer<Float>, _ maps: BlockedShape,
    into points: UnsafeMutablePointer<Float>, strip: UnsafeMutablePointer<Float>
  ) {
    for row in tiles.rows {
      for block in 0..<maps.blocks {
        transformRow(
          WinogradTile.OutputGrad.self, window: 4, offset: 0, tiles, row: row, block: block,
          outputGrad, maps, into: points, strip: strip, AsItIs())
      }
    }
  }

  /// One block of one row of tiles: columns first, into a strip that stays in the level-1 cache and
  /// whose columns neighbouring tiles share, then rows. Meanwhile the next block's pixels are fetched,
  /// and the lines that the next tile's points go to.
  ///
  /// - Parameters:
  ///   - window: pixels under a tile, in each dimension.
  ///   - offset: where the first tile's window starts.
  ///   - strip: (6, columns, lanes).
  @inline(__always)
  private func transformRow<Map: TileMap, Stage: InputStage>(
    _ map: Map.Type, window: Int, offset: Int, _ tiles: TileRows, row: Int, block: Int,
    _ values: UnsafePointer<Float>, _ maps: BlockedShape,
    into points: UnsafeMutablePointer<Float>, strip: UnsafeMutablePointer<Float>, _ stage: Stage
  ) {
    let (h, w) = (maps.height, maps.width)
    let columns = tiles.columns &* WinogradTile.outputs &+ window &- WinogradTile.outputs
    let (stripStep, rowStep) = (columns &* lanes, w &* lanes)
    let top = row % tileGrid.rows &* WinogradTile.outputs &+ offset
    func start(row: Int, block: Int) -> UnsafePointer<Float> {
      let plane = row / tileGrid.rows &* maps.blocks &+ block
      let top = row % tileGrid.rows &* WinogradTile.outputs &+ offset
      return values + (plane &* h &+ top) &* rowStep
    }
    let first = start(row: row, block: block)
    let next =
      block &+ 1 < maps.blocks
      ? start(row: row, block: block &+ 1) : start(row: row &+ 1, block: 0)
    let isInside = top >= 0 && top &+ window <= h
    for column in 0..<columns {
      let x = column &+ offset
      let target = strip + column &* lanes
      if x < 0 || x >= w {
        for i in 0..<WinogradTile.side { store(.zero, to: target + i &* stripStep) }
        continue
      }
      let source = first + x &* lanes
      for i in 0..<window { prefetch(next + (x &* lanes &+ i &* rowStep)) }
      if isInside {
        Map.apply(
          { stage(load(source + $0 &* rowStep)) }, { store($1, to: target + $0 &* stripStep) })
      } else {
        Map.apply(
          {
            top &+ $0 >= 0 && top &+ $0 < h ? stage(load(source + $0 &* rowStep)) : .zero
          }, { store($1, to: target + $0 &* stripStep) })
      }
    }
    let channel = block &* lanes
    var target =
      points
      + (channel / chunk &* tiles.chunkStep &+ channel % chunk
        &+ (row &- tiles.rows.lowerBound) &* tiles.columns &* chunk)
    for column in 0..<tiles.columns {
      for i in 0..<WinogradTile.side {
        let source = strip + (i &* stripStep &+ column &* WinogradTile.outputs &* lanes)
        let start = target + i &* WinogradTile.side &* tiles.pointStep
        Map.apply(
          { load(source + $0 &* lanes) },
          {
            let place = start + $0 &* tiles.pointStep
            store($1, to: place)
            prefetchNear(place + chunk)
          })
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
    let (h, w, size) = (maps.height, maps.width, WinogradTile.outputs)
    let firstBlock = chunkIndex &* chunk / lanes
    let blocks = maps.depth(ofChunk: chunkIndex) / lanes
    for row in tiles.rows {
      let (n, y) = (row / tileGrid.rows, row % tileGrid.rows &* size)
      for column in 0..<tiles.columns {
        let (x, tile) = (
          column &* size, (row &- tiles.rows.lowerBound) &* tiles.columns &+ column
        )
        for block in 0..<blocks {
          let plane = (n &* maps.blocks &+ firstBlock &+ block) &* h
          let window = OutputWindow(
            start: ((plane &+ y) &* w &+ x) &* lanes, rowStep: w &* lanes,
            height: min(size, h &- y), width: min(size, w &- x))
          transformOutput(
            sums + (tile &* chunk &+ block &* lanes), pointStep: tiles.pointStep, to: window,
            OutputStage(output, channel: (firstBlock &+ block) &* lanes), scratch: scratch)
        }
      }
    }
  }

  /// One tile of one block: columns first, then rows. What hangs over the edge goes through scratch.
  @inline(__always)
  private func transformOutput(
    _ sums: UnsafePointer<Float>, pointStep: Int, to window: OutputWindow, _ stage: OutputStage,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let rowCount = WinogradTile.side &* lanes
    for j in 0..<WinogradTile.side {
      WinogradTile.Output.apply(
        {
          let place = sums + ($0 &* WinogradTile.side &+ j) &* pointStep
          prefetchNear(place + chunk)
          return load(place)
        }, { store($1, to: scratch + ($0 &* rowCount &+ j &* lanes)) })
    }
    if window.isWhole {
      for i in 0..<WinogradTile.outputs {
        var row = InlineArray<4, Vector>(repeating: .zero)
        let line = scratch + i &* rowCount
        WinogradTile.Output.apply({ load(line + $0 &* lanes) }, { row[$0] = $1 })
        let start = window.start &+ i &* window.rowStep
        for j in 4..<8 { stage.prepare(at: start &+ j &* lanes) }
        stage.write(row, at: start)
      }
    } else {
      for i in 0..<WinogradTile.outputs {
        var row = InlineArray<4, Vector>(repeating: .zero)
        let line = scratch + i &* rowCount
        WinogradTile.Output.apply({ load(line + $0 &* lanes) }, { row[$0] = $1 })
        for j in 0..<WinogradTile.outputs { store(row[j], to: line + j &* lanes) }
      }
      for i in 0..<window.height {
        for j in 0..<window.width {
          stage.write(
            load(scratch + i &* rowCount + j &* lanes),
            at: window.start &+ i &* window.rowStep &+ j &* lanes)
        }
      }
    }
  }
}

/// Where a tile's outputs lie in a plane.
private struct OutputWindow {
  let start: Int
  let rowStep: Int
  let height: Int
  let width: Int

  @inline(__always)
  var isWhole: Bool { height == WinogradTile.outputs && width == WinogradTile.outputs }
}

/// What is done to the sums of a block of channels on their way out.
struct OutputStage {
  private let values: UnsafeMutablePointer<Float>
  private let residual: UnsafePointer<Float>?
  private let bias: Vector
  private let rectify: Bool
  /// A PReLU's; ones for none.
  private let slope: Vector
  private let hasSlope: Bool

  @inline(__always)
  init(_ output: ConvolutionOutput, channel: Int) {
    values = output.values
    residual = output.residual
    bias = output.bias.map { load($0 + channel) } ?? .zero
    rectify = output.rectify
    slope = output.slope.map { load($0 + channel) } ?? Vector(repeating: 1)
    hasSlope = output.slope != nil
  }

  /// Fetches what `write` will touch.
  @inline(__always)
  func prepare(at offset: Int) {
    prefetch(values + offset)
    if let residual { prefetch(residual + offset) }
  }

  @inline(__always)
  func write(_ sum: Vector, at offset: Int) {
    write(InlineArray<1, Vector>(repeating: sum), at: offset)
  }

  /// Neighbours in a row, for which each question is asked once.
  @inline(__always)
  func write<let count: Int>(_ sums: InlineArray<count, Vector>, at offset: Int) {
    var results = sums
    for i in 0..<count { results[i] += bias }
    if let residual {
      for i in 0..<count { results[i] += load(residual + (offset &+ i &* lanes)) }
    }
    if hasSlope {
      for i in 0..<count { results[i] = results[i].rectified(slope: slope) }
    } else if rectify {
      for i in 0..<count { results[i] = results[i].rectified }
    }
    for i in 0..<count { store(results[i], to: values + (offset &+ i &* lanes)) }
  }
}
