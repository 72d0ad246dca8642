internal import Files
internal import Glibc

/// Reads small files as a whole: lists and metadata that come with a data set.
enum MetadataFile {
  /// Maximum size of a metadata file. That of the whole DFDC training set is about 12 MB.
  static let maximumBytes = 256 << 20

  /// Reads a regular file, refusing one that is larger than ``maximumBytes`` before it is read.
  static func read(_ path: String) throws(VideoCatalogError) -> [UInt8] {
    do {
      return try FileSystem.contents(of: path, maximumBytes: maximumBytes)
    } catch {
      throw VideoCatalogError(error)
    }
  }

  /// Reads and parses a JSON file.
  static func json(_ path: String) throws(VideoCatalogError) -> JSONValue {
    let bytes = try read(path)
    do {
      return try JSONValue.parse(bytes, path: path)
    } catch {
      throw VideoCatalogError(error)
    }
  }

  /// Reads and parses a CSV file, and finds the separator of its columns.
  static func table(
    _ path: String
  ) throws(VideoCatalogError) -> (rows: [CSVTable.Row], separator: UInt8) {
    let bytes = try read(path)
    let separator = CSVSeparator.detect(bytes)
    do {
      return (try CSVTable.rows(bytes, path: path, separator: separator), separator)
    } catch {
      throw VideoCatalogError(error)
    }
  }
}

extension VideoCatalogError {
  /// The error for a file that could not be read or parsed.
  init(_ error: FileError) {
    var message = error.message + (error.cause.map { ": \($0)" } ?? "")
    if let column = error.place?.column { message += " (column \(column))" }
    var suggestion = error.advice.map { $0.prefix(1).uppercased() + $0.dropFirst() + "." }
    let code: Code
    switch error.code {
    case .malformed, .foreign: code = .malformedMetadata
    case .duplicate: code = .duplicate
    case .tooLarge:
      code = .unreadable
      suggestion =
        "A metadata file of that size is damaged or not one: look at its first lines."
    case .missing, .taken, .inputOutput, .noSpace, .notAFile: code = .unreadable
    }
    self.init(
      code, error.subject + (error.place.map { ":\($0.line)" } ?? ""), message,
      suggestion: suggestion)
  }
}

/// The system's text for an error number. The corresponding C function is `strerror`.
func systemMessage(_ code: Int32) -> String {
  String(cString: strerror(code))
}
