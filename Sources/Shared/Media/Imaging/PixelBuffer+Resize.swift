extension PixelBuffer {
  /// The picture at another size, by a triangle filter as wide as the scale: linear interpolation
  /// upwards, a weighted mean downwards (what PIL calls bilinear and PyTorch `antialias`).
  ///
  /// - Parameter antialiased: false interpolates linearly downwards too, between the two pixels next
  ///   to each new one's centre, and leaves the others out (OpenCV's `INTER_LINEAR`).
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

/// Which source pixels each pixel of a resized row is the mean of, and their weights.
private struct TriangleFilter {
  private var starts: [Int] = []
  private var weights: [Float] = []
  private let tapCount: Int

  init(from sourceCount: Int, to count: Int, antialiased: Bool) {
    let scale = Double(sourceCount) / Double(count)
    let reach = antialiased ? max(scale, 1) : 1
    // An open interval of twice the reach has at most so many whole numbers.
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

  /// A row of RGBX bytes at the new width, as numbers.
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

  /// The weighted sum of the rows that belong to row `index`; 16 numbers at a time stay in registers.
  func sumRows(
    at index: Int, of rows: UnsafePointer<Float>, rowLength: Int,
    into sums: UnsafeMutablePointer<Float>
  ) {
    let first = rows + starts[index] * rowLength
    weights[index * tapCount..<(index + 1) * tapCount].withUnsafeBufferPointer { weights in
      /// The sums from number `start` on, as many as the vector has.
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
      // A row has whole pixels of four numbers.
      while start < rowLength {
        add(SIMD4<Float>.self, at: start)
        start += 4
      }
    }
  }
}

extension PixelBuffer {
  /// The picture as a square of the side that a network takes: itself where it has that size already.
  /// Training, evaluation and prediction all bring crops to a network's input size by this.
  package func networkInput(side: Int) -> PixelBuffer {
    width == side && height == side ? self : resized(width: side, height: side)
  }
}

/// Numbers beside each other as a vector.
@inline(__always)
func loadNumbers<V: SIMD>(_ numbers: UnsafePointer<Float>, _: V.Type) -> V
where V.Scalar == Float {
  UnsafeRawPointer(numbers).loadUnaligned(as: V.self)
}

/// Numbers from 0 up to 255 and what rounding errors add, to whole ones.
///
/// A conversion to integers asks whether each number fits, and keeps the compiler from vectors. Added to
/// 2^23, a number has its nearest whole one in its last bits; where that is above it, it is one too much.
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
