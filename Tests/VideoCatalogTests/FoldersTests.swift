import Contract
import Foundation
import TestSupport
import Testing
import VideoCatalog

@Suite struct FoldersTests {
  @Test func readsLabelsAndGroups() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([
        "real/x.mp4", "fake/x.MKV", "real/anna/1.mp4", "fake/anna/deep/2.webm", "real/y.mp4",
        "Originals/0001.mp4", "MANIPULATED/0001_fake.mp4", "fake/readme.md", "real/.z.mp4",
      ])
      let catalog = try folder.load(.folders)
      #expect(
        catalog.labels == [
          "real/x.mp4": .real, "fake/x.MKV": .fake, "real/anna/1.mp4": .real,
          "fake/anna/deep/2.webm": .fake, "real/y.mp4": .real, "Originals/0001.mp4": .real,
          "MANIPULATED/0001_fake.mp4": .fake,
        ])
      #expect(
        catalog.partition == [
          ["real/x.mp4", "fake/x.MKV"], ["real/anna/1.mp4", "fake/anna/deep/2.webm"],
          ["real/y.mp4"], ["Originals/0001.mp4", "MANIPULATED/0001_fake.mp4"],
        ])
      #expect(catalog["real/x.mp4"]?.group == "folders:x")
      // Bytewise: upper case before lower case, in every locale.
      #expect(catalog.names.first == "MANIPULATED/0001_fake.mp4")
    }
  }

  @Test func takesSplitsFromFoldersAbove() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["train/real/a.mp4", "test/fake/b.mp4", "val/real/a.mp4", "real/c.mp4"])
      let catalog = try folder.load(.folders)
      #expect(
        catalog.names == ["real/c.mp4", "test/fake/b.mp4", "train/real/a.mp4", "val/real/a.mp4"])
      #expect(catalog.videos.map(\.split) == [nil, .test, .train, .validation])
      #expect(catalog.notes.contains { $0.contains("folders:a (1 in train, 1 in validation)") })
    }
  }

  @Test func remarksOnOneClassAndOneGroup() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["real/all/1.mp4", "real/all/2.mp4", "real/3.mp4"])
      let notes = try folder.load(.folders).notes
      #expect(notes.contains { $0.contains("no fake videos") })
      #expect(notes.contains { $0.contains("folders:all holds 2 of 3") })
    }
  }

  @Test func followsLinksAndSurvivesLoops() throws {
    try withTemporaryDirectory { folder in
      try withTemporaryDirectory { elsewhere in
        try elsewhere.makeFiles(["clip.mp4", "more/other.mp4"])
        try folder.makeFiles(["real/a/own.mp4"])
        try folder.makeLink("real/linked.mp4", to: elsewhere.path(of: "clip.mp4"))
        try folder.makeLink("fake/folder", to: elsewhere.path)
        try folder.makeLink("fake/loop", to: "..")
        try folder.makeLink("real/a/self", to: ".")
        try folder.makeLink("fake/again", to: "../real/a")
        try folder.makeLink("real/broken.mp4", to: "nowhere.mp4")
        let catalog = try folder.load(.folders)
        #expect(
          catalog.names == [
            "fake/folder/clip.mp4", "fake/folder/more/other.mp4", "real/a/own.mp4",
            "real/linked.mp4",
          ])
        #expect(catalog.missing.map(\.name) == ["real/broken.mp4"])
        for link in ["fake/loop", "real/a/self", "fake/again"] {
          #expect(catalog.notes.contains { $0.hasPrefix("\(link): a link") })
        }
      }
    }
  }

  @Test func ignoresWhatIsNoRegularFile() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["real/a.mp4", "real/folder.mp4/b.mp4"])
      #expect(mkfifo(folder.path(of: "real/pipe.mp4"), 0o600) == 0)
      #expect(mkfifo(folder.path(of: "metadata.json"), 0o600) == 0)
      #expect(try folder.load(.folders).names == ["real/a.mp4", "real/folder.mp4/b.mp4"])
    }
  }

  @Test func reportsNamesThatAreNotText() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["real/a.mp4"])
      let bytes: [CChar] =
        (folder.path + "/real/").utf8.map { CChar(bitPattern: $0) } + [
          -1, 0x2E, 0x6D, 0x70, 0x34, 0,
        ]
      let descriptor = open(bytes, O_CREAT | O_WRONLY, 0o600)
      try #require(descriptor >= 0)
      close(descriptor)
      let catalog = try folder.load(.folders)
      #expect(catalog.names == ["real/a.mp4"])
      #expect(catalog.missing.first?.reason.contains("not UTF-8") == true)
    }
  }

  /// Two Unicode forms of one name are two files and one String.
  @Test func refusesNamesThatSwiftCannotTellApart() throws {
    try withTemporaryDirectory { folder in
      for name in ["real/\u{E9}.mp4", "real/e\u{301}.mp4"] {
        let descriptor = folder.path(of: name).withCString { open($0, O_CREAT | O_WRONLY, 0o600) }
        if descriptor < 0 {
          try FileManager.default.createDirectory(
            atPath: folder.path(of: "real"), withIntermediateDirectories: true)
          close(folder.path(of: name).withCString { open($0, O_CREAT | O_WRONLY, 0o600) })
        } else {
          close(descriptor)
        }
      }
      expectError(.duplicate, "Unicode") { _ = try folder.load(.folders) }
      try folder.write(
        "{\"\u{E9}.mp4\": {\"label\": \"REAL\"}}", to: "real/metadata.json")
      expectError(.duplicate, "Unicode") { _ = try folder.load(.dfdc) }
    }
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything"))
  func stopsAtAFolderThatCannotBeRead() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["real/a.mp4", "real/secret/b.mp4"])
      let secret = folder.path(of: "real/secret")
      #expect(chmod(secret, 0) == 0)
      defer { chmod(secret, 0o700) }
      expectError(.unreadable, "real/secret", "Permission denied") {
        _ = try folder.load(.folders)
      }
    }
  }

  @Test func namesVideosWithoutALabelFolder() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["real/a.mp4", "unsure/b.mp4", "c.mp4"])
      expectError(.unlabelled, "2 video files", "c.mp4, unsure/b.mp4", "real/") {
        _ = try folder.load(.folders)
      }
      let skipping = CatalogOptions(unlabelled: .skip)
      #expect(
        try folder.load(.folders, skipping).unlabelled.map(\.name) == ["c.mp4", "unsure/b.mp4"])
    }
  }
}
