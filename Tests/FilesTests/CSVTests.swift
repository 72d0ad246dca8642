import TestSupport
import Testing

@testable import Files

@Suite struct CSVTests {
  private func rows(
    _ text: String, columns: [String] = ["a", "b"], maximumBytes: Int = 1000
  ) throws -> [[String]] {
    try withTemporaryDirectory { folder in
      try folder.write(text, to: "table.csv")
      var rows: [[String]] = []
      try CSVTable.read(
        folder.path(of: "table.csv"), columns: columns, maximumBytes: maximumBytes
      ) { fields, _ in rows.append(fields) }
      return rows
    }
  }

  @Test func whatIsWrittenIsRead() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "table.csv")
      let written = [["1", "a,b"], ["", "\"quoted\"\nline"], ["é", ""], ["\r\n", "\"\u{301}"]]
      try CSVTable.write(to: path, columns: ["a", "b"], rows: written)
      var read: [[String]] = []
      try CSVTable.read(path, columns: ["b", "a"], maximumBytes: 1000) { fields, _ in
        read.append(fields)
      }
      #expect(read == written.map { [$0[1], $0[0]] })
    }
  }

  @Test func columnsAreFoundByName() throws {
    #expect(try rows("x,b,a\n1,2,3\n") == [["3", "2"]])
    #expect(try rows("a,b\n") == [])
  }

  @Test(arguments: [
    ("", FileError.Code.malformed, "expected a table"), ("a\n", .foreign, "column 'b'"),
    ("a,b\n1\n", .malformed, ":2: expected 2 fields"), ("a,b\n1,2,3\n", .malformed, "got 3"),
    ("a,b\n1,\"2\n", .malformed, ":2: the file ends inside"),
    ("a,b\n1,2", .malformed, "and the file's end"),
    ("a,b\n1,\"2\"x\n", .malformed, ":2: expected a comma"),
    ("a,b\n1,2\r3,4\n", .malformed, ":2: a carriage return"),
  ])
  func otherTablesAreRefused(_ text: String, _ code: FileError.Code, _ part: String) {
    #expect { try rows(text) } throws: {
      ($0 as? FileError)?.code == code && "\($0)".contains(part)
    }
  }

  @Test func largeFilesAreRefused() {
    #expect { try rows("a,b\n1,2\n", maximumBytes: 7) } throws: {
      ($0 as? FileError)?.code == .tooLarge
    }
    #expect(throws: Never.self) { try rows("a,b\n1,2\n", maximumBytes: 8) }
  }

  /// Columns may have another separator; a comma is then a character like others.
  @Test(arguments: [(UInt8(ascii: ";"), ";"), (UInt8(ascii: "\t"), "\t")])
  func otherSeparators(byte: UInt8, separator: String) throws {
    let text = ["a", "b,c\n1", "\"x\(separator)y\"\n"].joined(separator: separator)
    let rows = try CSVTable.rows(Array(text.utf8), path: "t", separator: byte)
    #expect(rows.map(\.fields) == [["a", "b,c"], ["1", "x\(separator)y"]])
    let broken = Array("a\(separator)\"b\"c\n".utf8)
    #expect { try CSVTable.rows(broken, path: "t", separator: byte) } throws: {
      "\($0)".contains(separator == ";" ? "expected a semicolon" : "expected a tab")
    }
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func countsLinesOfEveryKind(lineEnd: String) throws {
    let text = ["a,b", "\"x", "y\",2", "", "c,"].joined(separator: lineEnd)
    #expect(
      try CSVTable.rows(Array(text.utf8), path: "t") == [
        .init(line: 1, fields: ["a", "b"]), .init(line: 2, fields: ["x\(lineEnd)y", "2"]),
        .init(line: 5, fields: ["c", ""]),
      ])
  }

  @Test func recordsLieWhereTheySay() {
    let bytes = Array("\u{FEFF}a,\"b\"\r\n\"x\ny\",2\n1,\"2\n".utf8)
    let records = Array(CSVReader(bytes))
    #expect(records.map(\.range) == [3..<10, 10..<18, 18..<23])
    #expect(records.map(\.line) == [1, 2, 4])
    #expect(records.map(\.isComplete) == [true, true, false])
    #expect(records[2].fields == ["1", "2\n"])
  }

  @Test func fieldsAreBounded() {
    let commas = [UInt8](repeating: UInt8(ascii: ","), count: 100_000)
    let records = Array(CSVReader(commas + [UInt8(ascii: "\n")] + Array("a\n".utf8)))
    #expect(records.map(\.fields.count) == [CSVReader.maximumFields, 1])
    #expect(records.map(\.isComplete) == [false, true])
  }
}
