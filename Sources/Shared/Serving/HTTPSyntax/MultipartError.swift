/// Why a body is no `multipart/form-data` that is read here. It is the client's mistake.
package struct MultipartError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to tell apart.
  package enum Code: String, Sendable, CaseIterable {
    /// The Content-Type is another one.
    case otherContentType
    /// The Content-Type has no boundary, or one that can't be.
    case badBoundary
    /// After a boundary comes neither a line end nor `--`.
    case badDelimiter
    /// A part's headers are none.
    case badHeader
    /// A part doesn't say which field it is.
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
    /// The parser was stopped by its receiver and can't go on.
    case stopped
  }

  /// The kind of failure.
  package let code: Code
  /// What was expected and what was found. It holds nothing that the client wrote.
  package let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  package var description: String { message }
}
