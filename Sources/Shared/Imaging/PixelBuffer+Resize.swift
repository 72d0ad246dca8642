extension PixelBuffer {
  /// The picture at another size, by a triangle filter as wide as the scale: linear interpolation
  /// upwards, a weighted mean downwards (what PIL calls bilinear and PyTorch `antialias`).
  ///
  /// - Precondition: `width` and `height` are positive.
  public func resized(width newWidth: Int, height newHeight: Int) -> PixelBuffer {
    precondition(newWidth > 0 && newHeight > 0, "a picture needs a positive width and height")
    if newWidth == width && newHeight == height { return self }
    let columns = TriangleFilter(from: width, to: newWidth)
    let rows = TriangleFilter(from: height, to: newHeight)
    let rowLength = newWidth * 4
    let result = [UInt8](
      unsafeUninitializedCapacity: newHeight * rowLength
    ) { output, count in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: height * rowLength) { narrow in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: rowLength) { sums in
          bytes.withUnsafeBytes { source in
            for y in 0..<height {
              columns.filterRow(
                source, offset: y * bytesPerRow, into: narrow, offset: y * newWidth * 4)
            }
          }
          for y in 0..<newHeight {
            rows.sumRows(at: y, of: narrow, rowLength: rowLength, into: sums)
            let start = y * rowLength
            for i in 0..<rowLength {
              output[start + i] = UInt8(truncatingIfNeeded: Int32(sums[i] + 0.5))
            }
          }
        }
      }
      count = newHeight * rowLength
    }
    return PixelBuffer(width: newWidth, height: newHeight, bytes: result)
  }
}

/// Which source pixels each pixel of a resized row is the mean of, and their weights.
private struct TriangleFilter {
  private var starts: [Int] = []
  private var weights: [Float] = []
  private let tapCount: Int

  init(from sourceCount: Int, to count: Int) {
    let scale = Double(sourceCount) / Double(count)
    let reach = max(scale, 1)
    tapCount = min(sourceCount, Int((2 * reach).rounded(.up)) + 1)
    for index in 0..<count {
      let centre = (Double(index) + 0.5) * scale - 0.5
      let first = Int((centre - reach).rounded(.down)) + 1
      let start = min(max(first, 0), sourceCount - tapCount)
      let taps = (0..<tapCount).map { max(0, 1 - abs(Double(start + $0) - centre) / reach) }
      let sum = taps.reduce(0, +)
      starts.append(start)
      weights += taps.map { Float($0 / sum) }
    }
  }

  /// A row of RGBX bytes at the new width, as numbers.
  func filterRow(
    _ source: UnsafeRawBufferPointer, offset: Int, into target: UnsafeMutableBufferPointer<Float>,
    offset targetOffset: Int
  ) {
    for index in 0..<starts.count {
      var sum = SIMD4<Float>()
      for tap in 0..<tapCount {
        let pixel = source.loadUnaligned(
          fromByteOffset: offset + (starts[index] + tap) * 4, as: SIMD4<UInt8>.self)
        sum +=
          SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: pixel)) * weights[index * tapCount + tap]
      }
      for channel in 0..<4 { target[targetOffset + index * 4 + channel] = sum[channel] }
    }
  }

  /// The weighted sum of the rows that belong to row `index`.
  func sumRows(
    at index: Int, of rows: UnsafeMutableBufferPointer<Float>, rowLength: Int,
    into sums: UnsafeMutableBufferPointer<Float>
  ) {
    for i in 0..<rowLength { sums[i] = 0 }
    for tap in 0..<tapCount {
      let weight = weights[index * tapCount + tap]
      let start = (starts[index] + tap) * rowLength
      for i in 0..<rowLength { sums[i] += rows[start + i] * weight }
    }
  }
}
