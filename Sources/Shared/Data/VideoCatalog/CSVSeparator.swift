internal import Files

/// The character that separates the columns of a table: a comma, a semicolon, a tab or a bar.
enum CSVSeparator {
  private static let all = [
    UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|"),
  ]

  /// The most frequent separator in the first line that has one, outside of quotes; a comma if no
  /// line has one.
  static func detect(_ bytes: [UInt8]) -> UInt8 {
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    for byte in bytes {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      guard !isQuoted else { continue }
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
        if counts.isEmpty { continue }
        break
      }
      if all.contains(byte) { counts[byte, default: 0] += 1 }
    }
    return all.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? all[0]
  }

  /// The separator's name in messages.
  static func name(_ separator: UInt8) -> String {
    switch separator {
    case UInt8(ascii: ";"): "semicolon"
    case UInt8(ascii: "\t"): "tab"
    case UInt8(ascii: "|"): "bar"
    default: "comma"
    }
  }
}
