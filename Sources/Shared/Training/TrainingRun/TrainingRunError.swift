internal import PrintableText

/// What keeps a training from beginning or going on.
package struct TrainingRunError: Error, Sendable, CustomStringConvertible {
  /// The file or folder it is about; empty where there is none.
  package let subject: String
  /// What was expected, what was found, and what to try.
  package let message: String

  /// Creates an error about a file or folder.
  package init(_ subject: String, _ message: String) {
    self.subject = subject
    self.message = message
  }

  /// Creates an error about no file.
  package init(_ message: String) {
    self.init("", message)
  }

  /// `subject: message`.
  package var description: String {
    (subject.isEmpty ? "" : subject.printable + ": ") + message.printableLines
  }
}
