/// A picture whose pixels are made on demand: a decoded video frame converts only the requested
/// part from YUV, a `PixelBuffer` copies it.
package protocol FramePicture {
  /// The error that making pixels may throw; `Never` for pictures in memory.
  associatedtype Failure: Error

  /// Displayed width in pixels.
  var width: Int { get }

  /// Displayed height in pixels.
  var height: Int { get }

  /// The whole picture at another size, area-averaged.
  ///
  /// - Precondition: `width` and `height` are positive and not larger than the picture's.
  func reduced(width: Int, height: Int) throws(Failure) -> PixelBuffer

  /// The part of the picture at (`x`, `y`) in full resolution.
  ///
  /// - Precondition: the part is not empty and lies inside the picture.
  func region(x: Int, y: Int, width: Int, height: Int) throws(Failure) -> PixelBuffer
}

extension PixelBuffer: FramePicture {
  /// The whole picture at another size, area-averaged: each pixel is the rounded mean of the source
  /// pixels that it touches.
  package func reduced(width newWidth: Int, height newHeight: Int) -> PixelBuffer {
    precondition(
      newWidth > 0 && newHeight > 0 && newWidth <= width && newHeight <= height,
      "a reduced picture is not empty and not larger than the picture")
    if newWidth == width && newHeight == height { return self }
    var result = PixelBuffer(width: newWidth, height: newHeight)
    var sums = [Int32](repeating: 0, count: bytesPerRow)
    for y in 0..<newHeight {
      let rows = touchedPixels(y, of: newHeight, from: height)
      sumRows(rows, into: &sums)
      averageColumns(sums, rowCount: rows.count, into: &result, y: y)
    }
    return result
  }

  /// The part of the picture at (`x`, `y`).
  package func region(x: Int, y: Int, width: Int, height: Int) -> PixelBuffer {
    if x == 0 && y == 0 && width == self.width && height == self.height { return self }
    return cropped(x: x, y: y, width: width, height: height)
  }

  private func sumRows(_ rows: Range<Int>, into sums: inout [Int32]) {
    bytes.withUnsafeBufferPointer { bytes in
      sums.withUnsafeMutableBufferPointer { sums in
        for i in 0..<sums.count { sums[i] = 0 }
        for row in rows {
          let start = row * bytesPerRow
          for i in 0..<sums.count { sums[i] &+= Int32(bytes[start + i]) }
        }
      }
    }
  }

  private func averageColumns(
    _ sums: [Int32], rowCount: Int, into result: inout PixelBuffer, y: Int
  ) {
    for x in 0..<result.width {
      let columns = touchedPixels(x, of: result.width, from: width)
      var sum = SIMD4<Int32>(repeating: 0)
      for column in columns {
        let i = column * Self.bytesPerPixel
        sum &+= SIMD4(sums[i], sums[i + 1], sums[i + 2], sums[i + 3])
      }
      let count = Int32(columns.count * rowCount)
      let mean = (sum &+ SIMD4(repeating: count / 2)) / SIMD4(repeating: count)
      result[x, y] = SIMD4<UInt8>(truncatingIfNeeded: mean)
    }
  }
}

/// The source pixels that pixel `index` of `count` touches when `sourceCount` pixels are reduced.
private func touchedPixels(_ index: Int, of count: Int, from sourceCount: Int) -> Range<Int> {
  (index * sourceCount / count)..<(((index + 1) * sourceCount + count - 1) / count)
}
