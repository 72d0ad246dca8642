/// The RGBX pixels of a part of a picture. Valid as long as the memory that `bytes` points to.
struct PixelPart {
  /// First pixel of the part.
  let bytes: UnsafePointer<UInt8>
  /// Bytes from one row to the next.
  let bytesPerRow: Int
  /// Column and row of the whole picture at which the part begins.
  let x: Int, y: Int
  /// Size of the whole picture.
  let wholeWidth: Int, wholeHeight: Int
}

/// Resizes a whole picture to `width x height` by area averaging and writes a window of the result
/// as network input: (value - 127.5) / 128, (rows, columns, RGB).
///
/// An output pixel is the mean of all source pixels that it touches, as in PyTorch's adaptive
/// average pooling, which `interpolate(mode="area")` is. Sums are exact integers.
struct AreaResampler {
  private var narrowSums: [UInt16] = []
  private var wideSums: [UInt32] = []
  private var runningSums: [SIMD4<UInt32>] = []
  private var spans: [ColumnSpan] = []

  /// Largest number of rows of bytes whose sum fits 16 bits. Narrow sums are twice as fast; no
  /// picture of ordinary size needs the wide ones.
  private static let maximumNarrowRows = 257

  /// Writes a window of the picture resized to `width x height`.
  ///
  /// - Parameters:
  ///   - source: must hold all pixels that the window touches.
  ///   - columns, rows: the window of the resized picture that is written.
  ///   - pixels: `rows.count x columns.count x 3`.
  mutating func resample(
    _ source: PixelPart, width: Int, height: Int, columns: Range<Int>, rows: Range<Int>,
    into pixels: UnsafeMutablePointer<Float>
  ) {
    let left = columns.lowerBound * source.wholeWidth / width
    let right = touchedEnd(columns.upperBound - 1, of: width, from: source.wholeWidth)
    prepareColumns(columns, of: width, from: source.wholeWidth, left: left)
    let window = ResamplingWindow(
      source: source, height: height, rows: rows, left: left, count: (right - left) * 4)
    if source.wholeHeight / height + 2 <= Self.maximumNarrowRows {
      resampleRows(window, spans, sums: &narrowSums, running: &runningSums, into: pixels)
    } else {
      resampleRows(window, spans, sums: &wideSums, running: &runningSums, into: pixels)
    }
  }

  /// Computes the source columns of each output column.
  private mutating func prepareColumns(
    _ columns: Range<Int>, of width: Int, from wholeWidth: Int, left: Int
  ) {
    spans.removeAll(keepingCapacity: true)
    for x in columns {
      let start = x * wholeWidth / width
      spans.append(
        ColumnSpan(
          start: start - left, end: touchedEnd(x, of: width, from: wholeWidth) - left))
    }
  }
}

/// The source pixels of an output column.
private struct ColumnSpan {
  let start: Int32
  let end: Int32
  /// 1 / 128 divided by the number of columns.
  let scale: Float

  init(start: Int, end: Int) {
    self.start = Int32(truncatingIfNeeded: start)
    self.end = Int32(truncatingIfNeeded: end)
    scale = 0.0078125 / Float(end - start)
  }
}

/// The rows that are written, and the bytes of a source row that they need.
private struct ResamplingWindow {
  let source: PixelPart
  let height: Int
  let rows: Range<Int>
  let left: Int
  let count: Int
}

