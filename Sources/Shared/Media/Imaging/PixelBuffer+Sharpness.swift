internal import Foundation

extension PixelBuffer {
  /// The blur of a part of the picture: minus the natural logarithm of the variance of its
  /// Laplacian, about -8 (sharp) to -1 (blurred). Nil if the part has no pixel with four
  /// neighbours.
  ///
  /// A variance below ``leastLaplacianVariance`` is raised to that, as 0 has no logarithm.
  package func blur(in region: PixelRectangle) -> Double? {
    laplacianVariance(in: region).map { -log(max($0, Self.leastLaplacianVariance)) }
  }

  /// A variance in squared grey levels; where a picture shows anything, rounding to 8 bits alone
  /// gives more.
  static let leastLaplacianVariance = 0.01

  /// The variance of the Laplacian of the luma over a part of the picture, in squared grey levels;
  /// large for a sharp picture. Nil if the part has no pixel with four neighbours.
  ///
  /// The luma is (77 R + 150 G + 29 B) / 256, BT.601's; the Laplacian of a pixel is the sum of its
  /// four neighbours minus four times itself. Pixels at the picture's border, which lack a
  /// neighbour, don't count; neighbours outside of `region` do. All sums are exact integers.
  package func laplacianVariance(in region: PixelRectangle) -> Double? {
    let inner = region.intersection(
      PixelRectangle(x: 1, y: 1, width: width - 2, height: height - 2))
    guard !inner.isEmpty else { return nil }
    let columns = inner.width + 2
    // 256 times the luma of three rows: the one above, this one, the one below.
    var rows = [[Int32]](repeating: [Int32](repeating: 0, count: columns), count: 3)
    func read(_ y: Int, into row: inout [Int32]) {
      bytes.withUnsafeBufferPointer { bytes in
        var offset = (y * width + inner.x - 1) * Self.bytesPerPixel
        for column in 0..<columns {
          row[column] =
            77 * Int32(bytes[offset]) + 150 * Int32(bytes[offset + 1])
            + 29 * Int32(bytes[offset + 2])
          offset += Self.bytesPerPixel
        }
      }
    }
    read(inner.y - 1, into: &rows[0])
    read(inner.y, into: &rows[1])
    var (sum, squares) = (0, 0)
    for y in inner.y..<inner.y + inner.height {
      read(y + 1, into: &rows[2])
      for column in 1...inner.width {
        let neighbours =
          rows[0][column] + rows[2][column] + rows[1][column - 1] + rows[1][column + 1]
        let value = Int(neighbours - 4 * rows[1][column])
        sum += value
        squares += value * value
      }
      rows.swapAt(0, 1)
      rows.swapAt(1, 2)
    }
    let count = Double(inner.width * inner.height)
    let mean = Double(sum) / count
    return max(Double(squares) / count - mean * mean, 0) / (256 * 256)
  }
}
