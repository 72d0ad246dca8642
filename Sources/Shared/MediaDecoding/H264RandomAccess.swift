/// Finds instantaneous decoder refresh (IDR) pictures in H.264 packets (ITU-T H.264, 7.3.1 and
/// Table 7-1).
///
/// A container's key flag also marks recovery points, after which pictures may still refer to
/// earlier ones; only at an IDR picture can decoding begin and give the very same bytes.
struct H264RandomAccess {
  /// Bytes of a NAL unit's length prefix; nil for start codes (Annex B).
  let lengthSize: Int?

  /// - Parameter extradata: the stream's `avcC` record, or Annex B parameter sets.
  init(extradata: UnsafeBufferPointer<UInt8>) {
    lengthSize = extradata.count > 4 && extradata[0] == 1 ? Int(extradata[4] & 3) + 1 : nil
  }

  /// Whether the packet holds a slice of an IDR picture (NAL unit type 5).
  func isRandomAccess(_ packet: UnsafeBufferPointer<UInt8>) -> Bool {
    if let lengthSize { return hasIDRAfterLengths(packet, lengthSize) }
    return hasIDRAfterStartCodes(packet)
  }

  private func hasIDRAfterLengths(_ packet: UnsafeBufferPointer<UInt8>, _ lengthSize: Int) -> Bool {
    var offset = 0
    while offset + lengthSize < packet.count {
      var length = 0
      for byte in 0..<lengthSize { length = length << 8 | Int(packet[offset + byte]) }
      offset += lengthSize
      if packet[offset] & 0x1f == 5 { return true }
      // A slice of another picture type: an IDR picture has no such slice.
      if packet[offset] & 0x1f == 1 { return false }
      guard length > 0, length <= packet.count - offset else { return false }
      offset += length
    }
    return false
  }

  private func hasIDRAfterStartCodes(_ packet: UnsafeBufferPointer<UInt8>) -> Bool {
    var offset = 0
    while offset + 3 < packet.count {
      if packet[offset] == 0, packet[offset + 1] == 0, packet[offset + 2] == 1 {
        let type = packet[offset + 3] & 0x1f
        if type == 5 { return true }
        if type == 1 { return false }
        offset += 3
      } else {
        offset += 1
      }
    }
    return false
  }
}
