// Eight channels of one pixel: what a block of the layout `nChw8c` holds side by side.

/// The eight floats at an address of any alignment.
@inline(__always)
func loadVector(_ address: UnsafePointer<Float>) -> SIMD8<Float> {
  UnsafeRawPointer(address).loadUnaligned(as: SIMD8<Float>.self)
}

/// Writes eight floats to an address of any alignment.
@inline(__always)
func storeVector(_ vector: SIMD8<Float>, to address: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(address).storeBytes(of: vector, as: SIMD8<Float>.self)
}

extension SIMD8<Float> {
  /// Zero where negative. Not a number stays what it is, so that a broken loss shows.
  @inline(__always)
  var rectified: SIMD8<Float> { replacing(with: 0, where: self .< 0) }

  /// Each lane as a double. By lane: the generic conversion of a SIMD type is a slow call.
  @inline(__always)
  var doubles: SIMD8<Double> {
    SIMD8<Double>(
      Double(self[0]), Double(self[1]), Double(self[2]), Double(self[3]), Double(self[4]),
      Double(self[5]), Double(self[6]), Double(self[7]))
  }
}

extension SIMD8<Double> {
  /// The eight doubles at an address.
  @inline(__always)
  init(at address: UnsafePointer<Double>) {
    self = UnsafeRawPointer(address).loadUnaligned(as: SIMD8<Double>.self)
  }

  /// Writes the eight doubles to an address.
  @inline(__always)
  func store(to address: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(address).storeBytes(of: self, as: SIMD8<Double>.self)
  }
}
