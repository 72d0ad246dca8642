internal import Contract
internal import PrintableText

/// What can go wrong in this module.
package struct FaceDetectionError: Error, CustomStringConvertible {
  /// Kinds of failure.
  package enum Code: Sendable, Equatable {
    /// A weight file can't be read.
    case unreadableWeights
    /// A tensor is missing, unexpected, or of another shape than the network's.
    case unexpectedWeights
    /// A setting has no meaning.
    case invalidSettings
  }

  /// Kind of failure.
  package let code: Code
  /// What failed: a file, or a setting.
  package let subject: String
  /// What was expected and found, and what to try.
  package let message: String
  /// The error below, if there is one.
  package let cause: (any Error)?

  /// Creates an error.
  package init(code: Code, subject: String, message: String, cause: (any Error)? = nil) {
    self.code = code
    self.subject = subject
    self.message = message
    self.cause = cause
  }

  /// Throws the module's error where settings have no meaning.
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
