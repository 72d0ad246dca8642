/// Why a model or checkpoint could not be read, written or used.
public struct ModelFileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to tell apart.
  public enum Code: Sendable, Equatable {
    /// The file could not be read or written, or is damaged.
    case file
    /// The file is sound, but its entries are not those of the network.
    case otherNetwork
    /// The file is sound, but is no checkpoint or model of this product.
    case otherContent
    /// There is no file of this kind.
    case missing
  }

  /// The kind of failure.
  public let code: Code
  /// The file or folder it is about.
  public let subject: String
  /// What was expected, what was found, and what to try.
  public let message: String

  /// Creates an error.
  public init(_ code: Code, subject: String, _ message: String) {
    self.code = code
    self.subject = subject
    self.message = message
  }

  /// `subject: message`.
  public var description: String { "\(subject): \(message)" }
}
