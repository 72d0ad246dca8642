internal import PrintableText

/// Why a model file could not be read or written.
///
/// The description names the file, the place in it (a byte position or a tensor), what was
/// expected and what was found: `pnet.pt: at byte 15: expected ..., got ...`.
package struct TorchFileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure that a caller may want to tell apart.
  package enum Code: Sendable, Equatable {
    /// The operating system could not open or read the file.
    case unreadable
    /// The content is of no format that is read here.
    case unknownFormat
    /// The content is of a known format, or uses a known feature, that this reader lacks.
    case unsupported
    /// The file ends before its content does.
    case truncated
    /// The content contradicts its format.
    case malformed
    /// The pickle asks for what gives a file power over the machine. It was not run: nothing ever is.
    case forbiddenGlobal
    /// The file is sound, but of another program: it has no weights, or not in a form that is read.
    /// The message says how to get at them.
    case foreignFile
    /// The content is larger or more complex than the bounds of the reader or writer.
    case limitExceeded
    /// A record's bytes are not those that its checksum was made of: the file is damaged.
    case checksumMismatch
    /// The file has no dictionary of tensors at the place that was asked for.
    case containerNotFound
    /// What shall be written has no form in the file.
    case unwritableContent
    /// The operating system could not write the file. The old file, if any, is as it was.
    case unwritable
  }

  /// The kind of failure.
  package let code: Code
  /// The file as the caller named it.
  package let file: String
  /// Where in the file: a byte position or the name of an entry; nil if it is the file as a whole.
  package let place: String?
  /// What was expected, what was found, and what to try.
  package let message: String

  init(_ code: Code, file: String, place: String? = nil, _ message: String) {
    self.code = code
    self.file = file
    self.place = place
    self.message = message
  }

  /// The error as one line.
  package var description: String {
    (place.map { "\(file): \($0): \(message)" } ?? "\(file): \(message)").printable
  }
}
