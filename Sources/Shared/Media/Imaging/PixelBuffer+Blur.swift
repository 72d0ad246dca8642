#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

extension PixelBuffer {
  /// Blurs the picture with a Gaussian of standard deviation `sigma` in pixels, cut off at 3 sigma.
  /// Outside of the picture the pixels at its edge are repeated. About 0.05 milliseconds per unit
  /// of `sigma` and 10,000 pixels.
  package mutating func blur(sigma: Double) {
    // For a smaller sigma the neighbours' weights vanish in rounding.
    guard sigma >= 0.2 else { return }
    convolve(bell(sigma: sigma, radius: min(Int((3 * sigma).rounded(.up)), 255)), .edge)
  }

  /// Blurs the picture as OpenCV's `GaussianBlur` does by default: a Gaussian over `kernelSize`
  /// pixels; outside of the picture lies its mirror image, without a repetition of the edge pixel.
  ///
  /// - Precondition: `kernelSize` is odd and lies in 1...511, `sigma` is positive.
  package mutating func blur(kernelSize: Int, sigma: Double) {
    precondition(
      (1...511).contains(kernelSize) && kernelSize % 2 == 1 && sigma > 0,
      "a kernel has an odd number of pixels up to 511 and a positive deviation")
    convolve(bell(sigma: sigma, radius: kernelSize / 2), .mirror)
  }

  /// Weighted sums of rows, then of columns.
  ///
  /// - Parameter weights: for the distances 0, 1, ...; at most 256.
  private mutating func convolve(_ weights: [Float], _ border: Border) {
    let radius = weights.count - 1
    let (height, rowLength) = (height, bytesPerRow)
    bytes.withUnsafeMutableBufferPointer { bytes in
      let capacity = (height + 1) * rowLength + 8 * radius
      withUnsafeTemporaryAllocation(of: Float.self, capacity: capacity) { memory in
        guard let bytes = bytes.baseAddress, let rows = memory.baseAddress else { return }
        let padded = rows + height * rowLength
        for y in 0..<height {
          pad(bytes + y * rowLength, rowLength, radius, border, into: padded)
          blurRow(padded, weights, rowLength, into: rows + y * rowLength)
        }
        for y in 0..<height {
          blurColumn(rows, y, height: height, weights, border, rowLength, into: padded)
          roundToBytes(padded, count: rowLength, into: bytes + y * rowLength)
        }
      }
    }
  }
}

/// The pixels outside of a picture.
enum Border {
  /// The pixel at the edge, repeated.
  case edge
  /// The mirror image, without a repetition of the pixel at the edge.
  case mirror

  /// The index inside 0..<count whose pixel is seen at `index`.
  func index(_ index: Int, _ count: Int) -> Int {
    if self == .edge || count == 1 { return min(max(index, 0), count - 1) }
    let period = 2 * (count - 1)
    let offset = ((index % period) + period) % period
    return offset < count ? offset : period - offset
  }
}

/// The values of a Gaussian at 0...radius; together with those at -radius...-1 their sum is 1.
private func bell(sigma: Double, radius: Int) -> [Float] {
  let bell = (0...radius).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
  let sum = bell[0] + 2 * bell.dropFirst().reduce(0, +)
  return bell.map { Float($0 / sum) }
}

/// Writes a row as floats, with `radius` more pixels on both sides.
private func pad(
  _ bytes: UnsafePointer<UInt8>, _ rowLength: Int, _ radius: Int, _ border: Border,
  into padded: UnsafeMutablePointer<Float>
) {
  let middle = padded + 4 * radius
  let width = rowLength / 4
  for distance in 0..<radius {
    let left = bytes + 4 * border.index(-1 - distance, width)
    let right = bytes + 4 * border.index(width + distance, width)
    for channel in 0..<4 {
      middle[channel - 4 * (distance + 1)] = Float(left[channel])
      middle[rowLength + 4 * distance + channel] = Float(right[channel])
    }
  }
  for i in 0..<rowLength { middle[i] = Float(bytes[i]) }
}

/// Weighted sums of a padded row and its copies shifted by 1, 2, ... pixels in both directions.
private func blurRow(
  _ padded: UnsafePointer<Float>, _ weights: [Float], _ count: Int,
  into sums: UnsafeMutablePointer<Float>
) {
  let middle = padded + 4 * (weights.count - 1)
  sumPairs(middle, weights, count, into: sums) { (middle - 4 * $0, middle + 4 * $0) }
}

/// Weighted sums of a row and those above and below.
private func blurColumn(
  _ rows: UnsafePointer<Float>, _ y: Int, height: Int, _ weights: [Float], _ border: Border,
  _ count: Int, into sums: UnsafeMutablePointer<Float>
) {
  sumPairs(rows + y * count, weights, count, into: sums) {
    (
      rows + border.index(y - $0, height) * count, rows + border.index(y + $0, height) * count
    )
  }
}

/// The sum of a row and of pairs of rows, each with the weight of its distance. 16 numbers at a
/// time stay in registers, which takes half as long as adding one whole row after the other.
@inline(__always)
private func sumPairs(
  _ middle: UnsafePointer<Float>, _ weights: [Float], _ count: Int,
  into sums: UnsafeMutablePointer<Float>,
  _ pair: (Int) -> (UnsafePointer<Float>, UnsafePointer<Float>)
) {
  typealias Pair = (left: UnsafePointer<Float>, right: UnsafePointer<Float>, weight: Float)
  withUnsafeTemporaryAllocation(of: Pair.self, capacity: weights.count) { pairs in
    let pairCount = weights.count - 1
    for distance in 0..<pairCount {
      let (left, right) = pair(distance + 1)
      pairs[distance] = (left, right, weights[distance + 1])
    }
    /// Computes the sums from index `start` on, as many as the vector has lanes.
    func add<V: SIMD>(_: V.Type, at start: Int) where V.Scalar == Float {
      var sum = loadNumbers(middle + start, V.self) * weights[0]
      for (left, right, weight) in pairs[..<pairCount] {
        sum += (loadNumbers(left + start, V.self) + loadNumbers(right + start, V.self)) * weight
      }
      UnsafeMutableRawPointer(sums + start).storeBytes(of: sum, as: V.self)
    }
    var start = 0
    while start + 16 <= count {
      add(SIMD16<Float>.self, at: start)
      start += 16
    }
    // What remains is whole pixels, four numbers each.
    while start < count {
      add(SIMD4<Float>.self, at: start)
      start += 4
    }
  }
}
