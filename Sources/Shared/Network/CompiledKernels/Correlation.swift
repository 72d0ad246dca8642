import Kernels

/// One correlation of feature maps with a kernel: implicit im2col, where patches are never stored. A
/// strip of source rows is copied with its zeros around it, so that every patch is a few runs of
/// consecutive floats, and register tiles read the runs in place. Where no zeros are needed the feature
/// maps are such a strip themselves.
///
/// The packed weights are
///
///     [tile of target vectors][source block][ky][kx][lane of source][target in tile]
///
/// and are multiplied some runs at a time, as many as stay in the level-1 cache with their rows.
struct Correlation: Sendable {
  let source: MapSize
  let target: MapSize
  let rows: CorrelationAxis
  let columns: CorrelationAxis
  /// Side of the kernel.
  let kernel: Int
  /// Target rows that a strip is for.
  let rowGroup: Int
  private let tuning: Tuning

  /// Height, width and blocks of feature maps.
  struct MapSize: Sendable {
    let height: Int
    let width: Int
    let blocks: Int
    /// Channels side by side: of a block, or three of a picture.
    let lanes: Int

    var planeCount: Int { height * width * lanes }
    var pictureCount: Int { blocks * planeCount }
  }

  init(
    from source: MapSize, to target: MapSize, rows: CorrelationAxis, columns: CorrelationAxis,
    kernel: Int, tuning: Tuning
  ) {
    self.tuning = tuning
    self.source = source
    self.target = target
    self.rows = rows
    self.columns = columns
    self.kernel = kernel
    rowGroup = evenPart(
      of: max(rows.count, 1), atMost: max(1, tuning.stripPixels / max(columns.count, 1)))
    // No window starts before the first row or column, or ends after the last one.
    let inside =
      rows.offset >= 0 && columns.offset >= 0
      && rows.offset + rows.window(rows.count) <= source.height
      && columns.offset + columns.window(columns.count) <= source.width
    staysInside = inside && !rows.taps.isEmpty && !columns.taps.isEmpty
    strip = PatchLayout(
      rowCount: columns.window(columns.count) * source.lanes, rows: rows.window(rowGroup), source,
      ky: rows.taps.count)
    inPlace = PatchLayout(
      rowCount: source.width * source.lanes, rows: source.height, source, ky: rows.taps.count)
  }

  /// Whether nothing is added up: no tap meets these pixels.
  var isEmpty: Bool { rows.taps.isEmpty || columns.taps.isEmpty }

  /// Consecutive floats of a patch.
  var run: Int { columns.taps.count * source.lanes }
  /// Floats of a patch.
  var depth: Int { source.blocks * rows.taps.count * run }
  var packedCount: Int { depth * target.blocks * lanes }

  /// Floats of a strip.
  var stripCount: Int { source.blocks * strip.planeCount + lanes }
  /// Strips, of one picture or several, that are multiplied with the same weights before the next
  /// weights are read.
  var heldStrips: Int {
    isEmpty ? 0 : min(tuning.heldStrips, max(1, tuning.heldFloats / stripCount))
  }
  /// Pictures that fill them.
  var pictureGroup: Int {
    let perPicture = (rows.count + rowGroup - 1) / rowGroup
    return max(1, (heldStrips + perPicture - 1) / perPicture)
  }
  var scratchCount: Int { heldStrips * stripCount }

  /// Where patches lie in memory.
  struct PatchLayout: Sendable {
    /// Floats of a row, and of all rows of a block.
    let rowCount: Int
    let planeCount: Int
    /// Where the runs of a patch start, in the order of the packed weights.
    let segments: [Int]

    init(rowCount: Int, rows: Int, _ source: MapSize, ky: Int) {
      self.rowCount = rowCount
      planeCount = rows * rowCount
      segments = (0..<source.blocks).flatMap { block in
        // (block, ky): a run holds all kx and all lanes of one row.
        (0..<ky).map { (block * rows + $0) * rowCount }
      }
    }
  }

