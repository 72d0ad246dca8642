import TestSupport
import Testing
import VideoCatalog

@Suite struct LayoutGuessTests {
  @Test func suggestsTheKindThatTheLayoutLooksLike() throws {
    try withTemporaryDirectory { folder in
      try folder.write(#"{"a.mp4": {"label": "REAL"}}"#, to: "part/metadata.json")
      try folder.makeFiles(["part/a.mp4"])
      expectError(.unlabelled, "part/a.mp4", "layout `dfdc`") { _ = try folder.load(.folders) }
      expectError(.unlabelled, "layout `dfdc`") { _ = try folder.load(.celebdf) }
    }
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["original_sequences/youtube/c23/videos/000.mp4"])
      expectError(.unlabelled, "layout `faceforensics`") { _ = try folder.load(.dfdc) }
      expectError(.unreadable, "got a folder", "layout `faceforensics`") {
        _ = try folder.load(.csv)
      }
    }
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["Celeb-real/id0_0000.mp4"])
      try folder.write("1 Celeb-real/id0_0000.mp4\n", to: "List_of_testing_videos.txt")
      expectError(.unlabelled, "layout `celebdf`") { _ = try folder.load(.folders) }
    }
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["real/a.mp4", "fake/a.mp4"])
      expectError(.unlabelled, "layout `folders`") { _ = try folder.load(.faceforensics) }
    }
  }

  @Test func suggestsTheFolderBelow() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["Celeb-DF-v2/Celeb-real/id0_0000.mp4"])
      try folder.write("1 Celeb-real/id0_0000.mp4", to: "Celeb-DF-v2/List_of_testing_videos.txt")
      expectError(.unlabelled, "The folder Celeb-DF-v2 looks like this layout") {
        _ = try folder.load(.celebdf)
      }
      expectError(.unlabelled, "The folder Celeb-DF-v2 looks like the layout `celebdf`") {
        _ = try folder.load(.folders)
      }
    }
  }

  @Test func tellsFilesFromFolders() throws {
    try withTemporaryDirectory { folder in
      try folder.write("path,label\na.mpeg4,real\n", to: "videos.csv")
      try folder.makeFiles(["a.mpeg4"])
      expectError(.unreadable, "videos.csv: try that file") { _ = try folder.load(.csv) }
      expectError(.unreadable, "got a file", "kind `csv`") {
        _ = try VideoCatalog.load(kind: .folders, input: folder.path(of: "videos.csv"))
      }
      expectError(.unreadable, "no such file") {
        _ = try VideoCatalog.load(kind: .dfdc, input: folder.path(of: "nothing"))
      }
      expectError(.unreadable, "empty") { _ = try VideoCatalog.load(kind: .dfdc, input: "") }
      expectError(.empty, "expected video files below", "0 video files and no folders") {
        _ = try folder.load(.folders)
      }
    }
  }

  @Test func acceptsASlashAtTheEnd() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["real/a.mp4"])
      let catalog = try VideoCatalog.load(kind: .folders, input: folder.path + "//")
      #expect(catalog.root == folder.path)
      #expect(catalog.videos.first?.path == folder.path(of: "real/a.mp4"))
    }
  }
}
