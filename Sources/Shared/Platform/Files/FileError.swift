internal import Glibc
internal import PrintableText

/// Why a file could not be opened, read, written, locked or understood.
package struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure, for a caller to decide on.
  package enum Code: Sendable, Equatable {
    /// There is no such file or folder.
    case missing
    /// Something of this name exists already.
    case taken
    /// The operating system refused.
    case inputOutput
    /// The disk is full, or a quota or the limit of file sizes is reached.
    case noSpace
    /// A regular file is expected, but there is a folder, a device or a pipe.
    case notAFile
    /// The file, or its content, is larger than the reader accepts.
    case tooLarge
    /// The content breaks its format.
    case malformed
    /// A JSON object has a key twice.
    case duplicate
    /// A table lacks a column that is asked for.
    case foreign
  }

  /// A place in a text.
  package struct Place: Sendable, Equatable {
    /// Number of the line, from 1.
    package let line: Int
    /// Position in the line, in bytes from 1; nil if the line is precise enough.
    package var column: Int?
    /// Offset in the file, in bytes from 0; nil if the line is precise enough.
    package var offset: Int?
  }

  package let code: Code
  /// The file or folder, as the caller named it.
  package let subject: String
  /// Where in the file the content breaks its format; nil for any other failure.
  package let place: Place?
  /// What failed, what was expected and what was found.
  package let message: String
  /// What to try, as the end of a sentence; nil if there is no advice.
  package let advice: String?
  /// The text of the operating system.
  package let cause: String?

  package init(
    _ code: Code, _ subject: String, _ message: String, place: Place? = nil, advice: String? = nil,
    cause: String? = nil
  ) {
    self.code = code
    self.subject = subject
    self.place = place
    self.message = message
    self.advice = advice
    self.cause = cause
  }

  /// The error of a system call that failed with `number`, the value of `errno`.
  init(errno number: Int32, _ subject: String, _ message: String) {
    switch number {
    case ENOSPC, EDQUOT, EFBIG:
      self.init(
        .noSpace, subject, message,
        advice: "free some space, or raise the quota or the limit of file sizes",
        cause: systemText(number))
    case EEXIST:
      self.init(.taken, subject, message, cause: systemText(number))
    case ENOENT:
      self.init(.missing, subject, message, cause: systemText(number))
    default:
      self.init(.inputOutput, subject, message, cause: systemText(number))
    }
  }

  /// `message; advice`.
  package var messageWithAdvice: String {
    advice.map { "\(message); \($0)" } ?? message
  }

  /// `subject:line: message (column 3); advice (cause)`, without the parts that are nil.
  package var description: String {
    var text = subject + (place.map { ":\($0.line)" } ?? "") + ": " + message
    if let column = place?.column { text += " (column \(column))" }
    if let advice { text += "; " + advice }
    if let cause { text += " (\(cause))" }
    return text.printable
  }
}

/// The system's text for an error number. The corresponding C function is `strerror`.
func systemText(_ number: Int32) -> String { String(cString: strerror(number)) }
