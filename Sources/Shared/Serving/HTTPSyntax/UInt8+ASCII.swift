/// Characters of headers, by RFC 9110 and RFC 5234.
extension UInt8 {
  static let carriageReturn: UInt8 = 0x0D
  static let lineFeed: UInt8 = 0x0A
  static let quote: UInt8 = 0x22
  static let backslash: UInt8 = 0x5C

  var isDigit: Bool { (0x30...0x39).contains(self) }

  var isLetter: Bool { (0x61...0x7A).contains(self | 0x20) }

  /// A space or a tab.
  var isBlank: Bool { self == 0x20 || self == 0x09 }

  /// C0 controls and DEL.
  var isControl: Bool { self < 0x20 || self == 0x7F }

  /// A character of a token (RFC 9110, section 5.6.2).
  var isTokenCharacter: Bool {
    isLetter || isDigit || "!#$%&'*+-.^_`|~".utf8.contains(self)
  }

  /// The lower-case form of an ASCII letter; other bytes unchanged.
  var lowercased: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }

  /// Value of a hexadecimal digit, 0...15.
  var hexadecimalValue: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46: self - 0x37
    case 0x61...0x66: self - 0x57
    default: nil
    }
  }
}

extension Collection<UInt8> {
  /// The text with ASCII letters in lower case; invalid UTF-8 is repaired.
  var lowercasedText: String { String(decoding: map(\.lowercased), as: UTF8.self) }
}

extension BidirectionalCollection<UInt8> {
  /// The elements without spaces and tabs at both ends.
  var trimmed: SubSequence {
    guard let first = firstIndex(where: { !$0.isBlank }),
      let last = lastIndex(where: { !$0.isBlank })
    else { return self[startIndex..<startIndex] }
    return self[first...last]
  }
}
