/// A protocol buffer message under construction, field by field.
/// Format: https://protobuf.dev/programming-guides/encoding.
struct ProtocolBuffer {
  private(set) var bytes: [UInt8] = []

  private enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  /// An `int64` or `enum`. Negative numbers take ten bytes.
  mutating func append(_ value: Int64, field: UInt64) {
    appendTag(field, .varint)
    appendVarint(UInt64(bitPattern: value))
  }

  /// A `double`.
  mutating func append(_ value: Double, field: UInt64) {
    appendTag(field, .fixed64)
    bytes.append(littleEndian: value.bitPattern)
  }

  /// A `float`.
  mutating func append(_ value: Float, field: UInt64) {
    appendTag(field, .fixed32)
    bytes.append(littleEndian: value.bitPattern)
  }

  /// A `string`.
  mutating func append(_ value: String, field: UInt64) {
    append(contents: Array(value.utf8), field: field)
  }

  /// A message inside this one.
  mutating func append(_ value: ProtocolBuffer, field: UInt64) {
    append(contents: value.bytes, field: field)
  }

  private mutating func append(contents: [UInt8], field: UInt64) {
    appendTag(field, .lengthDelimited)
    appendVarint(UInt64(contents.count))
    bytes += contents
  }

  private mutating func appendTag(_ field: UInt64, _ type: WireType) {
    appendVarint(field << 3 | type.rawValue)
  }

  private mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

extension [UInt8] {
  /// Adds the bytes of a number, the least significant one first.
  mutating func append(littleEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
