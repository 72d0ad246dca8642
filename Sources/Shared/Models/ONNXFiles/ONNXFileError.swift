internal import PrintableText

/// Why a network could not be written as an ONNX model.
package struct ONNXFileError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Code: Sendable, Equatable {
    /// The file could not be written.
    case file
    /// The model has a value or an entry that can't be expressed.
    case content
  }

  package let code: Code
  /// The file or entry.
  package let subject: String
  /// What was expected, what was found, and what to try.
  package let message: String

  package init(_ code: Code, subject: String, _ message: String) {
    self.code = code
    self.subject = subject
    self.message = message
  }

  /// `subject: message`.
  package var description: String { "\(subject): \(message)".printable }
}
