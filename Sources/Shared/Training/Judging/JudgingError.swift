internal import PrintableText

/// Why a model can't be judged or repaired.
package struct JudgingError: Error, Sendable, CustomStringConvertible {
  /// The file or folder that the error is about.
  package let subject: String
  /// What was expected, what was found, and what to try.
  package let message: String

  package init(_ subject: String, _ message: String) {
    self.subject = subject
    self.message = message
  }

  /// `subject: message`.
  package var description: String { "\(subject): \(message)".printable }
}
