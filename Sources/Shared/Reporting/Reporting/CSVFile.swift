internal import Foundation

/// Tables as CSV files (RFC 4180) that are written and read whole.
public enum CSVFile {
  /// Writes a table so that it is there whole or not at all.
  ///
  /// - Parameters:
  ///   - path: the file; its folder must exist.
  ///   - columns: the header.
  ///   - rows: cells in the order of the columns; an empty one stands for nothing.
  public static func write(
    to path: String, columns: [String], rows: some Sequence<[String]>
  ) throws(ReportingError) {
    var bytes = Array(line(columns).utf8)
    for row in rows {
      precondition(row.count == columns.count, "a row has a cell for each column")
      bytes += Array(line(row).utf8)
    }
    try AtomicFile.write(bytes, to: path)
  }

  /// Reads some columns of a table, wherever they stand in it.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - columns: names in the header that must be there.
  ///   - maximumBytes: a larger file is refused before it is read.
  ///   - body: gets each row's cells in the order of `columns`, and its line, from 1.
  public static func read(
    _ path: String, columns: [String], maximumBytes: Int,
    _ body: (_ cells: [String], _ line: Int) throws(ReportingError) -> Void
  ) throws(ReportingError) {
    let bytes = try contents(of: path, maximumBytes: maximumBytes)
    var records = CSVRecords(bytes)
    guard let header = records.next(), header.isComplete else {
      throw ReportingError(.malformed, path, "expected a table with a header in its first line")
    }
    var places: [Int] = []
    for column in columns {
      guard let place = header.cells.firstIndex(of: column) else {
        throw ReportingError(.foreignFile, path, "expected a table with the column '\(column)'")
      }
      places.append(place)
    }
    while let record = records.next() {
      guard record.isComplete, record.cells.count == header.cells.count else {
        throw ReportingError(
          .malformed, path,
          "line \(record.line): expected \(header.cells.count) cells, got \(record.cells.count)")
      }
      try body(places.map { record.cells[$0] }, record.line)
    }
  }

  /// The whole file, if it isn't larger than anything that belongs here.
  public static func contents(
    of path: String, maximumBytes: Int
  ) throws(ReportingError) -> [UInt8] {
    let bytes: [UInt8]
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      bytes = [UInt8](try handle.read(upToCount: maximumBytes + 1) ?? Data())
    } catch {
      throw ReportingError(
        .inputOutput, path, "can't read the file", cause: error.localizedDescription)
    }
    guard bytes.count <= maximumBytes else {
      throw ReportingError(
        .limitExceeded, path,
        "expected a table of at most \(maximumBytes >> 20) MiB; move it away, or take another folder "
          + "for the run")
    }
    return bytes
  }

  private static func line(_ cells: [String]) -> String {
    cells.map { $0.isEmpty ? "" : quotedCSV($0) }.joined(separator: ",") + "\n"
  }
}
