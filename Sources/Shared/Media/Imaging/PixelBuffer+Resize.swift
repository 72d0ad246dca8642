extension PixelBuffer {
  /// The picture resized by a triangle filter as wide as the scale: linear interpolation where it
  /// is enlarged, a weighted mean where it is reduced (what PIL calls bilinear and PyTorch
  /// `antialias`).
  ///
  /// - Parameter antialiased: false interpolates linearly when reducing too, between the two pixels
  ///   next to each new pixel's centre, and ignores the others (OpenCV's `INTER_LINEAR`).
  /// - Precondition: `width` and `height` are positive.
  package func resized(
    width newWidth: Int, height newHeight: Int, antialiased: Bool = true
  ) -> PixelBuffer {
    precondition(newWidth > 0 && newHeight > 0, "a picture needs a positive width and height")
    if newWidth == width && newHeight == height { return self }
    let columns = TriangleFilter(from: width, to: newWidth, antialiased: antialiased)
    let rows = TriangleFilter(from: height, to: newHeight, antialiased: antialiased)
    let rowLength = newWidth * Self.bytesPerPixel
    let result = [UInt8](
      unsafeUninitializedCapacity: newHeight * rowLength
    ) { output, count in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: (height + 1) * rowLength) { memory in
        bytes.withUnsafeBytes { source in
          guard let narrow = memory.baseAddress, let source = source.baseAddress,
            let output = output.baseAddress
          else { return }
          for y in 0..<height {
            columns.filterRow(source + y * bytesPerRow, into: narrow + y * rowLength)
          }
          let sums = narrow + height * rowLength
          for y in 0..<newHeight {
            rows.sumRows(at: y, of: narrow, rowLength: rowLength, into: sums)
            roundToBytes(sums, count: rowLength, into: output + y * rowLength)
          }
        }
      }
      count = newHeight * rowLength
    }
    return PixelBuffer(width: newWidth, height: newHeight, bytes: result)
  }
}

/// The source pixels that make up each pixel of a resized row, and their weights.
private struct TriangleFilter {
  private var starts: [Int] = []
  private var weights: [Float] = []
  private let tapCount: Int

  init(from sourceCount: Int, to count: Int, antialiased: Bool) {
    let scale = Double(sourceCount) / Double(count)
    let reach = antialiased ? max(scale, 1) : 1
    // An open interval of length 2 * reach contains at most this many integers.
    tapCount = min(sourceCount, Int((2 * reach).rounded(.up)))
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

  /// Resizes a row of RGBX bytes to the new width; the result is floats.
  func filterRow(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>) {
    let pixels = UnsafeMutableRawPointer(target)
    starts.withUnsafeBufferPointer { starts in
      weights.withUnsafeBufferPointer { weights in
        guard var weight = weights.baseAddress else { return }
        for index in 0..<starts.count {
          var pixel = source + starts[index] &* 4
          var sum = SIMD4<Float>()
          for _ in 0..<tapCount {
            let bytes = pixel.loadUnaligned(as: SIMD4<UInt8>.self)
            sum += SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: bytes)) * weight.pointee
            pixel += 4
            weight += 1
          }
          pixels.storeBytes(of: sum, toByteOffset: index &* 16, as: SIMD4<Float>.self)
        }
      }
    }
  }

  /// The weighted sum of the source rows of row `index`; 16 numbers at a time stay in registers.
  func sumRows(
    at index: Int, of rows: UnsafePointer<Float>, rowLength: Int,
    into sums: UnsafeMutablePointer<Float>
  ) {
    let first = rows + starts[index] * rowLength
    weights[index * tapCount..<(index + 1) * tapCount].withUnsafeBufferPointer { weights in
      /// Computes the sums from index `start` on, as many as the vector has lanes.
      func add<V: SIMD>(_: V.Type, at start: Int) where V.Scalar == Float {
        var sum = V(repeating: 0)
        for tap in 0..<weights.count {
          sum += loadNumbers(first + tap * rowLength + start, V.self) * weights[tap]
        }
        UnsafeMutableRawPointer(sums + start).storeBytes(of: sum, as: V.self)
      }
      var start = 0
      while start + 16 <= rowLength {
        add(SIMD16<Float>.self, at: start)
        start += 16
      }
      // What remains is whole pixels, four numbers each.
      while start < rowLength {
        add(SIMD4<Float>.self, at: start)
        start += 4
      }
    }
  }
}

extension PixelBuffer {
  /// The picture resized to a network's input, a square; unchanged if it has that size already.
  /// Training, evaluation and prediction all use this for crops.
  package func networkInput(side: Int) -> PixelBuffer {
    width == side && height == side ? self : resized(width: side, height: side)
  }
}

/// Loads consecutive numbers as a vector.
@inline(__always)
func loadNumbers<V: SIMD>(_ numbers: UnsafePointer<Float>, _: V.Type) -> V
where V.Scalar == Float {
  UnsafeRawPointer(numbers).loadUnaligned(as: V.self)
}

/// Rounds numbers of 0...255, which rounding errors may exceed a little.
///
/// A conversion to integers checks whether each number fits, which prevents vectorisation. Instead,
/// 0.5 is added and the result rounded down: added to 2^23, a number has its nearest integer in the
/// last bits; where that is larger than the number, it is one too large.
func roundToBytes(
  _ numbers: UnsafePointer<Float>, count: Int, into bytes: UnsafeMutablePointer<UInt8>
) {
  let large: Float = 8_388_608
  for i in 0..<count {
    let number = numbers[i] + 0.5
    let sum = number + large
    let excess: UInt32 = sum - large > number ? 1 : 0
    bytes[i] = UInt8(truncatingIfNeeded: sum.bitPattern &- excess)
  }
}
