import Kernels

/// Products along one axis of a picture: target pixel `first + i * targetStep` takes the source pixels
/// `i * sourceStep + offset ..< i * sourceStep + offset + taps.count`.
struct CorrelationAxis: Sendable {
  /// Target pixels: `i` counts to here.
  let count: Int
  let first: Int
  let targetStep: Int
  let sourceStep: Int
  let offset: Int
  /// Which tap of the kernel each of the source pixels meets.
  let taps: [Int]

  /// Source pixels that some target pixels take.
  func window(_ targets: Int) -> Int { (targets - 1) * sourceStep + taps.count }
}

extension CorrelationAxis {
  /// A convolution's own direction.
  static func forward(kernel: Int, stride: Int, padding: Int, output: Int) -> CorrelationAxis {
    CorrelationAxis(
      count: output, first: 0, targetStep: 1, sourceStep: stride, offset: -padding,
      taps: Array(0..<kernel))
  }

  /// The gradient of the input, one axis for each place of an input pixel between two strides: there
  /// the same taps meet, and the further the output pixel the smaller the tap.
  static func backward(
    kernel: Int, stride: Int, padding: Int, input: Int
  ) -> [CorrelationAxis] {
    (0..<min(stride, input)).map { place in
      let taps = (0..<kernel).filter { (place + padding - $0) % stride == 0 }.reversed()
      return CorrelationAxis(
        count: (input - place + stride - 1) / stride, first: place, targetStep: stride,
        sourceStep: 1, offset: taps.first.map { (place + padding - $0) / stride } ?? 0,
        taps: Array(taps))
    }
  }
}