/// Sums the source rows of each output row column by column, then takes the means.
@inline(__always)
private func resampleRows<Sum: FixedWidthInteger & UnsignedInteger & SIMDScalar>(
  _ window: ResamplingWindow, _ spans: [ColumnSpan], sums: inout [Sum],
  running: inout [SIMD4<UInt32>], into pixels: UnsafeMutablePointer<Float>
) {
  let (source, height) = (window.source, window.height)
  if sums.count < window.count { sums = Array(repeating: 0, count: window.count) }
  let pixelCount = window.count / 4
  if running.count <= pixelCount { running = Array(repeating: SIMD4(), count: pixelCount + 1) }
  let base = source.bytes + (window.left - source.x) * 4
  spans.withUnsafeBufferPointer { spans in
    sums.withUnsafeMutableBufferPointer { sums in
      running.withUnsafeMutableBufferPointer { running in
        guard let sums = sums.baseAddress, let running = running.baseAddress else { return }
        for y in window.rows {
          let top = y * source.wholeHeight / height
          let bottom = touchedEnd(y, of: height, from: source.wholeHeight)
          sumRows(
            base + (top - source.y) * source.bytesPerRow, rows: bottom - top,
            rowStride: source.bytesPerRow, count: window.count, into: sums)
          accumulate(sums, pixelCount: pixelCount, into: running)
          averageRow(
            running, spans, rowCount: bottom - top,
            into: pixels + (y - window.rows.lowerBound) * spans.count * 3)
        }
      }
    }
  }
}

/// Sums of `rows` rows of bytes. Two rows at a time, so that the sums are loaded half as often.
@inline(__always)
private func sumRows<Sum: FixedWidthInteger & UnsignedInteger>(
  _ first: UnsafePointer<UInt8>, rows: Int, rowStride: Int, count: Int,
  into sums: UnsafeMutablePointer<Sum>
) {
  var row = first
  if rows % 2 == 1 {
    for i in 0..<count { sums[i] = Sum(truncatingIfNeeded: row[i]) }
    row += rowStride
  } else {
    let next = row + rowStride
    for i in 0..<count {
      sums[i] = Sum(truncatingIfNeeded: row[i]) &+ Sum(truncatingIfNeeded: next[i])
    }
    row += 2 * rowStride
  }
  for _ in 0..<((rows - 1) / 2) {
    let next = row + rowStride
    for i in 0..<count {
      sums[i] &+= Sum(truncatingIfNeeded: row[i]) &+ Sum(truncatingIfNeeded: next[i])
    }
    row += 2 * rowStride
  }
}

/// Running sums from left to right, one more than there are pixels. They may wrap around; their
/// differences are still right.
@inline(__always)
private func accumulate<Sum: FixedWidthInteger & UnsignedInteger & SIMDScalar>(
  _ sums: UnsafePointer<Sum>, pixelCount: Int, into running: UnsafeMutablePointer<SIMD4<UInt32>>
) {
  let pixels = UnsafeRawPointer(sums)
  var sum = SIMD4<UInt32>()
  running[0] = sum
  for x in 0..<pixelCount {
    let pixel = pixels.loadUnaligned(
      fromByteOffset: x * 4 * MemoryLayout<Sum>.size, as: SIMD4<Sum>.self)
    sum &+= SIMD4<UInt32>(truncatingIfNeeded: pixel)
    running[x + 1] = sum
  }
}

/// Computes an output row from the running sums of its source rows. The difference of two running
/// sums needs no loop over a span, whose changing length the processor can't predict.
@inline(__always)
private func averageRow(
  _ running: UnsafePointer<SIMD4<UInt32>>, _ spans: UnsafeBufferPointer<ColumnSpan>,
  rowCount: Int, into output: UnsafeMutablePointer<Float>
) {
  let rowScale = 1 / Float(rowCount)
  for x in 0..<spans.count {
    let span = spans[x]
    let sum = SIMD4<Int32>(truncatingIfNeeded: running[Int(span.end)] &- running[Int(span.start)])
    let scale = rowScale * span.scale
    output[3 &* x] = Float(sum.x) * scale - 127.5 * 0.0078125
    output[3 &* x &+ 1] = Float(sum.y) * scale - 127.5 * 0.0078125
    output[3 &* x &+ 2] = Float(sum.z) * scale - 127.5 * 0.0078125
  }
}

/// The index after the last source pixel that output pixel `index` of `count` touches.
private func touchedEnd(_ index: Int, of count: Int, from sourceCount: Int) -> Int {
  ((index + 1) * sourceCount + count - 1) / count
}