  /// Whether no patch reaches over the edge of its picture.
  private let staysInside: Bool
  /// Patches in a strip, and in the feature maps themselves.
  let strip: PatchLayout
  private let inPlace: PatchLayout

  /// Runs that are multiplied at once, by the room that their weights take.
  func segmentGroup(width: Int) -> Int { max(1, tuning.weightFloats / (width * lanes * run)) }

  /// Packs the weights between a block of sources and one of targets.
  ///
  /// - Parameters:
  ///   - weights: `[lane of source][tap][target]`, see `WeightView.collect`.
  ///   - block: number of the source's block.
  ///   - vector: number of the targets' block.
  func pack(
    _ weights: UnsafePointer<Float>, source block: Int, target vector: Int,
    into packed: UnsafeMutablePointer<Float>
  ) {
    // A tile of `step` targets starts at `tile * lanes * depth`; in it a row of `step` floats for
    // each of the `depth` floats of a patch.
    let tile = tileStart(of: vector, in: target.blocks)
    let step = tileWidth(at: tile, of: target.blocks) * lanes
    let patch = block * rows.taps.count * run
    var address = packed + tile * lanes * depth + patch * step + (vector - tile) * lanes
    for ky in rows.taps {
      for kx in columns.taps {
        for lane in 0..<source.lanes {
          // `weights` has all taps of a lane together, the packed rows have all lanes of a tap
          // together: as maps have their channels.
          let tap = lane &* kernel &* kernel &+ ky &* kernel &+ kx
          store(load(weights + tap &* lanes), to: address)
          address += step
        }
      }
    }
  }

  /// The target rows and vectors that a part of the work is: rows where there are enough to fill the
  /// strips of all workers, else tiles of vectors.
  private func share(_ part: WorkPart) -> (rows: Range<Int>, vectors: Range<Int>) {
    let tiles = (target.blocks + tileVectors - 1) / tileVectors
    // Rows: each worker reads all weights, but only its own part of the maps. Vectors: each worker
    // reads all maps, but only its own weights.
    guard rows.count < Tuning.rowsOfPart * part.count, tiles >= part.count else {
      return (part.share(of: rows.count), 0..<target.blocks)
    }
    let share = part.share(of: tiles)
    return (
      0..<rows.count,
      share.lowerBound * tileVectors..<min(target.blocks, share.upperBound * tileVectors)
    )
  }

  /// Computes a part of some pictures.
  func run(
    count: Int, _ input: ConvolutionInput, weight: UnsafePointer<Float>,
    output: ConvolutionOutput, part: WorkPart = .whole, scratch: UnsafeMutablePointer<Float>
  ) {
    let share = share(part)
    // What the sums go through on their way out needs them whole; a residual at the address
    // of the output is what they are added to.
    let addsToOutput = output.residual.map { $0 == UnsafePointer(output.values) } ?? false
    let finish = ConvolutionOutput(
      output.values, bias: output.bias, residual: addsToOutput ? nil : output.residual,
      rectify: output.rectify, slope: output.slope)
    let hasFinish =
      finish.bias != nil || finish.residual != nil || finish.rectify || finish.slope != nil
    // A phase that no tap meets (stride 3 and a 2x2 kernel, say): its sums are zero.
    guard !isEmpty else {
      // Without sums what remains is zero, or what was there, and what follows the sums.
      for n in 0..<count {
        let whole = TargetRows(picture: n, rows: share.rows)
        if !addsToOutput { clear(output.values, whole, share.vectors) }
        if hasFinish { apply(finish, whole, share.vectors) }
      }
      return
    }
    forEachHeld(count: count, rows: share.rows, input, scratch: scratch) { patches in
      multiply(patches, share.vectors, weight, into: output.values, accumulates: addsToOutput)
      guard hasFinish else { return }
      for index in patches.held { apply(finish, patches[index], share.vectors) }
    }
  }

  /// Rows of a picture that are computed from one strip.
  struct TargetRows {
    let picture: Int
    let rows: Range<Int>
  }

