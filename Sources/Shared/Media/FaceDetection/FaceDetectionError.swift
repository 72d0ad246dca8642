internal import Contract
internal import PrintableText

/// An error of the `FaceDetection` module.
package struct FaceDetectionError: Error, CustomStringConvertible {
  package enum Code: Sendable, Equatable {
    /// A weight file can't be read.
    case unreadableWeights
    /// A tensor is missing, unexpected, or of another shape than the network's.
    case unexpectedWeights
    /// A setting is invalid.
    case invalidSettings
  }

  package let code: Code
  /// What failed: a file, or a setting.
  package let subject: String
  /// What was expected and found, and what to try.
  package let message: String
  /// The underlying error, if there is one.
  package let cause: (any Error)?

  package init(code: Code, subject: String, message: String, cause: (any Error)? = nil) {
    self.code = code
    self.subject = subject
    self.message = message
    self.cause = cause
  }

  /// Throws the module's error if settings are invalid.
  static func check(_ settings: some ContractValue) throws(FaceDetectionError) {
    do throws(ContractError) {
      try settings.validate()
    } catch {
      throw FaceDetectionError(code: .invalidSettings, subject: error.key, message: error.message)
    }
  }

  /// Subject, message and cause in one line.
  package var description: String {
    ("\(subject): \(message)" + (cause.map { " (\($0))" } ?? "")).printable
  }
}
