import Contract
import Foundation
import TestSupport
import Testing
import VideoCatalog

@Suite struct DFDCTests {
  private static let part0 = """
    {"aaa.mp4": {"label": "REAL", "split": "train"},
     "bbb.mp4": {"label": "FAKE", "split": "train", "original": "aaa.mp4"},
     "ccc.mp4": {"label": "FAKE", "split": "train", "original": "gone.mp4"}}
    """

  @Test func readsLabelsAndGroupsOfParts() throws {
    try withTemporaryDirectory { folder in
      try folder.write("{}", to: "metadata.json")
      try folder.write(Self.part0, to: "dfdc_train_part_0/metadata.json")
      try folder.write(
        #"{"ddd.mp4": {"label": "FAKE", "original": "gone.mp4"}}"#,
        to: "dfdc_train_part_1/metadata.json")
      try folder.makeFiles([
        "dfdc_train_part_0/aaa.mp4", "dfdc_train_part_0/bbb.mp4", "dfdc_train_part_0/ccc.mp4",
        "dfdc_train_part_1/ddd.mp4", "dfdc_train_part_0/.hidden.mp4",
        "dfdc_train_part_0/._aaa.mp4", "dfdc_train_part_0/notes.txt",
      ])
      let catalog = try folder.load(.dfdc)
      #expect(
        catalog.labels == [
          "dfdc_train_part_0/aaa.mp4": .real, "dfdc_train_part_0/bbb.mp4": .fake,
          "dfdc_train_part_0/ccc.mp4": .fake, "dfdc_train_part_1/ddd.mp4": .fake,
        ])
      // The original "gone" lies in no part, and still connects its fakes in two parts.
      #expect(
        catalog.partition == [
          ["dfdc_train_part_0/aaa.mp4", "dfdc_train_part_0/bbb.mp4"],
          ["dfdc_train_part_0/ccc.mp4", "dfdc_train_part_1/ddd.mp4"],
        ])
      #expect(catalog["dfdc_train_part_0/bbb.mp4"]?.group == "dfdc:aaa")
      #expect(catalog.videos.allSatisfy { $0.split == nil })
      #expect(catalog.videos.allSatisfy { FileManager.default.fileExists(atPath: $0.path) })
      #expect(catalog.missing.isEmpty)
    }
  }

  /// pandas writes NaN for a value that is missing; with null in its place the file is read.
  @Test func aBareNaNIsNamedAndNullIsRead() throws {
    try withTemporaryDirectory { folder in
      let text = #"{"a.mp4":{"label":"REAL","split":null},"b.mp4":{"label":"FAKE","original":NaN}}"#
      try folder.write(text, to: "metadata.json")
      try folder.makeFiles(["a.mp4", "b.mp4"])
      let error = #expect(throws: VideoCatalogError.self) { try folder.load(.dfdc) }
      #expect(error?.code == .malformedMetadata)
      let description = error?.description ?? ""
      #expect(
        description.hasSuffix(
          "metadata.json:1: expected a value, got NaN, a number that JSON doesn't have (column 75). "
            + "Write null instead: Python's json.dump refuses such numbers with allow_nan=False."),
        "\(description)")
      try folder.write(text.replacing("NaN", with: "null"), to: "metadata.json")
      #expect(try folder.load(.dfdc).labels == ["a.mp4": .real, "b.mp4": .fake])
    }
  }

  @Test func readsOnePartAsTheInput() throws {
    try withTemporaryDirectory { folder in
      try folder.write(Self.part0, to: "metadata.json")
      try folder.makeFiles(["aaa.mp4", "bbb.mp4"])
      let catalog = try folder.load(.dfdc)
      #expect(catalog.names == ["aaa.mp4", "bbb.mp4"])
      #expect(catalog.missing.map(\.name) == ["ccc.mp4"])
      #expect(catalog.missing.first?.reason.contains("no such file") == true)
    }
  }

  @Test func takesSplitsOverWhereTheyDivide() throws {
    try withTemporaryDirectory { folder in
      try folder.write(
        """
        {"a.mp4": {"label": "REAL", "split": "train"}, "b.mp4": {"label": "FAKE", "split": "test"},
         "c.mp4": {"label": "REAL", "split": "validation", "original": null}}
        """, to: "metadata.json")
      try folder.makeFiles(["a.mp4", "b.mp4", "c.mp4"])
      let catalog = try folder.load(.dfdc)
      #expect(catalog.videos.map(\.split) == [.train, .test, .validation])
      #expect(catalog.notes.contains { $0.contains("without an original") && $0.contains("b.mp4") })
    }
  }

  @Test func namesVideosThatMetadataDoesNotMention() throws {
    try withTemporaryDirectory { folder in
      try folder.write(Self.part0, to: "part/metadata.json")
      try folder.makeFiles(["part/aaa.mp4"])
      try folder.makeFiles((0..<13).map { "part/x\($0 + 10).MOV" })
      expectError(.unlabelled, "13 video files", "part/x10.MOV", "part/x19.MOV", "and 3 more") {
        _ = try folder.load(.dfdc)
      }
      let catalog = try folder.load(.dfdc, CatalogOptions(unlabelled: .skip))
      #expect(catalog.names == ["part/aaa.mp4"])
      #expect(catalog.unlabelled.count == 13)
      #expect(catalog.unlabelled.first?.reason == "not named in the metadata.json of its folder")
    }
  }

  @Test func refusesBadMetadata() throws {
    let cases: [(String, VideoCatalogError.Code, String)] = [
      (#"{"../../x.mp4": {"label": "REAL"}}"#, .malformedMetadata, "../../x.mp4"),
      (#"{"..": {"label": "REAL"}}"#, .malformedMetadata, "\"..\""),
      (#"{"a.mp4": {"label": "REEL"}}"#, .malformedMetadata, "got \"REEL\""),
      (#"{"a.mp4": {"split": "train"}}"#, .malformedMetadata, "got none"),
      (#"{"a.mp4": "REAL"}"#, .malformedMetadata, "a.mp4"),
      (#"{"a.mp4": {"label": 1}}"#, .malformedMetadata, "got a number"),
      (#"{"a.mp4": {"label": "FAKE", "original": "/b"}}"#, .malformedMetadata, "got \"/b\""),
      (#"{"a.mp4": {"label": "REAL", "split": "moon"}}"#, .malformedMetadata, "split"),
      (#"["a.mp4"]"#, .malformedMetadata, "got an array"),
      ("{\"a.mp4\":\n {\"label\": \"REAL\",}}", .malformedMetadata, "metadata.json:2"),
      (
        "{\"a.mp4\": {\"label\": \"REAL\"},\n\"a.mp4\": {\"label\": \"FAKE\"}}", .duplicate,
        "metadata.json:2"
      ),
      ("", .malformedMetadata, "the file ends"),
    ]
    for (text, code, fragment) in cases {
      try withTemporaryDirectory { folder in
        try folder.write(text, to: "metadata.json")
        try folder.makeFiles(["a.mp4"])
        expectError(code, fragment, folder.path + "/metadata.json") { _ = try folder.load(.dfdc) }
      }
    }
  }

  @Test func refusesHugeMetadataBeforeReadingIt() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["metadata.json"])
      // A sparse file: it takes no room on the disk.
      let handle = try FileHandle(forWritingTo: folder.url.appendingPathComponent("metadata.json"))
      try handle.truncate(atOffset: 1 << 40)
      try handle.close()
      expectError(.unreadable, "at most", "1099511627776") { _ = try folder.load(.dfdc) }
    }
  }

  @Test func saysWhatWasExpectedOfAnEmptyInput() throws {
    try withTemporaryDirectory { folder in
      try folder.write(Self.part0, to: "part/metadata.json")
      expectError(.empty, "expected video files beside", "1 metadata.json with 3 entries") {
        _ = try folder.load(.dfdc)
      }
    }
  }

  /// Full size is 119 thousand videos; something quadratic would not end within the limit.
  @Test(.timeLimit(.minutes(10))) func readsManyVideos() throws {
    try withTemporaryDirectory { folder in
      for part in 0..<10 {
        let names = (0..<2000).map { "v\(part)x\($0).mp4" }
        let entries = names.enumerated().map { index, name in
          index % 5 == 0
            ? "\"\(name)\": {\"label\": \"REAL\"}"
            : "\"\(name)\": {\"label\": \"FAKE\", \"original\": \"\(names[index - index % 5])\"}"
        }
        try folder.write(
          "{\(entries.joined(separator: ",\n"))}", to: "part_\(part)/metadata.json")
        for name in names {
          let path = folder.path(of: "part_\(part)/\(name)")
          try #require(FileManager.default.createFile(atPath: path, contents: nil))
        }
      }
      let catalog = try folder.load(.dfdc)
      #expect(catalog.videos.count == 20_000)
      #expect(Set(catalog.videos.map(\.group)).count == 4000)
    }
  }
}
