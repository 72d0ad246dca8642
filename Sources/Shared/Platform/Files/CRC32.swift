internal import CZlib

/// The CRC-32 of zip, PNG and gzip (reflected polynomial 0xEDB88320), computed piece by piece.
///
/// Feeding bytes in any number of pieces gives the same value. Cost: about one nanosecond per byte.
package struct CRC32: Sendable, Equatable {
  /// The checksum of all bytes so far; 0 for none.
  package private(set) var value: UInt32 = 0

  package init() {}

  package static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var checksum = CRC32()
    checksum.update(bytes)
    return checksum.value
  }

  package static func checksum(_ bytes: RawSpan) -> UInt32 {
    var checksum = CRC32()
    checksum.update(bytes)
    return checksum.value
  }

  package mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  package mutating func update(_ bytes: RawSpan) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// Adds `bytes`. The corresponding C function is `crc32_z`.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    // For a null pointer zlib returns the initial value: without bytes it is not called.
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
    let start = base.assumingMemoryBound(to: UInt8.self)
    value = UInt32(truncatingIfNeeded: crc32_z(UInt(value), start, bytes.count))
  }
}
