internal import PrintableText

/// Why a catalog could not be read.
public struct VideoCatalogError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure.
  public enum Code: String, Sendable, CaseIterable {
    /// The input, a folder below it or a metadata file can't be read, or is of the wrong type.
    case unreadable
    /// A metadata file breaks its format.
    case malformedMetadata
    /// Two statements about one video exclude each other.
    case contradiction
    /// One video is listed twice, or two videos have one name.
    case duplicate
    /// Video files without a label, under ``CatalogOptions/UnlabelledPolicy/fail``.
    case unlabelled
    /// Not a single labelled video was found.
    case empty
    /// A filter names something that the data set doesn't have.
    case invalidOption
  }

  /// The kind of failure.
  public let code: Code

  /// The file, folder or option that it is about; a line number follows the path as `path:line`.
  public let subject: String

  /// What failed, what was expected and what was found.
  public let message: String

  /// What to try, as a full sentence; nil where nothing sensible can be said.
  public let suggestion: String?

  /// Creates an error.
  public init(_ code: Code, _ subject: String, _ message: String, suggestion: String? = nil) {
    self.code = code
    self.subject = subject
    self.message = message
    self.suggestion = suggestion
  }

  /// Subject, message and suggestion in one line.
  public var description: String {
    guard let suggestion else { return "\(subject): \(message)".printable }
    return "\(subject): \(message). \(suggestion)".printable
  }
}
