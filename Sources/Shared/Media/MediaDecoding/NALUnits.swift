/// The units of a packet: after length prefixes (MP4, Matroska) or after start codes 00 00 01 (MPEG
/// and Annex B of H.264 and H.265). A unit begins with its type and is never empty.
struct NALUnits: Sequence, IteratorProtocol {
  private let packet: UnsafeBufferPointer<UInt8>
  private let lengthSize: Int?
  private var offset = 0

  /// - Parameter lengthSize: bytes of a length prefix; nil for start codes.
  init(_ packet: UnsafeBufferPointer<UInt8>, lengthSize: Int?) {
    self.packet = packet
    self.lengthSize = lengthSize
    if lengthSize == nil { offset = startCode(from: 0).map { $0 + 3 } ?? packet.count }
  }

  /// Whether the length prefixes don't add up to the packet's size.
  var isDamaged: Bool {
    guard lengthSize != nil else { return false }
    var rest = self
    while rest.next() != nil {}
    return rest.offset != packet.count
  }

  mutating func next() -> UnsafeBufferPointer<UInt8>? {
    guard offset < packet.count else { return nil }
    return lengthSize.map { afterLength($0) } ?? afterStartCode()
  }

  private mutating func afterLength(_ size: Int) -> UnsafeBufferPointer<UInt8>? {
    guard offset + size < packet.count else { return nil }
    let length = (0..<size).reduce(0) { $0 << 8 | Int(packet[offset + $1]) }
    let start = offset + size
    guard length > 0, length <= packet.count - start else { return nil }
    offset = start + length
    return UnsafeBufferPointer(rebasing: packet[start..<offset])
  }

  private mutating func afterStartCode() -> UnsafeBufferPointer<UInt8>? {
    while offset < packet.count {
      let start = offset
      let end = startCode(from: start) ?? packet.count
      offset = Swift.min(end + 3, packet.count)
      if end > start { return UnsafeBufferPointer(rebasing: packet[start..<end]) }
    }
    return nil
  }

  /// Offset of the next start code.
  private func startCode(from start: Int) -> Int? {
    var offset = start
    while offset + 3 < packet.count {
      // The third byte decides how far to advance: if it is above 1, no start code can include it.
      let third = packet[offset + 2]
      if third > 1 {
        offset += 3
      } else if third == 1, packet[offset] == 0, packet[offset + 1] == 0 {
        return offset
      } else {
        offset += 1
      }
    }
    return nil
  }
}
