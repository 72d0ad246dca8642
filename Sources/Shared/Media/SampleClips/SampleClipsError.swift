internal import PrintableText

/// An error of the `SampleClips` module.
package struct SampleClipsError: Error, CustomStringConvertible {
  package enum Code: Sendable, Equatable {
    /// A portrait can't be read.
    case unreadablePortrait
    /// There is no face in a portrait.
    case noFace
    /// There are too few portraits.
    case tooFewPortraits
    /// A clip can't be written.
    case unwritableClip
  }

  package let code: Code
  /// What failed: a portrait, a folder or a clip.
  package let subject: String
  /// What was expected and found, and what to try.
  package let message: String
  /// The underlying error, if there is one.
  package let cause: (any Error)?

  init(_ code: Code, _ subject: String, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.subject = subject
    self.message = message
    self.cause = cause
  }

  /// Subject, message and cause in one line.
  package var description: String {
    ("\(subject): \(message)" + (cause.map { " (\($0))" } ?? "")).printable
  }
}
