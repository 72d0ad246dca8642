internal import Imaging

/// Fraction bits of colour factors.
private let fractionBits: Int32 = 16

extension PixelBuffer {
  /// Multiplies brightness, then the distance from the mean brightness of the picture, then the
  /// distance of each colour from its own brightness.
  ///
  /// All three together are one linear map, `x -> x b c s + Y b c (1 - s) + m b (1 - c)` with the
  /// pixel's brightness Y and the mean m; two tables and a sum per value.
  mutating func change(_ colour: AugmentationPlan.Colour) {
    let count = width * height
    bytes.withUnsafeMutableBufferPointer { bytes in
      let mean = meanBrightness(UnsafeBufferPointer(bytes), count)
      let both = colour.brightness * colour.contrast
      let offset = mean * colour.brightness * (1 - colour.contrast)
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: 512) { table in
        let one = Double(1 << fractionBits)
        for value in 0..<256 {
          let own = Double(value) * both * colour.saturation
          let common = Double(value) * both * (1 - colour.saturation) + offset + 0.5
          table[value] = Int32(own * one)
          table[256 + value] = Int32(common * one)
        }
        for pixel in 0..<count {
          let start = 4 * pixel
          let (red, green, blue) = (bytes[start], bytes[start + 1], bytes[start + 2])
          let common = table[256 + brightness(red, green, blue)]
          bytes[start] = clamped((table[Int(red)] &+ common) >> fractionBits)
          bytes[start + 1] = clamped((table[Int(green)] &+ common) >> fractionBits)
          bytes[start + 2] = clamped((table[Int(blue)] &+ common) >> fractionBits)
        }
      }
    }
  }
}

/// The luma of ITU-R BT.601, 0...255.
@inline(__always)
private func brightness(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> Int {
  (77 &* Int(red) &+ 150 &* Int(green) &+ 29 &* Int(blue)) >> 8
}

private func meanBrightness(_ bytes: UnsafeBufferPointer<UInt8>, _ count: Int) -> Double {
  var sum = 0
  for pixel in 0..<count {
    sum &+= brightness(bytes[4 * pixel], bytes[4 * pixel + 1], bytes[4 * pixel + 2])
  }
  return Double(sum) / Double(count)
}

@inline(__always)
private func clamped(_ value: Int32) -> UInt8 {
  UInt8(truncatingIfNeeded: min(max(value, 0), 255))
}
