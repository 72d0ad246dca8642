/// What can be known about a JPEG file without decoding it.
enum JPEGStream {
  /// Whether a file ends in the middle of its picture. libavcodec fills what is missing with one
  /// colour and reports nothing.
  ///
  /// The end marker is searched for after the first scan's header, because a preview in the
  /// metadata before it has an end marker of its own. Within compressed data no byte 0xFF is
  /// followed by 0xD9. (ITU-T T.81, B.1.1)
  static func isCutOff(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count >= 4, bytes[0] == 0xFF, bytes[1] == 0xD8 else { return false }
    var offset = 2
    while offset + 3 < bytes.count {
      guard bytes[offset] == 0xFF else { return false }
      let marker = bytes[offset + 1]
      if marker == 0xFF {
        // A fill byte before a marker.
        offset += 1
        continue
      }
      if marker == 0xDA { return !hasEnd(bytes, from: offset + 2) }
      offset += 2 + (Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3]))
    }
    return true
  }

  private static func hasEnd(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Bool {
    // Backwards: the marker of a whole file is near its end.
    var offset = bytes.count - 2
    while offset >= start {
      if bytes[offset] == 0xFF, bytes[offset + 1] == 0xD9 { return true }
      offset -= 1
    }
    return false
  }
}
