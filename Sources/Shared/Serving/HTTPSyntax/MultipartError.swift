/// Why a body is not valid `multipart/form-data`; an error of the client.
package struct MultipartError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Code: String, Sendable, CaseIterable {
    /// The Content-Type is another one.
    case otherContentType
    /// The Content-Type has no boundary, or an invalid one.
    case badBoundary
    /// Neither a line end nor `--` follows a boundary.
    case badDelimiter
    /// The headers of a part are invalid.
    case badHeader
    /// A part has no field name.
    case unnamedPart
    /// The text before the first part exceeds its limit.
    case preambleTooLong
    /// The number of parts exceeds its limit.
    case tooManyParts
    /// The bytes of a part's headers exceed their limit.
    case headersTooLong
    /// The number of a part's headers exceeds its limit.
    case tooManyHeaders
    /// The name of a field exceeds its limit.
    case nameTooLong
    /// The body ends before its last boundary.
    case truncated
    /// The receiver has stopped the parser, which can't continue.
    case stopped
  }

  package let code: Code
  /// What was expected and what was found. It contains no text of the client.
  package let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
