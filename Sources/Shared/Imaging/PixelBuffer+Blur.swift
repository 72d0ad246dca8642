#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

extension PixelBuffer {
  /// Blurs the picture with a Gaussian bell of standard deviation `sigma` in pixels, cut off at three
  /// of them. Outside of the picture its edge goes on. About 0.2 milliseconds per unit of `sigma` and
  /// 10,000 pixels.
  public mutating func blur(sigma: Double) {
    // Below, the neighbours' weights vanish in rounding.
    guard sigma >= 0.2 else { return }
    let radius = min(Int((3 * sigma).rounded(.up)), 255)
    let bell = (0...radius).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
    let sum = bell[0] + 2 * bell.dropFirst().reduce(0, +)
    let weights = bell.map { Float($0 / sum) }
    let (height, rowLength) = (height, bytesPerRow)
    bytes.withUnsafeMutableBufferPointer { bytes in
      let capacity = (height + 1) * rowLength + 8 * radius
      withUnsafeTemporaryAllocation(of: Float.self, capacity: capacity) { memory in
        guard let bytes = bytes.baseAddress, let rows = memory.baseAddress else { return }
        let padded = rows + height * rowLength
        for y in 0..<height {
          pad(bytes + y * rowLength, rowLength, radius, into: padded)
          blurRow(padded, weights, rowLength, into: rows + y * rowLength)
        }
        for y in 0..<height {
          blurColumn(rows, y, height: height, weights, rowLength, into: padded)
          roundToBytes(padded, count: rowLength, into: bytes + y * rowLength)
        }
      }
    }
  }
}

/// A row as numbers, its first and last pixel repeated `radius` times.
private func pad(
  _ bytes: UnsafePointer<UInt8>, _ rowLength: Int, _ radius: Int,
  into padded: UnsafeMutablePointer<Float>
) {
  let margin = 4 * radius
  for i in 0..<margin {
    padded[i] = Float(bytes[i % 4])
    padded[margin + rowLength + i] = Float(bytes[rowLength - 4 + i % 4])
  }
  let middle = padded + margin
  for i in 0..<rowLength { middle[i] = Float(bytes[i]) }
}

/// Weighted sums of a padded row and itself moved by 1, 2, ... pixels both ways.
private func blurRow(
  _ padded: UnsafePointer<Float>, _ weights: [Float], _ count: Int,
  into sums: UnsafeMutablePointer<Float>
) {
  let middle = padded + 4 * (weights.count - 1)
  let weight = weights[0]
  for i in 0..<count { sums[i] = middle[i] * weight }
  for distance in 1..<weights.count {
    addPair(middle - 4 * distance, middle + 4 * distance, weights[distance], count, to: sums)
  }
}

/// Weighted sums of a row and those above and below; beyond the picture its edge goes on.
private func blurColumn(
  _ rows: UnsafePointer<Float>, _ y: Int, height: Int, _ weights: [Float], _ count: Int,
  into sums: UnsafeMutablePointer<Float>
) {
  let row = rows + y * count
  let weight = weights[0]
  for i in 0..<count { sums[i] = row[i] * weight }
  for distance in 1..<weights.count {
    let above = rows + max(y - distance, 0) * count
    let below = rows + min(y + distance, height - 1) * count
    addPair(above, below, weights[distance], count, to: sums)
  }
}

private func addPair(
  _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ weight: Float, _ count: Int,
  to sums: UnsafeMutablePointer<Float>
) {
  for i in 0..<count { sums[i] += (left[i] + right[i]) * weight }
}
