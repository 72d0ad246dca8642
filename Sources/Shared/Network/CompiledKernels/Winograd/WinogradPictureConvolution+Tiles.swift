import CProcessor
import Kernels

extension WinogradPictureConvolution {
  /// A row of tiles of 6x6 positions, which overlap by three, to their points, [36][tile][12].
  ///
  /// - Parameters:
  ///   - row: counted through all pictures.
  ///   - phases: room for the phases; they are transformed along columns in place.
  func transformInput(
    _ input: ConvolutionInput, row: Int, into points: UnsafeMutablePointer<Float>,
    phases: UnsafeMutablePointer<Float>
  ) {
    precondition(input.scale == nil, "pictures are not normalised on the way in")
    let picture = input.values + row / tileGrid.rows &* shape.inputCount
    // Phase position p is pixels 2 p and 2 p + 1; output y needs the positions y - 2 ... y + 1,
    // four taps.
    let top = row % tileGrid.rows &* PictureTile.outputs &- Phases.margin
    for i in 0..<PictureTile.side {
      collectPhases(picture, row: top &+ i, into: phases + i &* phaseStep)
    }
    // Along columns it doesn't matter which float is whose.
    for offset in stride(from: 0, to: phaseStep, by: lanes) {
      let column = phases + offset
      WinogradTile.Input.apply(
        { load(column + $0 &* phaseStep) }, { store($1, to: column + $0 &* phaseStep) })
    }
    // Vectors hang over the twelve channels: what they write there is overwritten by the next tile.
    // B^T along the rows, for all twelve channels of a position at once: an AVX-512 vector is one
    // and a third positions, so that it hangs over.
    for i in 0..<PictureTile.side {
      var source = phases + i &* phaseStep
      var target = points + i &* PictureTile.side &* pointStep
      for _ in 0..<tileGrid.columns {
        for channel in stride(from: 0, to: Phases.channels, by: lanes) {
          WinogradTile.Input.apply(
            { load(source + ($0 &* Phases.channels &+ channel)) },
            { store($1, to: target + ($0 &* pointStep &+ channel)) })
        }
        source += PictureTile.outputs &* Phases.channels
        target += Phases.channels
      }
    }
  }

  /// Writes two rows of a picture as one row of phases, [position][12], with zeros where there is no
  /// picture.
  ///
  /// - Parameter row: of the phases; any.
  @inline(never)
  private func collectPhases(
    _ picture: UnsafePointer<Float>, row: Int, into phases: UnsafeMutablePointer<Float>
  ) {
    let (height, width) = (shape.inputHeight, shape.inputWidth)
    // Above and below the picture are rows of zeros.
    guard row >= 0 && 2 &* row < height else {
      phases.update(repeating: 0, count: phaseStep)
      return
    }
    let start = phases + Phases.margin &* Phases.channels
    phases.update(repeating: 0, count: Phases.margin &* Phases.channels)
    let even = picture + 2 &* row &* width &* 3
    // An odd height has no odd row beside the last even one; it is cleared at the end.
    let hasOdd = 2 &* row &+ 1 < height
    let odd = hasOdd ? even + width &* 3 : even
    let pairs = width / 2
    // Eight floats at a time: the last two are overwritten by the next six.
    for pair in 0..<pairs {
      let offset = pair &* Phases.rowChannels
      let target = start + pair &* Phases.channels
      copyEight(from: even + offset, to: target)
      copyEight(from: odd + offset, to: target + Phases.rowChannels)
    }
    let rest = start + pairs &* Phases.channels
    rest.update(repeating: 0, count: phases + phaseStep - rest)
    if width % 2 == 1 {
      // The last column has no odd one beside it.
      let offset = pairs &* Phases.rowChannels
      rest.update(from: even + offset, count: 3)
      (rest + Phases.rowChannels).update(from: odd + offset, count: 3)
    }
    guard !hasOdd else { return }
    for pair in 0..<(width + 1) / 2 {
      (start + (pair &* Phases.channels &+ Phases.rowChannels))
        .update(repeating: 0, count: Phases.rowChannels)
    }
  }

  /// A row of tiles of gradients of 3x3 outputs to their points, [36][tile][output]. Meanwhile the
  /// lines are fetched that the next tile's points go to.
  ///
  /// - Parameter half: room for a tile that is half transformed, [6][3][lane].
  @inline(never)
  func transformOutputGrad(
    _ outputGrad: UnsafePointer<Float>, row: Int, into points: UnsafeMutablePointer<Float>,
    half: UnsafeMutablePointer<Float>
  ) {
    let (maps, size, side) = (shape.output, PictureTile.outputs, PictureTile.side)
    let (n, y) = (row / tileGrid.rows, row % tileGrid.rows &* size)
    let height = min(size, maps.height &- y)
    let (lineStep, step) = (maps.width &* lanes, maps.paddedChannels)
    // A row of tiles of one block: 3 rows of pixels of one plane.
    for block in 0..<maps.blocks {
      let plane = (n &* maps.blocks &+ block) &* maps.height
      var source = outputGrad + (plane &+ y) &* lineStep
      var target = points + block &* lanes
      for tile in 0..<tileGrid.columns {
        let width = min(size, maps.width &- tile &* size)
        for j in 0..<size {
          let column = source + j &* lanes
          // A along the columns: three gradients to six half points. Outside of the picture they
          // are zero.
          if j < width && height == size {
            PictureTile.OutputGrad.apply(
              { load(column + $0 &* lineStep) },
              { store($1, to: half + ($0 &* size &+ j) &* lanes) })
          } else {
            PictureTile.OutputGrad.apply(
              { j < width && $0 < height ? load(column + $0 &* lineStep) : .zero },
              { store($1, to: half + ($0 &* size &+ j) &* lanes) })
          }
        }
        // A along the rows: three half points to six points.
        for i in 0..<side {
          PictureTile.OutputGrad.apply(
            { load(half + (i &* size &+ $0) &* lanes) },
            {
              let point = target + (i &* side &+ $0) &* gradPointStep
              store($1, to: point)
              prefetchNear(point + step)
            })
        }
        source += size &* lanes
        target += step
      }
    }
  }
}

