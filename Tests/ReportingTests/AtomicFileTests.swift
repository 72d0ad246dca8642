import Foundation
import TestSupport
import Testing

@testable import Reporting

@Suite struct AtomicFileTests {
  @Test func writesAndReplaces() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "é a.json")
      for content in ["", "short", String(repeating: "long ", count: 100_000), "é"] {
        try AtomicFile.write(text: content, to: path)
        #expect(try text(of: path) == content)
      }
      try AtomicFile.write([0, 255], to: path)
      #expect(try contents(of: path) == [0, 255])
      #expect(try names(folder) == ["é a.json"])
    }
  }

  /// A reader that has the former file open goes on reading it.
  @Test func formerContentStaysForItsReaders() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a")
      try AtomicFile.write(text: "former", to: path)
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      try AtomicFile.write(text: "new", to: path)
      #expect(try handle.readToEnd() == Data("former".utf8))
    }
  }

  @Test func replacesALinkAndNotItsTarget() throws {
    try withTemporaryDirectory { folder in
      try folder.write("target", to: "target")
      try folder.makeLink("link", to: "target")
      try AtomicFile.write(text: "new", to: folder.path(of: "link"))
      #expect(try text(of: folder.path(of: "target")) == "target")
      #expect(try text(of: folder.path(of: "link")) == "new")
    }
  }

  @Test func failureLeavesNothingBehind() throws {
    try withTemporaryDirectory { folder in
      try folder.write("", to: "a/b")
      let path = folder.path(of: "a")
      let error = #expect(throws: ReportingError.self) { try AtomicFile.write([1], to: path) }
      #expect(error?.code == .inputOutput)
      #expect(error?.path == path)
      #expect(try names(folder) == ["a"])
      let missing = #expect(throws: ReportingError.self) {
        try AtomicFile.write([1], to: folder.path(of: "missing/x"))
      }
      #expect(missing?.description.contains("No such file") == true)
    }
  }

  @Test func fullDisk() throws {
    var file = try OutputFile(appendingTo: "/dev/full")
    let error = #expect(throws: ReportingError.self) { try file.append([1, 2, 3]) }
    #expect(error?.code == .noSpace)
    #expect(
      error?.description
        == "/dev/full: can't write 3 bytes; free some space, or raise the quota or "
        + "the limit of file sizes (No space left on device)")
  }

  private func names(_ folder: TemporaryDirectory) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path)
  }
}
