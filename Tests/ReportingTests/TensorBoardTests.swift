import Foundation
import TestSupport
import Testing

@testable import Reporting

@Suite struct TensorBoardTests {
  /// The bytes of TensorBoard's own writer.
  @Test func eventsEqualTheOriginalWriters() throws {
    let text = String(repeating: "epochs: 20 – é\n", count: 20)
    let written: [(step: Int, content: TensorBoardEvent.Content)] = [
      (0, .fileVersion), (121, .sessionStart), (0, .scalars([("train/loss", 0)])),
      (300, .scalars([("train/loss", 0.693147), ("learning rate", -1e-30), ("é", .infinity)])),
      (1 << 40, .text(tag: "configuration", markdown: text)),
    ]
    let bytes = written.enumerated().flatMap { index, event in
      TensorBoardEvent(
        wallTime: 1_700_000_000.25 + Double(index), step: event.step, content: event.content
      ).record
    }
    let golden = try contents(of: fixtures.appendingPathComponent("golden.tfevents").path)
    #expect(bytes == golden)
    #expect(try EventFile.events(golden).map(\.step) == [0, 121, 0, 300, 1 << 40])
  }

  @Test func fileReadsBack() throws {
    try withTemporaryDirectory { folder in
      let path = try write(to: folder.path(of: "a/b"), resumedStep: 120) { writer in
        try writer.scalar("loss", 0.5, step: 125)
        try writer.scalars([("a", -0.0), ("b", .nan), ("c", 1e300)], step: -1)
        try writer.scalars([], step: 7)
        try writer.text("yaml", "train:\n", step: 0)
      }
      let events = try EventFile.events(contents(of: path))
      #expect(events.count == 5)
      #expect(events.map(\.wallTime) == (1...5).map { 1e9 + Double($0) })
      #expect(events[0].fileVersion == "brain.Event:2")
      #expect(events[1].isSessionStart && events[1].step == 121)
      #expect(events[2].step == 125 && events[2].scalars == ["loss": 0.5])
      #expect(events[3].step == -1 && events[3].scalars["b"]?.isNaN == true)
      #expect(events[3].scalars["c"] == .infinity && events[3].scalars["a"] == 0)
      #expect(events[4].texts == ["yaml": "train:\n"])
    }
  }

  @Test func namesSortInTheOrderOfTheStarts() throws {
    try withTemporaryDirectory { folder in
      let stale = [
        "events.out.tfevents.0000000005.other", "events.out.tfevents.9999999999.x",
        "events.out.tfevents.-000000001.x", "events.out.tfevents.12.x", "events.out.tfevents.",
        "metrics.csv",
      ]
      try folder.makeFiles(stale)
      // The clock doesn't move, then goes back.
      let paths = try [10.5, 10.5, 3, 1e300].map { time in
        try TensorBoardWriter(folder: folder.path, resumedStep: nil) { time }.path
      }
      let names = paths.map { URL(fileURLWithPath: $0).lastPathComponent }
      #expect(
        names.map { $0.prefix(30) } == [10, 11, 12, 13].map { "events.out.tfevents.00000000\($0)" })
      let host = names[0].split(separator: ".")[4]
      #expect(!host.isEmpty && host.utf8.allSatisfy { $0 > 32 && $0 < 127 })
      #expect(names[0].hasSuffix(".\(ProcessInfo.processInfo.processIdentifier)"))
    }
  }

  @Test func nameHasTheTime() throws {
    try withTemporaryDirectory { folder in
      let before = Int(Date().timeIntervalSince1970)
      let path = try TensorBoardWriter(folder: folder.path).path
      let time = try #require(Int(path.split(separator: ".").dropFirst(3).first ?? ""))
      #expect((before...before + 60).contains(time))
    }
  }

  @Test func writesAtFlushAndWhenMuchHasComeTogether() throws {
    try withTemporaryDirectory { folder in
      let writer = try TensorBoardWriter(folder: folder.path)
      let start = try contents(of: writer.path).count
      try writer.scalar("loss", 1, step: 1)
      #expect(try contents(of: writer.path).count == start)
      try writer.flush()
      #expect(try EventFile.events(contents(of: writer.path)).count == 3)
      for step in 2..<3000 { try writer.scalar("loss", 1, step: step) }
      #expect(try contents(of: writer.path).count > 1 << 16)
      withExtendedLifetime(writer) {}
    }
  }

  @Test func folderThatCannotBeMade() throws {
    try withTemporaryDirectory { folder in
      try folder.write("", to: "file")
      let error = #expect(throws: ReportingError.self) {
        try TensorBoardWriter(folder: folder.path(of: "file"))
      }
      #expect(error?.code == .inputOutput)
      #expect(error?.path == folder.path(of: "file"))
    }
  }

  struct Found: Decodable {
    var scalars: [String: [[Double]]]
    var texts: [String: [[Text]]]

    enum Text: Decodable, Equatable {
      case step(Int)
      case text(String)

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let step = try? container.decode(Int.self) {
          self = .step(step)
        } else {
          self = .text(try container.decode(String.self))
        }
      }
    }
  }

  /// TensorBoard joins the files of three processes. The first one was killed within a record,
  /// after steps that the second one repeated.
  @Test(.enabled(if: Python.path != nil, "needs PYTHON_WITH_TORCH with tensorboard"))
  func tensorBoardReadsInterruptedRuns() throws {
    try withTemporaryDirectory { folder in
      let first = try write(to: folder.path, resumedStep: nil) { writer in
        try writer.text("yaml", "train: é", step: 0)
        for step in 1...8 { try writer.scalar("train/loss", Double(step), step: step) }
      }
      let whole = try contents(of: first)
      try Data(whole.dropLast(5)).write(to: URL(fileURLWithPath: first))
      _ = try write(to: folder.path, resumedStep: 5) { writer in
        for step in 6...7 { try writer.scalar("train/loss", Double(step) + 0.5, step: step) }
      }
      _ = try write(to: folder.path, resumedStep: 7) { writer in
        try writer.scalars([("train/loss", 8.25), ("validation/auc", 0.75)], step: 8)
      }
      let found = try JSONDecoder().decode(
        Found.self, from: Python.run("read_events.py", [folder.path]))
      #expect(
        found.scalars == [
          "train/loss": [
            [1, 1], [2, 2], [3, 3], [4, 4], [5, 5], [6, 6.5], [7, 7.5], [8, 8.25],
          ],
          "validation/auc": [[8, 0.75]],
        ])
      #expect(found.texts == ["yaml": [[.step(0), .text("train: é")]]])
    }
  }

  /// A new run in a used folder.
  @Test(.enabled(if: Python.path != nil, "needs PYTHON_WITH_TORCH with tensorboard"))
  func tensorBoardForgetsARunThatBeganAnew() throws {
    try withTemporaryDirectory { folder in
      for value in [1.0, 2.0] {
        _ = try write(to: folder.path, resumedStep: nil) { writer in
          for step in 0...Int(4 - value) { try writer.scalar("loss", value, step: step) }
        }
      }
      let found = try JSONDecoder().decode(
        Found.self, from: Python.run("read_events.py", [folder.path]))
      #expect(found.scalars == ["loss": [[0, 2], [1, 2], [2, 2]]])
    }
  }

  /// Writes a file with a clock that advances by a second for each event; returns its path.
  private func write(
    to folder: String, resumedStep: Int?, _ body: (TensorBoardWriter) throws -> Void
  ) throws -> String {
    var time = 1e9
    let writer = try TensorBoardWriter(folder: folder, resumedStep: resumedStep) {
      defer { time += 1 }
      return time
    }
    try body(writer)
    return writer.path
  }
}
