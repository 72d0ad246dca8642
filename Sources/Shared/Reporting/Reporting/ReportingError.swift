internal import Files
internal import PrintableText

/// The error of this module.
package struct ReportingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure, for programs to act on.
  package enum Code: Sendable, Equatable {
    /// A file or folder could not be read, created, written, renamed or synced.
    case inputOutput
    /// The disk, a quota or a file-size limit is exhausted. Data written before stays readable.
    case noSpace
    /// The file was made by another program, or has other columns.
    case foreignFile
    /// The file contradicts its format.
    case malformed
    /// The file is larger than any that this module writes.
    case limitExceeded
  }

  package let code: Code

  package let path: String

  /// What failed, expected and got, and what to try.
  package let message: String

  /// The operating system's message.
  package let cause: String?

  init(_ code: Code, _ path: String, _ message: String, cause: String? = nil) {
    self.code = code
    self.path = path
    self.message = message
    self.cause = cause
  }

  init(_ error: FileError) {
    let code: Code
    switch error.code {
    case .noSpace: code = .noSpace
    case .tooLarge: code = .limitExceeded
    case .malformed, .duplicate: code = .malformed
    case .foreign: code = .foreignFile
    case .missing, .taken, .inputOutput, .notAFile: code = .inputOutput
    }
    let place = error.place.map { "line \($0.line): " } ?? ""
    self.init(code, error.subject, place + error.messageWithAdvice, cause: error.cause)
  }

  /// `path: message (cause)`.
  package var description: String {
    guard let cause else { return "\(path): \(message)".printable }
    return "\(path): \(message) (\(cause))".printable
  }
}

/// Returns the value of `body`, and converts a `FileError` into an error of this module.
func report<Value: ~Copyable>(
  _ body: @autoclosure () throws(FileError) -> Value
) throws(ReportingError) -> Value {
  do {
    return try body()
  } catch {
    throw ReportingError(error)
  }
}