  /// The patches of some strips, counted through all pictures.
  struct Patches {
    /// Numbers of the strips.
    let held: Range<Int>
    let layout: PatchLayout
    fileprivate let rows: Range<Int>
    fileprivate let rowGroup: Int
    /// The first strip; or the feature maps, where strips are rows of them.
    fileprivate let start: UnsafePointer<Float>
    /// Floats from one strip to the next, or from one picture and target row to the next.
    fileprivate let stripStep: Int
    fileprivate let inPlace: (picture: Int, row: Int)?

    /// The target rows of a strip.
    @inline(__always)
    subscript(index: Int) -> TargetRows {
      // Strip `index` is group `index % perPicture` of rows of picture `index / perPicture`; the
      // last group of a picture may be smaller.
      let perPicture = (rows.count &+ rowGroup &- 1) / rowGroup
      let first = rows.lowerBound &+ index % perPicture &* rowGroup
      return TargetRows(
        picture: index / perPicture, rows: first..<min(rows.upperBound, first &+ rowGroup))
    }

    /// Where the patches of a strip start.
    @inline(__always)
    func address(_ index: Int) -> UnsafePointer<Float> {
      guard let inPlace else { return start + (index &- held.lowerBound) &* stripStep }
      let target = self[index]
      return start + (target.picture &* inPlace.picture &+ target.rows.lowerBound &* inPlace.row)
    }
  }

  /// Calls `body` with the patches of all rows of some pictures, as many at a time as are held.
  @inline(__always)
  func forEachHeld(
    count: Int, rows share: Range<Int>, _ input: ConvolutionInput,
    scratch: UnsafeMutablePointer<Float>, _ body: (Patches) -> Void
  ) {
    let total = count * ((share.count + rowGroup - 1) / rowGroup)
    guard total > 0 else { return }
    let isInPlace = staysInside && input.scale == nil
    let step = evenPart(of: total, atMost: heldStrips)
    for first in stride(from: 0, to: total, by: step) {
      // Where the first patch starts in the maps of a picture; only read where nothing hangs over.
      let corner = rows.offset * inPlace.rowCount + columns.offset * source.lanes
      let patches = Patches(
        held: first..<min(total, first + step), layout: isInPlace ? inPlace : strip, rows: share,
        rowGroup: rowGroup, start: isInPlace ? input.values + corner : UnsafePointer(scratch),
        stripStep: stripCount,
        inPlace: isInPlace
          ? (source.pictureCount, rows.sourceStep * inPlace.rowCount) : nil)
      if !isInPlace {
        // Copies of all strips that are held: [strip][block][row][column][lane].
        for index in patches.held {
          let target = patches[index]
          fillStrip(
            input.advanced(by: target.picture * source.pictureCount), rows: target.rows,
            into: scratch + (index - first) * stripCount)
        }
      }
      body(patches)
    }
  }

  private func multiply(
    _ patches: Patches, _ vectors: Range<Int>, _ weight: UnsafePointer<Float>,
    into output: UnsafeMutablePointer<Float>, accumulates: Bool
  ) {
    patches.layout.segments.withUnsafeBufferPointer { segments in
      guard let starts = segments.baseAddress else { return }
      // Loops from the outside: tiles of target vectors; groups of runs, whose weights fill the
      // level-1 cache; held strips, which meet these weights one after the other; rows of pixels.
      // Weights are read from memory once for all strips that are held.
      var vector = vectors.lowerBound
      while vector < vectors.upperBound {
        // Tiles start where `pack` made them start: at vector 0, then as wide as possible.
        let width = tileWidth(at: vector, of: target.blocks)
        let step = segmentGroup(width: width)
        for segment in stride(from: 0, to: segments.count, by: step) {
          for index in patches.held {
            let (group, source) = (patches[index], patches.address(index))
            let plane =
              output
              + (group.picture &* target.pictureCount &+ vector &* target.planeCount)
            for row in group.rows {
              // Row `row` of the target starts `sourceStep` rows of the strip after the row before.
              let line = (row &- group.rows.lowerBound) &* rows.sourceStep
              multiplyRun(
                width: width, rows: columns.count,
                // a: a row for each target pixel of this row, `sourceStep` pixels apart; the depth
                // goes through the runs of the patch. b: the packed weights of these runs. c:
                // pixels of this row, a plane for each vector of the tile. Sums of earlier groups
                // of runs are in c.
                TileOperands(
                  a: source + line &* patches.layout.rowCount,
                  rowStep: columns.sourceStep &* self.source.lanes, depthStep: 1,
                  segments: starts + segment,
                  segmentCount: min(step, segments.count &- segment), run: run,
                  b: weight + (vector &* depth &+ segment &* run &* width) &* lanes,
                  bDepthStep: width &* lanes, bVectorStep: lanes,
                  c: plane + pixel(row: row, column: 0) &* lanes,
                  cRowStep: columns.targetStep &* lanes, cVectorStep: target.planeCount,
                  accumulates: accumulates || segment > 0, nextA: source, nextB: weight))
            }
          }
        }
        vector &+= width
      }
    }
  }

