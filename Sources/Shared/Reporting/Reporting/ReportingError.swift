internal import Files
internal import PrintableText

/// Why a report could not be read or written.
package struct ReportingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure; what a program decides on.
  package enum Code: Sendable, Equatable {
    /// A file or folder could not be read, created, written, renamed or synced.
    case inputOutput
    /// The disk, a quota or a file-size limit ends here. What was written before stays readable.
    case noSpace
    /// The file was made by something else, or with other columns.
    case foreignFile
    /// The file contradicts its format.
    case malformed
    /// The file is larger than anything that is written here.
    case limitExceeded
  }

  /// The kind of failure.
  package let code: Code

  /// The file or folder.
  package let path: String

  /// What failed, expected and got, and what to try.
  package let message: String

  /// The text of the operating system.
  package let cause: String?

  init(_ code: Code, _ path: String, _ message: String, cause: String? = nil) {
    self.code = code
    self.path = path
    self.message = message
    self.cause = cause
  }

  /// The error of a file that could not be read or written.
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

/// The value of `body`; its error as one of this module.
func report<Value: ~Copyable>(
  _ body: @autoclosure () throws(FileError) -> Value
) throws(ReportingError) -> Value {
  do {
    return try body()
  } catch {
    throw ReportingError(error)
  }
}
