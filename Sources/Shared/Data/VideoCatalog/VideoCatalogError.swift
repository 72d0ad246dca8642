internal import PrintableText

/// Why a catalog could not be read.
package struct VideoCatalogError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure.
  package enum Code: String, Sendable, CaseIterable {
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

  package let code: Code

  /// The file, folder or option that it is about; a line number follows the path as `path:line`.
  package let subject: String

  /// What failed, what was expected and what was found.
  package let message: String

  /// What to try, as a full sentence; nil if there is no advice.
  package let suggestion: String?

  package init(_ code: Code, _ subject: String, _ message: String, suggestion: String? = nil) {
    self.code = code
    self.subject = subject
    self.message = message
    self.suggestion = suggestion
  }

  /// Subject, message and suggestion in one line.
  package var description: String {
    guard let suggestion else { return "\(subject): \(message)".printable }
    return "\(subject): \(message). \(suggestion)".printable
  }
}
