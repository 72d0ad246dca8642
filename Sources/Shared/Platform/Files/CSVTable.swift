/// Tables as CSV files (RFC 4180) that are written and read whole.
package enum CSVTable {
  /// The most fields of a table. This bounds the memory that a file of empty fields takes.
  private static let maximumFields = 16_000_000

  /// One record of a table.
  package struct Row: Sendable, Equatable {
    /// Line of its first byte, from 1.
    package let line: Int
    /// The fields without their quotes.
    package let fields: [String]

    package init(line: Int, fields: [String]) {
      self.line = line
      self.fields = fields
    }
  }

  /// The rows of a table that people wrote: lines end in LF, CRLF or CR, the last one may lack its
  /// end; a byte order mark and empty lines are skipped. Rows may have different numbers of fields.
  ///
  /// - Parameters:
  ///   - path: the file that errors name.
  ///   - separator: what separates fields.
  package static func rows(
    _ bytes: [UInt8], path: String, separator: UInt8 = UInt8(ascii: ",")
  ) throws(FileError) -> [Row] {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw FileError(
        .malformed, path, "expected UTF-8, got UTF-16",
        advice: "save the table as \"CSV UTF-8\"")
    }
    var rows: [Row] = []
    var fields = 0
    for record in CSVReader(bytes, separator: separator, takesLoneReturns: true) {
      fields += record.fields.count
      if let problem = record.problem { throw failure(problem, record, path) }
      guard fields <= maximumFields else {
        throw FileError(.tooLarge, path, "expected at most \(maximumFields) fields")
      }
      if record.fields != [""] { rows.append(Row(line: record.line, fields: record.fields)) }
    }
    return rows
  }

  /// Reads some columns of a table that a program wrote, in whatever order they are: every row must
  /// end in a line end and have as many fields as the header.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - columns: names in the header that must be there.
  ///   - optional: names that may be missing; their fields are empty then.
  ///   - maximumBytes: a larger file is refused before it is read.
  ///   - body: receives each row's fields in the order of `columns` and `optional`, and its line,
  ///     from 1.
  package static func read(
    _ path: String, columns: [String], optional: [String] = [], maximumBytes: Int,
    _ body: (_ fields: [String], _ line: Int) throws(FileError) -> Void
  ) throws(FileError) {
    var reader = CSVReader(try FileSystem.contents(of: path, maximumBytes: maximumBytes))
    guard let header = reader.next(), header.isComplete else {
      throw FileError(.malformed, path, "expected a table with a header in its first line")
    }
    var indices: [Int?] = []
    for column in columns {
      guard let index = header.fields.firstIndex(of: column) else {
        throw FileError(.foreign, path, "expected a table with the column '\(column)'")
      }
      indices.append(index)
    }
    indices += optional.map { header.fields.firstIndex(of: $0) }
    while let record = reader.next() {
      if let problem = record.problem { throw failure(problem, record, path) }
      guard record.hasLineEnd, record.fields.count == header.fields.count else {
        throw FileError.malformed(
          path, line: record.line,
          "expected \(header.fields.count) fields and the line's end, got "
            + "\(record.fields.count) fields" + (record.hasLineEnd ? "" : " and the file's end"))
      }
      try body(indices.map { index in index.map { record.fields[$0] } ?? "" }, record.line)
    }
  }

  /// Writes a table atomically.
  ///
  /// - Parameters:
  ///   - path: the file; its folder must exist.
  ///   - columns: the header.
  ///   - rows: fields in the order of the columns; an empty one means that there is no value.
  package static func write(
    to path: String, columns: [String], rows: some Sequence<[String]>
  ) throws(FileError) {
    try AtomicFile.write(text: text(columns: columns, rows: rows), to: path)
  }

  /// A table as text, see `write(to:columns:rows:)`.
  package static func text(columns: [String], rows: some Sequence<[String]>) -> String {
    var text = line(columns)
    for row in rows {
      precondition(row.count == columns.count, "a row has a field for each column")
      text += line(row)
    }
    return text
  }

  /// A record with its line end.
  private static func line(_ fields: [String]) -> String {
    fields.map { $0.isEmpty ? "" : quoted($0) }.joined(separator: ",") + "\n"
  }

  /// A field, in quotes if it contains a comma, a quote or a line end. Empty text is quoted as
  /// well, because an empty field without quotes means that there is no value.
  package static func quoted(_ text: String) -> String {
    let special: [Unicode.Scalar] = [",", "\"", "\n", "\r"]
    let isPlain = !text.isEmpty && !text.unicodeScalars.contains { special.contains($0) }
    guard !isPlain else { return text }
    // By scalar, because in Swift CR LF is one character, and so is a quote with an accent.
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { quoted += "\"" }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }

  private static func failure(
    _ problem: CSVReader.Problem, _ record: CSVReader.Record, _ path: String
  ) -> FileError {
    FileError.malformed(path, line: problem.line, problem.message, advice: problem.advice)
  }
}

extension FileError {
  /// The error of a table with unexpected content.
  package static func malformed(
    _ path: String, line: Int, _ message: String, advice: String? = nil
  ) -> FileError {
    FileError(
      .malformed, path, message, place: Place(line: line), advice: advice)
  }
}