/// One correlation of feature maps with a kernel: implicit im2col, where patches are never stored. A
/// strip of source rows is copied with its zeros around it, so that every patch is a few runs of
/// consecutive floats, and register tiles read the runs in place. Without zeros and with stride 1 the
/// maps themselves are such a strip.
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
  /// Target rows that are computed together.
  let rowGroup: Int

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
    kernel: Int
  ) {
    self.source = source
    self.target = target
    self.rows = rows
    self.columns = columns
    self.kernel = kernel
    // About 128 pixels: a tile of sums and what it is made of stay in the level-2 cache.
    rowGroup = evenPart(of: max(rows.count, 1), atMost: max(1, 128 / max(columns.count, 1)))
    let isStrip =
      rows.sourceStep == 1 && rows.offset == 0 && rows.window(rows.count) == source.height
      && columns.sourceStep == 1 && columns.offset == 0
      && columns.window(columns.count) == source.width
    let rowCount = columns.window(columns.count) * source.lanes
    segments = Self.makeSegments(
      source, ky: rows.taps.count, rowCount: rowCount, stripRows: rows.window(rowGroup))
    mapSegments =
      isStrip
      ? Self.makeSegments(
        source, ky: rows.taps.count, rowCount: rowCount, stripRows: source.height) : nil
  }

  /// Whether nothing is added up: no tap meets these pixels.
  var isEmpty: Bool { rows.taps.isEmpty || columns.taps.isEmpty }

  /// Consecutive floats of a patch.
  var run: Int { columns.taps.count * source.lanes }
  /// Floats of a patch.
  var depth: Int { source.blocks * rows.taps.count * run }
  var packedCount: Int { depth * target.blocks * lanes }

  /// Floats of a row of the strip, and of one block of it.
  var stripRowCount: Int { columns.window(columns.count) * source.lanes }
  var stripPlaneCount: Int { rows.window(rowGroup) * stripRowCount }
  var scratchCount: Int { isEmpty ? 0 : source.blocks * stripPlaneCount + lanes }

  /// Where the runs of a patch start in the strip, in the order of the packed weights.
  let segments: [Int]
  /// Where they start in the source, if it is the strip of all its rows.
  private let mapSegments: [Int]?

  private static func makeSegments(
    _ source: MapSize, ky: Int, rowCount: Int, stripRows: Int
  ) -> [Int] {
    (0..<source.blocks).flatMap { block in
      (0..<ky).map { (block * stripRows + $0) * rowCount }
    }
  }

  /// Runs that are multiplied at once: their weights take at most 24 KB.
  func segmentGroup(width: Int) -> Int { max(1, 6144 / (width * lanes * run)) }

  /// Packs weights for some targets.
  func pack(
    _ view: WeightView, targets: Range<Int>, into packed: UnsafeMutablePointer<Float>
  ) {
    let taps = kernel * kernel
    withUnsafeTemporaryAllocation(of: Float.self, capacity: source.lanes * taps * lanes) {
      weights in
      guard let weights = weights.baseAddress else { return }
      for first in stride(from: targets.lowerBound, to: targets.upperBound, by: lanes) {
        let vector = first / lanes
        let tile = tileStart(of: vector, in: target.blocks)
        let step = tileWidth(at: tile, of: target.blocks) * lanes
        var place = packed + tile * lanes * depth + (vector - tile) * lanes
        for block in 0..<source.blocks {
          let channel = block * source.lanes
          view.collect(target: first, sources: channel..<channel + source.lanes, into: weights)
          for ky in rows.taps {
            for kx in columns.taps {
              for lane in 0..<source.lanes {
                store(
                  load(weights + (lane &* taps &+ ky &* kernel &+ kx) &* lanes), to: place)
                place += step
              }
            }
          }
        }
      }
    }
  }

  /// The target rows and vectors that a part of the work is: rows where there are enough to fill the
  /// strips of all workers, else tiles of vectors.
  private func share(_ part: WorkPart) -> (rows: Range<Int>, vectors: Range<Int>) {
    let tiles = (target.blocks + tileVectors - 1) / tileVectors
    guard rows.count < 12 * part.count, tiles >= part.count else {
      return (part.share(of: rows.count), 0..<target.blocks)
    }
    let share = part.share(of: tiles)
    return (
      0..<rows.count,
      share.lowerBound * tileVectors..<min(target.blocks, share.upperBound * tileVectors)
    )
  }

  /// Computes a part of one picture.
  func run(
    _ input: ConvolutionInput, weight: UnsafePointer<Float>, output: ConvolutionOutput,
    part: WorkPart = .whole, strip: UnsafeMutablePointer<Float>
  ) {
    let share = share(part)
    // What the sums go through on their way out needs them whole; a residual in the output's own
    // place is what they are added to.
    let addsToOutput = output.residual.map { $0 == UnsafePointer(output.values) } ?? false
    let finish = ConvolutionOutput(
      output.values, bias: output.bias, residual: addsToOutput ? nil : output.residual,
      rectify: output.rectify, slope: output.slope)
    let hasFinish =
      finish.bias != nil || finish.residual != nil || finish.rectify || finish.slope != nil
    guard !isEmpty else {
      if !addsToOutput { clear(output.values, share.rows, share.vectors) }
      if hasFinish { apply(finish, share.rows, share.vectors) }
      return
    }
    // Normalised on the way in, the source has to be copied after all.
    let mapSegments = input.scale == nil ? mapSegments : nil
    (mapSegments ?? segments).withUnsafeBufferPointer { segments in
      guard let segments = segments.baseAddress else { return }
      for first in stride(from: share.rows.lowerBound, to: share.rows.upperBound, by: rowGroup) {
        let group = first..<min(share.rows.upperBound, first + rowGroup)
        let isMap = mapSegments != nil
        if !isMap { fillStrip(input, rows: group, into: strip) }
        multiply(
          group, share.vectors, isMap ? input.values + first * stripRowCount : UnsafePointer(strip),
          segments, weight, into: output.values, accumulates: addsToOutput)
        if hasFinish { apply(finish, group, share.vectors) }
      }
    }
  }

  private func multiply(
    _ group: Range<Int>, _ vectors: Range<Int>, _ strip: UnsafePointer<Float>,
    _ segments: UnsafePointer<Int>, _ weight: UnsafePointer<Float>,
    into output: UnsafeMutablePointer<Float>, accumulates: Bool
  ) {
    var vector = vectors.lowerBound
    while vector < vectors.upperBound {
      let width = tileWidth(at: vector, of: target.blocks)
      let step = segmentGroup(width: width)
      for segment in stride(from: 0, to: self.segments.count, by: step) {
        for row in group {
          let place = pixel(row: row, column: 0)
          multiplyRun(
            width: width, rows: columns.count,
            TileOperands(
              a: strip + (row &- group.lowerBound) &* rows.sourceStep &* stripRowCount,
              rowStep: columns.sourceStep &* source.lanes, depthStep: 1,
              segments: segments + segment,
              segmentCount: min(step, self.segments.count &- segment), run: run,
              b: weight + (vector &* depth &+ segment &* run &* width) &* lanes,
              bDepthStep: width &* lanes, bVectorStep: lanes,
              c: output + (vector &* target.planeCount &+ place &* lanes),
              cRowStep: columns.targetStep &* lanes, cVectorStep: target.planeCount,
              accumulates: accumulates || segment > 0, nextA: strip, nextB: weight))
        }
      }
      vector &+= width
    }
  }

  /// The target pixel of a row and column of this correlation.
  private func pixel(row: Int, column: Int) -> Int {
    (row &* rows.targetStep &+ rows.first) &* target.width &+ column &* columns.targetStep
      &+ columns.first
  }

  /// Copies the source rows of some target rows, with zeros where there are none.
  ///
  /// - Parameter strip: (blocks, rows, columns, lanes).
  func fillStrip(
    _ input: ConvolutionInput, rows group: Range<Int>, into strip: UnsafeMutablePointer<Float>
  ) {
    let height = rows.window(group.count)
    let top = group.lowerBound * rows.sourceStep + rows.offset
    let width = columns.window(columns.count)
    // Columns of the strip that lie inside the picture.
    let left = min(width, max(0, -columns.offset))
    let right = max(left, min(width, source.width - columns.offset))
    for block in 0..<source.blocks {
      let plane = input.values + block * source.planeCount
      for row in 0..<height {
        let target = strip + block * stripPlaneCount + row * stripRowCount
        let y = top + row
        guard y >= 0 && y < source.height else {
          target.update(repeating: 0, count: stripRowCount)
          continue
        }
        target.update(repeating: 0, count: left * source.lanes)
        (target + right * source.lanes).update(
          repeating: 0, count: (width - right) * source.lanes)
        let inside = (right - left) * source.lanes
        let start = plane + (y * source.width + left + columns.offset) * source.lanes
        let place = target + left * source.lanes
        if let scale = input.scale, let shift = input.shift {
          let (scale, shift) = (load(scale + block * lanes), load(shift + block * lanes))
          for offset in stride(from: 0, to: inside, by: lanes) {
            store(shift.adding(scale, times: load(start + offset)).rectified, to: place + offset)
          }
        } else {
          place.update(from: start, count: inside)
        }
      }
    }
  }

  /// Sends the sums of some rows through what follows them.
  private func apply(
    _ output: ConvolutionOutput, _ group: Range<Int>, _ vectors: Range<Int>
  ) {
    for block in vectors {
      let stage = OutputStage(output, channel: block &* lanes)
      for row in group {
        for column in 0..<columns.count {
          let place = block &* target.planeCount &+ pixel(row: row, column: column) &* lanes
          stage.write(load(output.values + place), at: place)
        }
      }
    }
  }

  private func clear(
    _ output: UnsafeMutablePointer<Float>, _ group: Range<Int>, _ vectors: Range<Int>
  ) {
    for block in vectors {
      for row in group {
        for column in 0..<columns.count {
          let place = block &* target.planeCount &+ pixel(row: row, column: column) &* lanes
          store(.zero, to: output + place)
        }
      }
    }
  }
}

@inline(never)
private func multiplyRun(width: Int, rows: Int, _ operands: TileOperands) {
  multiplyRows(width: width, rows: rows, operands, fetches: false)
}