@inline(__always)
private func copyEight(from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
  let floats = UnsafeRawPointer(source).loadUnaligned(as: SIMD8<Float>.self)
  UnsafeMutableRawPointer(target).storeBytes(of: floats, as: SIMD8<Float>.self)
}

/// The outputs of a group of tiles and one or two blocks while they are summed:
/// `[block][3][column][lane]`.
struct OutputGroup {
  private let output: ConvolutionOutput
  private let lines: UnsafeMutablePointer<Float>
  /// Number of the first block.
  private let block: Int
  /// Outputs that lie in the picture.
  private let height: Int
  private let width: Int
  /// Where they lie in the output.
  private let start: Int
  private let rowStep: Int
  private let planeStep: Int

  /// Floats of a line.
  @inline(__always)
  private static var lineStep: Int { PictureTile.outputs &* tileGroup &* lanes }
  /// Floats of a block.
  @inline(__always)
  static var blockCount: Int { PictureTile.outputs &* lineStep }

  /// - Parameters:
  ///   - row: of tiles, counted through all pictures.
  ///   - lines: room for two blocks.
  @inline(__always)
  init(
    _ kernel: WinogradPictureConvolution, _ output: ConvolutionOutput, row: Int, firstTile: Int,
    block: Int, lines: UnsafeMutablePointer<Float>
  ) {
    let (maps, size, rows) = (kernel.shape.output, PictureTile.outputs, kernel.tileGrid.rows)
    let (n, y, x) = (row / rows, row % rows &* size, firstTile &* size)
    self.output = output
    self.lines = lines
    self.block = block
    height = min(size, maps.height &- y)
    width = min(size &* tileGroup, maps.width &- x)
    rowStep = maps.width &* lanes
    planeStep = maps.planeCount
    start = (n &* maps.blocks &+ block) &* planeStep &+ y &* rowStep &+ x &* lanes
  }

  @inline(__always)
  func clear(vectors: Int) {
    lines.update(repeating: 0, count: vectors &* Self.blockCount)
  }

  /// Fetches a column of what `write` will touch.
  @inline(__always)
  func prepare(_ column: Int, vectors: Int) {
    let first = output.values + (start &+ column &* lanes)
    for vector in 0..<vectors {
      for i in 0..<PictureTile.outputs { prefetch(first + (vector &* planeStep &+ i &* rowStep)) }
    }
  }

  /// Adds the sums at a row of points: what `PictureTile.Output` makes of them along the row, times the
  /// row's column of A^T, the powers of its point.
  ///
  /// - Parameter sums: [6][tile][lane].
  @inline(never)
  func add(_ sums: UnsafePointer<Float>, row: Int, vector: Int) {
    let lines = lines + vector &* Self.blockCount
    switch row {
    case 0: add(sums, to: lines, rows: 0..<1, point: 0)
    case 1: add(sums, to: lines, rows: 0..<3, point: root2 / 2)
    case 2: add(sums, to: lines, rows: 0..<3, point: -root2 / 2)
    case 3: add(sums, to: lines, rows: 0..<3, point: root2)
    case 4: add(sums, to: lines, rows: 0..<3, point: -root2)
    // Infinity: the highest power alone.
    default: add(sums, to: lines, rows: 2..<3, point: 1)
    }
  }

  @inline(__always)
  private func add(
    _ sums: UnsafePointer<Float>, to lines: UnsafeMutablePointer<Float>, rows: Range<Int>,
    point: Float
  ) {
    // Row i of A^T has the i-th powers of the points: the sums of a row of points, transformed
    // along the row, are added to output row i times `point` to the power of i.
    let lineStep = Self.lineStep
    let (first, second) = (Vector(repeating: point), Vector(repeating: point * point))
    for tile in 0..<tileGroup {
      let target = lines + tile &* PictureTile.outputs &* lanes
      PictureTile.Output.apply(
        { load(sums + ($0 &* tileGroup &+ tile) &* lanes) },
        {
          let pixel = target + $0 &* lanes
          if rows.contains(0) { store(load(pixel) + $1, to: pixel) }
          if rows.contains(1) {
            let next = pixel + lineStep
            store(load(next).adding(first, times: $1), to: next)
          }
          if rows.contains(2) {
            let last = pixel + 2 &* lineStep
            store(load(last).adding(second, times: $1), to: last)
          }
        })
    }
  }

  /// Sends a block through what follows the sums.
  @inline(never)
  func write(vector: Int) {
    let stage = OutputStage(output, channel: (block &+ vector) &* lanes)
    for i in 0..<height {
      let line = lines + (vector &* Self.blockCount &+ i &* Self.lineStep)
      let start = start &+ vector &* planeStep &+ i &* rowStep
      // Outputs of one row lie together, in `lines` as in the maps.
      for offset in stride(from: 0, to: width &* lanes, by: lanes) {
        stage.write(load(line + offset), at: start &+ offset)
      }
    }
  }
}
