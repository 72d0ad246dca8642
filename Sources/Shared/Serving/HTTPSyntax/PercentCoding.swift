/// Percent-encoding, such as `%41` (RFC 3986, section 2.1).
package enum PercentCoding {
  /// Decodes `%` followed by two hexadecimal digits. A `%` without them stays unchanged.
  ///
  /// - Parameters:
  ///   - plusIsSpace: Whether `+` is a space, as in forms.
  ///   - only: The values to decode; nil is all of them.
  static func decoded(
    _ bytes: some Collection<UInt8>, plusIsSpace: Bool = false, only: Set<UInt8>? = nil
  ) -> [UInt8] {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var rest = bytes[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let value = value(rest.prefix(2)), only?.contains(value) ?? true
      {
        decoded.append(value)
        rest = rest.dropFirst(2)
      } else {
        decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
      }
    }
    return decoded
  }

  private static func value(_ digits: some Collection<UInt8>) -> UInt8? {
    let values = digits.compactMap(\.hexadecimalValue)
    return values.count == 2 ? values[0] << 4 | values[1] : nil
  }

  /// Encodes a value for a query: all but letters, digits and `-._~` (RFC 3986, section 2.3).
  package static func encodedForQuery(_ text: String) -> String { encoded(text, keeping: "-._~") }

  /// Encodes a value for `filename*`: all but `attr-char` of RFC 8187, section 3.2.1.
  static func encodedForHeader(_ text: String) -> String {
    encoded(text, keeping: "!#$&+-.^_`|~")
  }

  private static func encoded(_ text: String, keeping marks: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    for byte in text.utf8 {
      if byte.isLetter || byte.isDigit || marks.utf8.contains(byte) {
        encoded.append(byte)
      } else {
        encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }
}
