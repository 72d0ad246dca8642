import Files
import Foundation
import Terminal
import TestSupport
import Testing

@Suite struct ResultDestinationTests {
  private struct Sample: Encodable {
    var zebra = 1
    var name = "a\u{202E}b\u{9B}"
  }

  @Test func aDocumentSaysWhatItIs() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "result.json")
      for _ in 0..<2 {
        // The second time its own result is replaced.
        try ResultDestination(path, .json).write(Sample(), format: "sample/1")
      }
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.hasSuffix("}\n") && !text.contains("\u{202E}") && !text.contains("\u{9B}"))
      let fields = try #require(
        try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      #expect(fields["format"] as? String == "sample/1" && fields["zebra"] as? Int == 1)
      #expect(fields["name"] as? String == "a\u{202E}b\u{9B}")
    }
  }

  /// A clip or a model that is named by mistake stays as it is.
  @Test func whatIsNoResultIsNotReplaced() throws {
    try withTemporaryDirectory { folder in
      try folder.write(Data("\u{0}\u{0}\u{0} ftypisom".utf8), to: "clip.mp4")
      try folder.write(Data("video,label\n".utf8), to: "table.csv")
      try folder.write(Data(" \n [1]".utf8), to: "list.json")
      try folder.write(Data(), to: "empty")
      let table = ResultDestination.Kind.table(firstColumn: "video")
      let refused: [(String, ResultDestination.Kind)] = [
        ("clip.mp4", .json), ("clip.mp4", table), ("table.csv", .json), ("list.json", table),
      ]
      for (name, kind) in refused {
        #expect(throws: FileError.self, "\(name)") {
          try ResultDestination(folder.path(of: name), kind)
        }
      }
      for name in ["list.json", "empty", "new"] {
        #expect(try ResultDestination(folder.path(of: name), .json).path != nil)
      }
      _ = try ResultDestination(folder.path(of: "table.csv"), table)
      #expect(throws: FileError.self) {
        try ResultDestination(folder.path(of: "missing/result.json"), .json)
      }
      #expect(throws: FileError.self) { try ResultDestination(folder.path(of: "."), .json) }
    }
  }
}