  /// The target pixel of a row and column of this correlation.
  private func pixel(row: Int, column: Int) -> Int {
    (row &* rows.targetStep &+ rows.first) &* target.width &+ column &* columns.targetStep
      &+ columns.first
  }

  /// Copies the source rows of some target rows, with zeros where there are none.
  ///
  /// - Parameter copy: a strip, (blocks, rows, columns, lanes).
  private func fillStrip(
    _ input: ConvolutionInput, rows group: Range<Int>, into copy: UnsafeMutablePointer<Float>
  ) {
    let height = rows.window(group.count)
    let top = group.lowerBound * rows.sourceStep + rows.offset
    let width = columns.window(columns.count)
    // Columns of the strip that lie inside the picture.
    // Column i of the strip is column i + columns.offset of the picture.
    let left = min(width, max(0, -columns.offset))
    let right = max(left, min(width, source.width - columns.offset))
    for block in 0..<source.blocks {
      let plane = input.values + block * source.planeCount
      for row in 0..<height {
        let line = copy + block * strip.planeCount + row * strip.rowCount
        let y = top + row
        // Above and below the picture are rows of zeros.
        guard y >= 0 && y < source.height else {
          line.update(repeating: 0, count: strip.rowCount)
          continue
        }
        line.update(repeating: 0, count: left * source.lanes)
        (line + right * source.lanes).update(repeating: 0, count: (width - right) * source.lanes)
        let inside = (right - left) * source.lanes
        let start = plane + (y * source.width + left + columns.offset) * source.lanes
        let first = line + left * source.lanes
        // What is normalised is what the strip holds: each value once, not once for each patch.
        if let scale = input.scale, let shift = input.shift {
          let (scale, shift) = (load(scale + block * lanes), load(shift + block * lanes))
          for offset in stride(from: 0, to: inside, by: lanes) {
            store(shift.adding(scale, times: load(start + offset)).rectified, to: first + offset)
          }
        } else {
          first.update(from: start, count: inside)
        }
      }
    }
  }

  /// Sends the sums of some rows through what follows them.
  private func apply(
    _ output: ConvolutionOutput, _ group: TargetRows, _ vectors: Range<Int>
  ) {
    for block in vectors {
      let stage = OutputStage(output, channel: block &* lanes)
      let plane = group.picture &* target.pictureCount &+ block &* target.planeCount
      for row in group.rows {
        for column in 0..<columns.count {
          let index = plane &+ pixel(row: row, column: column) &* lanes
          stage.write(load(output.values + index), at: index)
        }
      }
    }
  }

  private func clear(
    _ output: UnsafeMutablePointer<Float>, _ group: TargetRows, _ vectors: Range<Int>
  ) {
    for block in vectors {
      let plane = group.picture &* target.pictureCount &+ block &* target.planeCount
      for row in group.rows {
        for column in 0..<columns.count {
          let index = plane &+ pixel(row: row, column: column) &* lanes
          store(.zero, to: output + index)
        }
      }
    }
  }
}

@inline(never)
private func multiplyRun(width: Int, rows: Int, _ operands: TileOperands) {
  multiplyRows(width: width, rows: rows, operands, fetches: false)
}
