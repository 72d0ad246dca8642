import Contract
import Foundation
import TestSupport
import Testing

@testable import VideoCatalog

@Suite struct CSVTests {
  private func load(
    _ text: String, files: [String] = ["a.mp4", "b.mp4"], options: CatalogOptions = CatalogOptions()
  ) throws -> VideoCatalog {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(files)
      try folder.write(text, to: "list.csv")
      return try VideoCatalog.load(
        kind: .csv, input: folder.path(of: "list.csv"), options: options)
    }
  }

  @Test func readsColumnsInAnyOrder() throws {
    let catalog = try load(
      "\u{FEFF}Split,label,PATH,remark,group,method\r\n"
        + "train,REAL,a.mp4,,g,\r\n"
        + ",1,\"sub/with, comma and \"\"quote\"\".mp4\",\"two\r\nlines\",g,FaceSwap\r\n\r\n"
        + "Test, fake ,b.mp4,,,\r\n0,0,c.mp4,,,".replacingOccurrences(
          of: "\r\n0,0", with: "\r\nval,0"),
      files: ["a.mp4", "b.mp4", "c.mp4", "sub/with, comma and \"quote\".mp4"])
    #expect(
      catalog.labels == [
        "a.mp4": .real, "b.mp4": .fake, "c.mp4": .real,
        "sub/with, comma and \"quote\".mp4": .fake,
      ])
    #expect(catalog.videos.map(\.split) == [.train, .test, .validation, nil])
    #expect(catalog.videos.map(\.group) == ["csv:g", "csv:b.mp4", "csv:c.mp4", "csv:g"])
    #expect(catalog.videos.last?.method == "FaceSwap")
    #expect(catalog.notes.contains { $0.contains("remark") })
  }

  @Test func namesPathsOutsideOfTheFolderSafely() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["other/x.mp4", "table/in.mp4", "table/abs.mp4", "far.mp4"])
      try folder.write(
        """
        path,label
        ../other/x.mp4,real
        ./in.mp4,fake
        \(folder.path)/table/abs.mp4,fake
        \(folder.path)/far.mp4,real
        """, to: "table/list.csv")
      let catalog = try VideoCatalog.load(kind: .csv, input: folder.path(of: "table/list.csv"))
      #expect(
        Set(catalog.names) == [
          "external/parent-1/other/x.mp4", "in.mp4", "abs.mp4",
          "external/root\(folder.path)/far.mp4",
        ])
      #expect(catalog.videos.allSatisfy { FileManager.default.fileExists(atPath: $0.path) })
    }
  }

  @Test func listsRowsWithoutAFile() throws {
    let catalog = try load(
      "path,label\na.mp4,real\ngone.mp4,fake\nfolder,fake\n", files: ["a.mp4", "folder/x.mp4"])
    #expect(catalog.names == ["a.mp4"])
    #expect(
      catalog.missing == [
        OmittedVideo(
          name: "folder",
          reason:
            "line 4: a folder, and not one of frames: expected pictures whose names differ in a "
            + "number only, such as 000.png and 001.png"),
        OmittedVideo(name: "gone.mp4", reason: "line 3: there is no such file"),
      ])
  }

  @Test func refusesBadTables() {
    let cases: [(String, VideoCatalogError.Code, String)] = [
      ("path,label\na.mp4,maybe\n", .malformedMetadata, "list.csv:2: expected the label"),
      ("path,label\na.mp4\n", .malformedMetadata, "list.csv:2: expected 2 fields"),
      ("path,label\n\na.mp4,real\nx/../a.mp4,fake\n", .duplicate, "list.csv:4"),
      ("path,label\n\na.mp4,real\nx/../a.mp4,fake\n", .duplicate, "line 3"),
      ("where,label\nhere,real\n", .malformedMetadata, "no column path"),
      ("path,verdict\na.mp4,maybe\n", .malformedMetadata, "no column label"),
      ("path,label\na.mp4;real\n", .malformedMetadata, "list.csv:2: expected 2 fields"),
      ("path,path,label\n", .malformedMetadata, "there twice"),
      ("path,label,split\na.mp4,real,moon\n", .malformedMetadata, "list.csv:2"),
      ("path,label\n,real\n", .malformedMetadata, "the path is empty"),
      ("path,label\n\"a.mp4,real\nb.mp4,fake\n", .malformedMetadata, "list.csv:2: the file ends"),
      ("path,label\n\"a\"b,real\n", .malformedMetadata, "after a quoted field"),
      ("path,label\na\"b,real\n", .malformedMetadata, "a quote inside"),
      ("path,label\nA,real\n\"x\n\ny\",fake,\n", .malformedMetadata, "list.csv:3"),
      ("path,label\na.mp4,\n", .unlabelled, "line 2: the label is empty"),
      ("path,label\ngone.mp4,real\n", .empty, "1 row"),
      ("", .empty, "an empty file"),
    ]
    for (text, code, fragment) in cases {
      expectError(code, fragment) { _ = try load(text) }
    }
  }

  @Test func skipsRowsWithoutALabelIfToldTo() throws {
    let catalog = try load(
      "path,label\na.mp4,\nb.mp4,fake\n", options: CatalogOptions(unlabelled: .skip))
    #expect(catalog.names == ["b.mp4"])
    #expect(catalog.unlabelled.map(\.name) == ["a.mp4"])
  }

  @Test func refusesOtherEncodings() throws {
    try withTemporaryDirectory { folder in
      let latin = Data("path,label\nr\u{E9}el.mp4,real\n".unicodeScalars.map { UInt8($0.value) })
      try folder.write(latin, to: "latin.csv")
      expectError(.malformedMetadata, "latin.csv:2", "UTF-8") {
        _ = try VideoCatalog.load(kind: .csv, input: folder.path(of: "latin.csv"))
      }
      try folder.write(Data([0xFF, 0xFE, 0x70, 0x00]), to: "wide.csv")
      expectError(.malformedMetadata, "UTF-16") {
        _ = try VideoCatalog.load(kind: .csv, input: folder.path(of: "wide.csv"))
      }
    }
  }
}
