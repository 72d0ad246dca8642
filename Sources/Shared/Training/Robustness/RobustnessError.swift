internal import PrintableText

/// Why pictures could not be perturbed, or a model could not be measured on them.
package struct RobustnessError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure, for programs to act on.
  package enum Code: Sendable, Equatable {
    /// There is no such level.
    case unknownLevel
    /// This FFmpeg can't encode or decode H.264.
    case compressionUnavailable
    case compressionFailed
    /// The caller stopped the work.
    case cancelled
    /// There is no video or no metric to compute a result from.
    case noResult
  }

  package let code: Code

  /// What failed, on what, expected and got.
  package let message: String

  package var description: String { message.printable }

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
