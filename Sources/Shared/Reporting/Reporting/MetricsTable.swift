internal import Files

/// The metrics of a run by step, as a CSV file: the column `step`, then columns that are fixed when
/// the file is created.
///
/// Each row is written by one call. When a run is resumed, rows after the resumed step are removed,
/// because the run measures them again. Not thread-safe.
///
/// ```swift
/// let table = try MetricsTable(path: "run/metrics.csv", columns: ["loss", "auc"], resumedStep: 200)
/// try table.append(step: 240, ["loss": .number(0.61)])  // 240,0.61,
/// ```
package final class MetricsTable {
  /// Size of the largest table that can be resumed, in bytes.
  package static let maximumBytes = 1 << 28

  package static let stepColumn = "step"

  package let path: String

  /// The columns after `step`.
  package let columns: [String]

  private var file: OpenFile

  /// Creates the table, or opens an existing one.
  ///
  /// - Parameters:
  ///   - path: The file; its folder must exist.
  ///   - columns: The columns after `step`, without duplicates. An existing table with other
  ///     columns is an error.
  ///   - resumedStep: Rows up to this step are kept, later ones are removed; nil keeps none, for a
  ///     run that starts again. A last row that a crash left incomplete is removed as well.
  package init(
    path: String, columns: [String], resumedStep: Int? = nil
  ) throws(ReportingError) {
    let header = [Self.stepColumn] + columns
    precondition(Set(header).count == header.count, "a table has no column twice")
    let headerLine = header.map(CSVTable.quoted).joined(separator: ",") + "\n"
    if let bytes = try Self.contents(of: path), !bytes.isEmpty {
      let kept = try Self.kept(of: bytes, path: path, header: header, resumedStep: resumedStep)
      if kept.count < bytes.count { try report(AtomicFile.write(kept, to: path)) }
    } else {
      try report(AtomicFile.write(text: headerLine, to: path))
    }
    self.path = path
    self.columns = columns
    file = try report(OpenFile(path, .append))
  }

  /// Adds a row and passes it to the operating system, so that it survives the end of the process.
  /// If that fails, the table ends with the previous row.
  ///
  /// - Parameters:
  ///   - step: Number of optimizer steps so far.
  ///   - values: Values by column, only of columns in `columns`; a column without a value gets an
  ///     empty cell.
  package func append(step: Int, _ values: [String: MetricsValue]) throws(ReportingError) {
    let unknown = values.keys.filter { !columns.contains($0) }
    precondition(unknown.isEmpty, "the table has no column \(unknown.sorted())")
    let cells = [String(step)] + columns.map { values[$0]?.csv ?? "" }
    let line = cells.joined(separator: ",") + "\n"
    try report(file.append(Array(line.utf8)))
  }

  /// Writes everything to the disk, so that it survives a power failure as well. The corresponding
  /// C function is `fsync`.
  package func synchronize() throws(ReportingError) {
    try report(file.sync())
  }
}

// MARK: Resuming

extension MetricsTable {
  /// The whole file; nil if there is none.
  private static func contents(of path: String) throws(ReportingError) -> [UInt8]? {
    guard try report(FileSystem.size(of: path)) != nil else { return nil }
    return try report(FileSystem.contents(of: path, maximumBytes: maximumBytes))
  }

  /// The header and the rows up to `resumedStep`.
  private static func kept(
    of bytes: [UInt8], path: String, header: [String], resumedStep: Int?
  ) throws(ReportingError) -> [UInt8] {
    var records = CSVReader(bytes)
    guard let first = records.next() else { return [] }
    try check(first, against: header, path: path)
    var kept = Array(bytes[first.range])
    while let record = records.next() {
      if !record.isComplete, isCutShort(record, in: bytes) { break }
      guard record.isComplete, record.fields.count == header.count,
        let step = record.fields.first.flatMap({ Int($0) })
      else {
        throw ReportingError(
          .malformed, path,
          "line \(record.line): expected a row of \(header.count) cells that begins with its step, "
            + "got \(record.fields.count) cells; correct the line, or move the file away to begin a "
            + "new one")
      }
      if let resumedStep, step <= resumedStep { kept += bytes[record.range] }
    }
    return kept
  }

  /// Whether the record is the last line, which a power failure may leave incomplete. A record that
  /// spans several lines is more likely a stray quote with valid rows after it.
  private static func isCutShort(_ record: CSVReader.Record, in bytes: [UInt8]) -> Bool {
    record.range.upperBound == bytes.count && !bytes[record.range].contains(UInt8(ascii: "\n"))
  }

  /// Throws if the file has another header; the error lists missing and additional columns.
  private static func check(
    _ first: CSVReader.Record, against header: [String], path: String
  ) throws(ReportingError) {
    guard first.fields != header || !first.isComplete else { return }
    func list(_ names: [String]) -> String {
      let shown = names.prefix(20).map { name in
        String(
          name.unicodeScalars.prefix(60).map { Character($0.properties.isPrintable ? $0 : "?") })
      }
      return shown.joined(separator: ", ") + (names.count > shown.count ? ", …" : "")
    }
    let missing = header.filter { !first.fields.contains($0) }
    let foreign = first.fields.filter { !header.contains($0) }
    var parts: [String] = []
    if !missing.isEmpty { parts.append("it lacks \(list(missing))") }
    if !foreign.isEmpty { parts.append("it has \(list(foreign)) besides") }
    if parts.isEmpty { parts.append("it has them in another order or is cut short") }
    throw ReportingError(
      .foreignFile, path,
      "expected a table with the columns \(list(header)): " + parts.joined(separator: ", ")
        + "; move the file away to begin a new one, or take another folder for the run")
  }
}

extension Unicode.Scalar.Properties {
  /// Whether a terminal shows the character rather than interpreting it.
  fileprivate var isPrintable: Bool {
    switch generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
    default: true
    }
  }
}
