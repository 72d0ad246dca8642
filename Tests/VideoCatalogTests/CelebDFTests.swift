import Contract
import TestSupport
import Testing
import VideoCatalog

@Suite struct CelebDFTests {
  private static let files = [
    "Celeb-real/id0_0000.mp4", "Celeb-real/id1_0000.mp4", "Celeb-real/id5_0000.mp4",
    "Celeb-synthesis/id0_id1_0000.mp4", "YouTube-real/00001.mp4", "YouTube-real/00170.mp4",
  ]

  @Test func readsLabelsGroupsAndTheListWithoutHeader() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(Self.files)
      try folder.write(
        "1 YouTube-real/00170.mp4\r\n0 Celeb-synthesis/id0_id1_0000.mp4\r\n"
          + "1 Celeb-real/id9_0001.mp4\r\n\r\n",
        to: "List_of_testing_videos.txt")
      let catalog = try folder.load(.celebdf)
      #expect(catalog.names == Self.files)
      #expect(catalog.videos.map(\.label) == [.real, .real, .real, .fake, .real, .real])
      // The very first line counts: the list has no header.
      #expect(catalog.videos.map(\.split) == [.train, .train, .train, .test, .train, .test])
      #expect(
        catalog.partition == [
          [Self.files[0], Self.files[1], Self.files[3]], [Self.files[2]], [Self.files[4]],
          [Self.files[5]],
        ])
      #expect(catalog["Celeb-real/id1_0000.mp4"]?.group == "celebdf:id0")
      #expect(catalog.missing.map(\.name) == ["Celeb-real/id9_0001.mp4"])
      #expect(
        catalog.notes.contains {
          $0.contains("1 group ") && $0.contains("celebdf:id0 (2 in train, 1 in test)")
        })
    }
  }

  @Test func leavesTheSplitOpenWithoutTheList() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(Self.files)
      let catalog = try folder.load(.celebdf)
      #expect(catalog.videos.allSatisfy { $0.split == nil })
      #expect(catalog.notes.contains { $0.contains("List_of_testing_videos.txt") })
    }
  }

  @Test func refusesBadLists() throws {
    let cases: [(String, VideoCatalogError.Code, String)] = [
      ("1 YouTube-real/00170.mp4\n0 YouTube-real/00001.mp4\n", .contradiction, ".txt:2"),
      ("1 Celeb-synthesis/id0_id1_0000.mp4", .contradiction, "its folder says fake"),
      ("label name\n", .malformedMetadata, ".txt:1"),
      ("1 ../x/00001.mp4\n", .malformedMetadata, ".txt:1"),
      ("1 YouTube-real/..\n", .malformedMetadata, ".txt:1"),
      ("2 YouTube-real/00001.mp4\n", .malformedMetadata, ".txt:1"),
      ("\n\n1\n", .malformedMetadata, ".txt:3"),
    ]
    for (list, code, fragment) in cases {
      try withTemporaryDirectory { folder in
        try folder.makeFiles(Self.files)
        try folder.write(list, to: "List_of_testing_videos.txt")
        expectError(code, fragment) { _ = try folder.load(.celebdf) }
      }
    }
  }

  @Test func neverLabelsAVideoOutsideOfItsFolders() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(Self.files + ["Celeb-new/id0_0001.mp4", "loose.avi"])
      expectError(.unlabelled, "Celeb-new/id0_0001.mp4", "loose.avi") {
        _ = try folder.load(.celebdf)
      }
    }
  }
}
