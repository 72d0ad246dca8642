/// A hash of names and numbers that is the same in every process, unlike `Hasher`: FNV-1a with 64
/// bits (Fowler, Noll, Vo). Not for cryptography.
package struct NameHash: Sendable {
  /// The hash of all that was added.
  package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  package init() {}

  /// The hash of one name.
  package static func of(_ name: String) -> UInt64 {
    var hash = NameHash()
    hash.add(name)
    return hash.value
  }

  /// Adds a name's UTF-8 bytes and an end mark, a byte that UTF-8 never has.
  package mutating func add(_ name: String) {
    for byte in name.utf8 { add(byte) }
    add(UInt8(0xFF))
  }

  /// Adds the 8 bytes of a number, the lowest first.
  package mutating func add(_ number: UInt64) {
    for index in 0..<8 { add(UInt8(truncatingIfNeeded: number >> (8 * UInt64(index)))) }
  }

  private mutating func add(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
  }
}
