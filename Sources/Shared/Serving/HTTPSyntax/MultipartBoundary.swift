/// The line that separates the parts of a body, without its hyphens: 1...70 characters of ASCII.
package struct MultipartBoundary: Sendable, Equatable {
  let bytes: [UInt8]

  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Takes the boundary from the value of a Content-Type header.
  package init(contentType: String) throws(MultipartError) {
    let type = contentType.utf8.prefix { $0 != UInt8(ascii: ";") }.trimmed.lowercasedText
    guard type == "multipart/form-data" else {
      throw MultipartError(
        .otherContentType, "expected the content type multipart/form-data, got another one")
    }
    guard let parameters = HeaderParameters(contentType.utf8) else {
      throw MultipartError(
        .badBoundary, "expected multipart/form-data; boundary=..., got parameters of another form")
    }
    guard let bytes = parameters["boundary"] else {
      throw MultipartError(.badBoundary, "expected multipart/form-data with a boundary, got none")
    }
    guard (1...70).contains(bytes.count) else {
      throw MultipartError(
        .badBoundary, "expected a boundary of 1...70 characters, got \(bytes.count)")
    }
    guard bytes.allSatisfy(Self.isAllowed), bytes.last != 0x20 else {
      throw MultipartError(
        .badBoundary, "expected a boundary of letters, digits and '()+_,-./:=?, got others")
    }
    self.bytes = bytes
  }

  /// `bchars` of RFC 2046, section 5.1.1.
  private static func isAllowed(_ byte: UInt8) -> Bool {
    byte.isLetter || byte.isDigit || "'()+_,-./:=? ".utf8.contains(byte)
  }
}
