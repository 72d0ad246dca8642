/// The format in which ranks send the numbers of a sum.
package enum WirePrecision: String, Sendable, Equatable, CaseIterable {
  case float32
  /// The numbers of each rank and the sum are rounded to 8 bits of precision, which halves the
  /// bytes. The additions are in float32.
  case bfloat16
}

/// The upper half of a float32: its sign, its 8 bits of exponent, and 7 bits after the leading one.
///
/// Google's format for machine learning; see The bfloat16 numerical format, Google Cloud
/// documentation.
package enum BFloat16 {
  /// Rounds to the nearest, ties to even; NaN stays NaN.
  @inlinable package static func bits(of value: Float) -> UInt16 {
    let bits = value.bitPattern
    let rounded = (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16
    // Rounding would turn some NaNs into infinity or zero.
    let quiet = bits >> 16 | 0x40
    return UInt16(truncatingIfNeeded: bits & 0x7fff_ffff > 0x7f80_0000 ? quiet : rounded)
  }

  /// The number that has these bits.
  @inlinable package static func value(of bits: UInt16) -> Float {
    Float(bitPattern: UInt32(bits) << 16)
  }
}
