internal import PrintableText

/// Why a model file could not be read or written.
///
/// The description names the file, the place in it (a byte offset or a tensor), what was expected
/// and what was found: `pnet.pt: at byte 15: expected ..., got ...`.
package struct TorchFileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to tell apart.
  package enum Code: Sendable, Equatable {
    /// The operating system could not open or read the file.
    case unreadable
    /// The format of the content is not one that is read here.
    case unknownFormat
    /// The content is of a known format, or uses a known feature, that this reader lacks.
    case unsupported
    /// The file ends before its content does.
    case truncated
    /// The content contradicts its format.
    case malformed
    /// The pickle names a function that would give the file power over the machine. It was not run:
    /// nothing ever is.
    case forbiddenGlobal
    /// The file is intact, but it has no weights, or not in a form that is read here. The message
    /// says how to get them.
    case foreignFile
    /// The content is larger or more complex than the bounds of the reader or writer.
    case limitExceeded
    /// The bytes of a record don't match its checksum: the file is damaged.
    case checksumMismatch
    /// The file has no dictionary of tensors under the requested keys, or no keys were requested
    /// and it has none or several.
    case containerNotFound
    /// The content can't be represented in the file's format.
    case unwritableContent
    /// The operating system could not write the file. The old file, if any, is unchanged.
    case unwritable
  }

  package let code: Code
  /// The file as the caller named it.
  package let file: String
  /// A byte offset in the file or the name of an entry; nil if the error concerns the whole file.
  package let place: String?
  /// What was expected, what was found, and what to try.
  package let message: String

  init(_ code: Code, file: String, place: String? = nil, _ message: String) {
    self.code = code
    self.file = file
    self.place = place
    self.message = message
  }

  package var description: String {
    (place.map { "\(file): \($0): \(message)" } ?? "\(file): \(message)").printable
  }
}
