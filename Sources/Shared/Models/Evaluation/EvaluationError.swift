internal import PrintableText

/// Why predictions can't be evaluated.
///
/// The description names the video and the contradiction: `DF/000_003.mp4: ...`.
package struct EvaluationError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Code: Sendable, Equatable {
    /// Two predictions disagree about the same video, such as its label, group or method. Either
    /// its name is not its full name, or the data set has it twice.
    case contradiction
    /// A video is listed as one without a face although it has predictions, or is listed twice.
    case listedTwice
  }

  package let code: Code
  /// Full name of the video.
  package let video: String
  /// What contradicts, and what to try.
  package let message: String

  init(_ code: Code, video: String, _ message: String) {
    self.code = code
    self.video = video
    self.message = message
  }

  /// The error as one line.
  package var description: String { "\(video): \(message)".printable }
}
