/// How numbers travel between ranks on their way through a sum.
package enum WirePrecision: String, Sendable, Equatable, CaseIterable {
  /// As they are.
  case float32
  /// Rounded to 8 bits of precision, which halves the bytes: what each rank brings, and the sum. The sum
  /// itself is one of float32.
  case bfloat16
}

/// The upper half of a float32: its sign, its 8 bits of exponent, and 7 bits after the leading one.
///
/// Google's format for machine learning; see The bfloat16 numerical format, Google Cloud documentation.
package enum BFloat16 {
  /// The nearest one, the even one of two that are equally near; NaN stays NaN.
  @inlinable package static func bits(of value: Float) -> UInt16 {
    let bits = value.bitPattern
    let rounded = (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16
    // Rounding would carry some of them over to infinity or zero.
    let quiet = bits >> 16 | 0x40
    return UInt16(truncatingIfNeeded: bits & 0x7fff_ffff > 0x7f80_0000 ? quiet : rounded)
  }

  /// The number that has these bits.
  @inlinable package static func value(of bits: UInt16) -> Float {
    Float(bitPattern: UInt32(bits) << 16)
  }
}
