internal import PrintableText

/// Why a training can't begin or continue.
package struct TrainingRunError: Error, Sendable, CustomStringConvertible {
  /// The file or folder that the error is about; empty if there is none.
  package let subject: String
  /// What was expected, what was found, and what to try.
  package let message: String

  package init(_ subject: String, _ message: String) {
    self.subject = subject
    self.message = message
  }

  package init(_ message: String) {
    self.init("", message)
  }

  /// `subject: message`.
  package var description: String {
    (subject.isEmpty ? "" : subject.printable + ": ") + message.printableLines
  }
}
