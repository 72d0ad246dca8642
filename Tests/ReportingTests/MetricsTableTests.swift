import Files
import Foundation
import TestSupport
import Testing

@testable import Reporting

@Suite struct MetricsTableTests {
  @Test func writesRows() throws {
    try withTable { path in
      let table = try MetricsTable(path: path, columns: ["loss", "rate", "note"])
      #expect(try text(of: path) == "step,loss,rate,note\n")
      try table.append(step: 1, ["loss": .number(0.1), "note": .text("a")])
      #expect(try text(of: path) == "step,loss,rate,note\n1,0.1,,a\n", "a row is there at once")
      try table.append(step: 2, ["rate": .float(0.1), "loss": .number(.nan)])
      try table.append(step: 3, ["rate": .number(1e-8), "note": .text("a,\"b\"\r\nc")])
      try table.append(step: 3, ["loss": .integer(-4), "note": .text("")])
      try table.append(step: 4, [:])
      try table.synchronize()
      #expect(
        try text(of: path) == """
          step,loss,rate,note
          1,0.1,,a
          2,nan,0.1,
          3,,1e-08,"a,""b""\r\nc"
          3,-4,,""
          4,,,

          """)
    }
  }

  @Test func numbersReadBack() {
    for value in [0.1, 1.0 / 3, .leastNonzeroMagnitude, 1.7976931348623157e308, 123_456_789, -0.0] {
      #expect(Double(MetricsValue.number(value).csv)?.bitPattern == value.bitPattern)
    }
    for value: Float in [0.1, 1.0 / 3, .leastNonzeroMagnitude, 3.4028235e38] {
      #expect(Float(MetricsValue.float(value).csv) == value)
      #expect(MetricsValue.float(value).csv.count <= 14)
    }
    #expect(MetricsValue.number(.nan).csv == "nan")
    #expect(MetricsValue.number(-.infinity).csv == "-inf")
    #expect(MetricsValue.float(.infinity).csv == "inf")
    #expect(MetricsValue.number(0.30000000000000004).csv == "0.30000000000000004")
  }

  @Test func resumingCutsLaterRows() throws {
    let rows = ["step,a\n", "10,x\n", "20,\"y\n\"\"z\"\n", "20,\n", "30,q\n"]
    for (resumed, kept) in [(nil, 1), (-1, 1), (9, 1), (10, 2), (25, 4), (30, 5), (99, 5)]
      as [(Int?, Int)]
    {
      try withTable { path in
        try Data(rows.joined().utf8).write(to: URL(fileURLWithPath: path))
        let table = try MetricsTable(path: path, columns: ["a"], resumedStep: resumed)
        #expect(try text(of: path) == rows.prefix(kept).joined(), "\(resumed ?? -1)")
        try table.append(step: 31, ["a": .text("r")])
        #expect(try text(of: path) == rows.prefix(kept).joined() + "31,r\n")
      }
    }
  }

  /// An interrupted and resumed table equals an uninterrupted one.
  @Test func resumedEqualsNeverInterrupted() throws {
    try withTable { path in
      func run(from first: Int, to last: Int, resumedStep: Int?) throws {
        let table = try MetricsTable(path: path, columns: ["loss"], resumedStep: resumedStep)
        for step in first...last {
          try table.append(step: step, ["loss": .number(1 / Double(step))])
        }
      }
      try run(from: 1, to: 40, resumedStep: nil)
      let whole = try contents(of: path)
      try run(from: 1, to: 17, resumedStep: nil)
      try run(from: 11, to: 35, resumedStep: 10)
      try run(from: 31, to: 40, resumedStep: 30)
      #expect(try contents(of: path) == whole)
    }
  }

  /// Wherever a power failure cuts the last row, the rows before it are kept.
  @Test func lastRowThatWasCutShort() throws {
    let start = "step,loss,note\n1,0.5,a\n"
    let last = "2,0.25,\"b \"\"c\"\"\"\n"
    for count in 0...last.utf8.count {
      try withTable { path in
        let bytes = Array(start.utf8) + Array(last.utf8).prefix(count)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let table = try MetricsTable(path: path, columns: ["loss", "note"], resumedStep: 5)
        let expected = count == last.utf8.count ? start + last : start
        #expect(try text(of: path) == expected)
        #expect(table.columns == ["loss", "note"])
      }
    }
  }

  @Test func carriageReturnsAndAnEmptyFile() throws {
    try withTable { path in
      try Data("step,a\r\n1,x\r\n2,y\r\n".utf8).write(to: URL(fileURLWithPath: path))
      _ = try MetricsTable(path: path, columns: ["a"], resumedStep: 1)
      #expect(try text(of: path) == "step,a\r\n1,x\r\n")
      try Data().write(to: URL(fileURLWithPath: path))
      _ = try MetricsTable(path: path, columns: ["a"], resumedStep: 1)
      #expect(try text(of: path) == "step,a\n")
    }
  }

  @Test(arguments: [
    ("step,loss\n", "it lacks auc"),
    ("step,loss,auc,extra,\"b\u{1B}[1m\"\n", "it has extra, b?[1m besides"),
    ("epoch,loss,auc\n", "it lacks step, it has epoch besides"),
    ("step,auc,loss\n", "it has them in another order or is cut short"),
    ("step,loss,auc", "it has them in another order or is cut short"),
    ("%PDF-1.7\u{0}", "it lacks step, loss, auc, it has %PDF-1.7? besides"),
  ])
  func foreignHeader(text: String, reason: String) throws {
    try withTable { path in
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: ReportingError.self) {
        try MetricsTable(path: path, columns: ["loss", "auc"])
      }
      #expect(error?.code == .foreignFile)
      #expect(
        error?.description.hasPrefix(
          "\(path): expected a table with the columns step, loss, auc: \(reason)") == true,
        "\(error?.description ?? "")")
      #expect(error?.description.utf8.count ?? 0 < 1000)
      #expect(try contents(of: path) == Array(text.utf8), "a foreign file is left as it is")
    }
  }

  @Test(arguments: [
    ("1,0.5\n2\n3,0.5\n", 3, 1),
    ("1,0.5\nx,0.5\n", 3, 2),
    ("1,0.5,7\n2,1\n", 2, 3),
    ("1,\"a\"b\n2,1\n", 2, 2),
    ("1,\"a\n2,1\n", 2, 2),
    ("1.0,1\n", 2, 2),
    ("1,1\r2,1\n", 2, 2),
  ])
  func malformedRow(rows: String, line: Int, cells: Int) throws {
    try withTable { path in
      let whole = "step,loss\n" + rows
      try Data(whole.utf8).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: ReportingError.self) {
        try MetricsTable(path: path, columns: ["loss"], resumedStep: 9)
      }
      #expect(error?.code == .malformed)
      #expect(
        error?.message
          == "line \(line): expected a row of 2 cells that begins with its step, got \(cells) cells; "
          + "correct the line, or move the file away to begin a new one")
      #expect(try text(of: path) == whole)
    }
  }

  @Test func filesOfCommas() throws {
    let commas = String(repeating: ",", count: 100_000)
    try withTable { path in
      for (content, code) in [(commas, .foreignFile), ("step,a\n\(commas)\n", .malformed)]
        as [(String, ReportingError.Code)]
      {
        try Data(content.utf8).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: ReportingError.self) {
          try MetricsTable(path: path, columns: ["a"])
        }
        #expect(error?.code == code)
        #expect(error?.description.utf8.count ?? 0 < 1000)
      }
    }
  }

  /// Any bytes give a table or an error.
  @Test func anyBytes() throws {
    var generator = SplitMix64(state: 1)
    for _ in 0..<300 {
      try withTable { path in
        let alphabet = Array("12,\"\"\n\r\n,x\u{0}".utf8) + [0xFF, 0xC3]
        let bytes = (0..<40).map { _ in
          alphabet[Int.random(in: alphabet.indices, using: &generator)]
        }
        try Data(Array("step,a\n".utf8) + bytes).write(to: URL(fileURLWithPath: path))
        do {
          _ = try MetricsTable(path: path, columns: ["a"], resumedStep: .max)
          let rows = Array(CSVReader(try contents(of: path)))
          #expect(rows.allSatisfy { $0.isComplete && $0.fields.count == 2 })
        } catch let error as ReportingError {
          #expect(error.code == .malformed)
        }
      }
    }
  }

  @Test func folderAndMissingFolder() throws {
    try withTemporaryDirectory { folder in
      #expect(throws: ReportingError.self) { try MetricsTable(path: folder.path, columns: ["a"]) }
      let error = #expect(throws: ReportingError.self) {
        try MetricsTable(path: folder.path(of: "x/metrics.csv"), columns: ["a"])
      }
      #expect(error?.code == .inputOutput)
    }
  }

  private func withTable(_ body: (String) throws -> Void) throws {
    try withTemporaryDirectory { try body($0.path(of: "metrics.csv")) }
  }
}
