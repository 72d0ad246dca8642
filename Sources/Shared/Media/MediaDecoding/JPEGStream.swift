/// What can be told of a JPEG file without decoding it.
enum JPEGStream {
  /// Whether a file ends in the middle of its picture. libavcodec fills what is missing with one colour
  /// and reports nothing.
  ///
  /// The end marker is looked for behind the first scan's header: a preview in the metadata before has
  /// one of its own, and within compressed data no byte 0xFF is followed by 0xD9. (ITU-T T.81, B.1.1)
  static func isCutOff(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count >= 4, bytes[0] == 0xFF, bytes[1] == 0xD8 else { return false }
    var place = 2
    while place + 3 < bytes.count {
      guard bytes[place] == 0xFF else { return false }
      let marker = bytes[place + 1]
      if marker == 0xFF {
        // Filling before a marker.
        place += 1
        continue
      }
      if marker == 0xDA { return !hasEnd(bytes, from: place + 2) }
      place += 2 + (Int(bytes[place + 2]) << 8 | Int(bytes[place + 3]))
    }
    return true
  }

  private static func hasEnd(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Bool {
    // Backwards: the marker of a whole file is near its end.
    var place = bytes.count - 2
    while place >= start {
      if bytes[place] == 0xFF, bytes[place + 1] == 0xD9 { return true }
      place -= 1
    }
    return false
  }
}
