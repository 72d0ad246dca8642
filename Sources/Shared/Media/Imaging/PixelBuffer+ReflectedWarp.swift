extension PixelBuffer {
  /// Mirrors the picture left to right, in place.
  package mutating func mirror() {
    let (width, height) = (width, height)
    bytes.withUnsafeMutableBytes { bytes in
      let pixels = bytes.bindMemory(to: UInt32.self)
      for row in 0..<height {
        var (left, right) = (row * width, (row + 1) * width - 1)
        while left < right {
          pixels.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
    }
  }

  /// Replaces the picture by its image under a transform, of the same size. Bilinear; what lies
  /// outside of the picture is its reflection at the edge. Meant for transforms near the identity:
  /// a much smaller image would show aliasing.
  ///
  /// - Parameters:
  ///   - transform: from coordinates of the new picture to those of this one.
  ///   - scratch: memory that is kept between pictures; holds the old pixels afterwards.
  package mutating func warpReflecting(by transform: SimilarityTransform, scratch: inout [UInt8]) {
    swap(&bytes, &scratch)
    let count = width * height * Self.bytesPerPixel
    if bytes.count != count { bytes = [UInt8](repeating: 0, count: count) }
    let (width, height) = (width, height)
    scratch.withUnsafeBytes { source in
      bytes.withUnsafeMutableBytes { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        warpReflectingKernel(source, target, width: width, height: height, transform)
      }
    }
  }
}

/// Binary digits after the point in fixed-point positions.
private let fractionBits = 16

/// Positions are fixed-point numbers. Two channels at a time lie in the halves of a 32-bit number;
/// the weights sum to 256, so neither half overflows.
private func warpReflectingKernel(
  _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, width: Int, height: Int,
  _ transform: SimilarityTransform
) {
  let one = Double(1 << fractionBits)
  let (stepX, stepY) = (fixedPoint(transform.a * one), fixedPoint(transform.b * one))
  for row in 0..<height {
    let first = transform.apply(SIMD2(0.5, Double(row) + 0.5))
    var x = fixedPoint((first.x - 0.5) * one)
    var y = fixedPoint((first.y - 0.5) * one)
    for column in 0..<width {
      let left = x >> fractionBits
      let top = y >> fractionBits
      let pixels: (UInt32, UInt32, UInt32, UInt32)
      // Read as unsigned, a negative number is larger than any width.
      if UInt(bitPattern: left) < UInt(bitPattern: width &- 1),
        UInt(bitPattern: top) < UInt(bitPattern: height &- 1)
      {
        let upper = source + (top &* width &+ left) &* 4
        let lower = upper + width &* 4
        pixels = (
          upper.load(as: UInt32.self), (upper + 4).load(as: UInt32.self),
          lower.load(as: UInt32.self), (lower + 4).load(as: UInt32.self)
        )
      } else {
        let columns = (reflected(left, width), reflected(left &+ 1, width))
        let rows = (reflected(top, height) * width, reflected(top &+ 1, height) * width)
        pixels = (
          (source + (rows.0 + columns.0) * 4).load(as: UInt32.self),
          (source + (rows.0 + columns.1) * 4).load(as: UInt32.self),
          (source + (rows.1 + columns.0) * 4).load(as: UInt32.self),
          (source + (rows.1 + columns.1) * 4).load(as: UInt32.self)
        )
      }
      let right = UInt32(truncatingIfNeeded: x >> 8) & 255
      let bottom = UInt32(truncatingIfNeeded: y >> 8) & 255
      target.storeBytes(
        of: bilinear(pixels, right, bottom), toByteOffset: (row &* width &+ column) &* 4,
        as: UInt32.self)
      x &+= stepX
      y &+= stepY
    }
  }
}

/// The integer part, bounded so that no position overflows. NaN becomes the lower bound.
private func fixedPoint(_ value: Double) -> Int {
  guard value > -1e12 else { return -1_000_000_000_000 }
  return Int(min(value, 1e12))
}

/// The mean of four pixels with weights in 1/256.
@inline(__always)
private func bilinear(
  _ pixels: (UInt32, UInt32, UInt32, UInt32), _ right: UInt32, _ bottom: UInt32
) -> UInt32 {
  let both = (right &* bottom &+ 128) >> 8
  let onlyRight = right &- both
  let onlyBottom = bottom &- both
  let neither = 256 &- right &- onlyBottom
  let mask: UInt32 = 0x00FF_00FF
  let even =
    (pixels.0 & mask) &* neither &+ (pixels.1 & mask) &* onlyRight
    &+ (pixels.2 & mask) &* onlyBottom &+ (pixels.3 & mask) &* both &+ 0x0080_0080
  let odd =
    (pixels.0 >> 8 & mask) &* neither &+ (pixels.1 >> 8 & mask) &* onlyRight
    &+ (pixels.2 >> 8 & mask) &* onlyBottom &+ (pixels.3 >> 8 & mask) &* both &+ 0x0080_0080
  return (even >> 8 & mask) | (odd & ~mask)
}

/// The index inside 0..<count whose pixel is seen at `index` when both edges reflect.
private func reflected(_ index: Int, _ count: Int) -> Int {
  let period = 2 * count
  let offset = ((index % period) + period) % period
  return offset < count ? offset : period - 1 - offset
}
