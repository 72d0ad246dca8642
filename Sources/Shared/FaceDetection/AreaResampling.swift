/// RGBX pixels that are a part of a picture. Valid while the memory behind `bytes` is.
struct PixelPart {
  /// First pixel of the part.
  let bytes: UnsafePointer<UInt8>
  /// Bytes from one row to the next.
  let bytesPerRow: Int
  /// Where the part begins in the whole picture.
  let x: Int, y: Int
  /// Size of the whole picture.
  let wholeWidth: Int, wholeHeight: Int
}

/// Resizes a whole picture to `width x height` by area averaging and writes a window of the result
/// as network input: (value - 127.5) / 128, planes R, G, B.
///
/// An output pixel is the mean of all source pixels that it touches, as PyTorch's adaptive average
/// pooling, which `interpolate(mode="area")` is. Sums are exact integers.
struct AreaResampler {
  private var sums: [Int32] = []
  private var spans: [ColumnSpan] = []

  /// Resamples.
  ///
  /// - Parameters:
  ///   - source: has to hold all pixels that the window touches.
  ///   - columns, rows: the window of the resized picture that is written.
  ///   - planes: `3 x rows.count x columns.count`.
  mutating func resample(
    _ source: PixelPart, width: Int, height: Int, columns: Range<Int>, rows: Range<Int>,
    into planes: UnsafeMutablePointer<Float>
  ) {
    let left = columns.lowerBound * source.wholeWidth / width
    let right = touchedEnd(columns.upperBound - 1, of: width, from: source.wholeWidth)
    prepareColumns(columns, of: width, from: source.wholeWidth, left: left)
    let count = (right - left) * 4
    if sums.count < count { sums = Array(repeating: 0, count: count) }
    let base = source.bytes + (left - source.x) * 4
    spans.withUnsafeBufferPointer { spans in
      sums.withUnsafeMutableBufferPointer { sums in
        guard let sums = sums.baseAddress else { return }
        for y in rows {
          let top = y * source.wholeHeight / height
          let bottom = touchedEnd(y, of: height, from: source.wholeHeight)
          sumRows(
            base + (top - source.y) * source.bytesPerRow, rows: bottom - top,
            rowStride: source.bytesPerRow, count: count, into: sums)
          averageRow(
            sums, spans, rowCount: bottom - top, planeCount: rows.count * columns.count,
            into: planes + (y - rows.lowerBound) * columns.count)
        }
      }
    }
  }

  /// Where the source pixels of each output column begin, and how many they are.
  private mutating func prepareColumns(
    _ columns: Range<Int>, of width: Int, from wholeWidth: Int, left: Int
  ) {
    spans.removeAll(keepingCapacity: true)
    for x in columns {
      let start = x * wholeWidth / width
      spans.append(
        ColumnSpan(
          offset: (start - left) * 4, count: touchedEnd(x, of: width, from: wholeWidth) - start))
    }
  }
}

/// The source pixels of an output column: where they begin in the row of sums, and how many.
private struct ColumnSpan {
  let offset: Int
  let count: Int
}

/// Sums of `rows` rows of bytes.
private func sumRows(
  _ first: UnsafePointer<UInt8>, rows: Int, rowStride: Int, count: Int,
  into sums: UnsafeMutablePointer<Int32>
) {
  for i in 0..<count { sums[i] = Int32(truncatingIfNeeded: first[i]) }
  for row in 1..<max(rows, 1) {
    let pixels = first + row * rowStride
    for i in 0..<count { sums[i] &+= Int32(truncatingIfNeeded: pixels[i]) }
  }
}

/// One output row, three planes, from the sums of its source rows.
private func averageRow(
  _ sums: UnsafePointer<Int32>, _ spans: UnsafeBufferPointer<ColumnSpan>, rowCount: Int,
  planeCount: Int, into output: UnsafeMutablePointer<Float>
) {
  for x in 0..<spans.count {
    let span = spans[x]
    let pixels = UnsafeRawPointer(sums + span.offset)
    var sum = pixels.loadUnaligned(as: SIMD4<Int32>.self)
    for column in 1..<max(span.count, 1) {
      sum &+= pixels.loadUnaligned(fromByteOffset: column * 16, as: SIMD4<Int32>.self)
    }
    let scale = 0.0078125 / Float(span.count * rowCount)
    let value = SIMD4<Float>(sum) * scale - 127.5 * 0.0078125
    output[x] = value.x
    output[planeCount + x] = value.y
    output[2 * planeCount + x] = value.z
  }
}

/// One behind the last source pixel that output pixel `index` of `count` touches.
private func touchedEnd(_ index: Int, of count: Int, from sourceCount: Int) -> Int {
  ((index + 1) * sourceCount + count - 1) / count
}
