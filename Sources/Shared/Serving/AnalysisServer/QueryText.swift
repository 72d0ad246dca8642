/// Values in the query of an address.
enum QueryText {
  /// The value with all but letters, digits and `-._~` percent-encoded (RFC 3986).
  static func encoded(_ value: some StringProtocol) -> String {
    value.utf8.reduce(into: "") { text, byte in
      let isPlain =
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || "-._~".utf8.contains(byte)
      if isPlain {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        text += "%" + (digits.count < 2 ? "0" : "") + digits
      }
    }
  }
}
