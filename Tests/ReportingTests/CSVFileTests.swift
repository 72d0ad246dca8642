import TestSupport
import Testing

@testable import Reporting

struct CSVFileTests {
  private func rows(
    _ text: String, columns: [String] = ["a", "b"], maximumBytes: Int = 1000
  ) throws -> [[String]] {
    try withTemporaryDirectory { folder in
      try folder.write(text, to: "table.csv")
      var rows: [[String]] = []
      try CSVFile.read(
        folder.path(of: "table.csv"), columns: columns, maximumBytes: maximumBytes
      ) { cells, _ in rows.append(cells) }
      return rows
    }
  }

  @Test func whatIsWrittenIsRead() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "table.csv")
      let written = [["1", "a,b"], ["", "\"quoted\"\nline"], ["é", ""]]
      try CSVFile.write(to: path, columns: ["a", "b"], rows: written)
      var read: [[String]] = []
      try CSVFile.read(path, columns: ["b", "a"], maximumBytes: 1000) { cells, _ in
        read.append(cells)
      }
      #expect(read == written.map { [$0[1], $0[0]] })
    }
  }

  @Test func columnsAreFoundByName() throws {
    #expect(try rows("x,b,a\n1,2,3\n") == [["3", "2"]])
    #expect(try rows("a,b\n") == [])
  }

  @Test(arguments: [
    ("", ReportingError.Code.malformed), ("a\n", .foreignFile), ("a,b\n1\n", .malformed),
    ("a,b\n1,2,3\n", .malformed), ("a,b\n1,\"2\n", .malformed), ("a,b\n1,2", .malformed),
  ])
  func otherTablesAreRefused(_ text: String, _ code: ReportingError.Code) {
    #expect { try rows(text) } throws: { ($0 as? ReportingError)?.code == code }
  }

  @Test func largeFilesAreRefused() {
    #expect { try rows("a,b\n1,2\n", maximumBytes: 7) } throws: {
      ($0 as? ReportingError)?.code == .limitExceeded
    }
    #expect(throws: Never.self) { try rows("a,b\n1,2\n", maximumBytes: 8) }
  }
}
