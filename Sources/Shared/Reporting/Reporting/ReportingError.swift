import Foundation

/// Why a report could not be read or written.
public struct ReportingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure; what a program decides on.
  public enum Code: Sendable, Equatable {
    /// A file or folder could not be read, created, written, renamed or synced.
    case inputOutput
    /// The disk, a quota or a file-size limit ends here. What was written before stays readable.
    case noSpace
    /// The file was made by something else, or with other columns.
    case foreignFile
    /// The file contradicts its format.
    case malformed
    /// The file is larger than anything that is written here.
    case limitExceeded
  }

  /// The kind of failure.
  public let code: Code

  /// The file or folder.
  public let path: String

  /// What failed, expected and got, and what to try.
  public let message: String

  /// The text of the operating system.
  public let cause: String?

  init(_ code: Code, _ path: String, _ message: String, cause: String? = nil) {
    self.code = code
    self.path = path
    self.message = message
    self.cause = cause
  }

  /// The error of a system call that failed with `number`.
  init(errno number: Int32, _ path: String, _ message: String) {
    let isFull = [ENOSPC, EDQUOT, EFBIG].contains(number)
    self.init(
      isFull ? .noSpace : .inputOutput, path,
      isFull
        ? "\(message); free some space, or raise the quota or the limit of file sizes" : message,
      cause: String(cString: strerror(number)))
  }

  /// The error of a file whose content is not what belongs there.
  public static func malformed(_ path: String, _ message: String) -> ReportingError {
    ReportingError(.malformed, path, message)
  }

  /// `path: message (cause)`.
  public var description: String {
    guard let cause else { return "\(path): \(message)" }
    return "\(path): \(message) (\(cause))"
  }
}
