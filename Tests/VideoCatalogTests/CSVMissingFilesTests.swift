import Contract
import Foundation
import TestSupport
import Testing

@testable import VideoCatalog

/// Tables whose files lie elsewhere: the first path that was tried is shown, and advice works.
@Suite struct CSVMissingFilesTests {
  private func load(_ folder: TemporaryDirectory, _ csv: CSVSettings = CSVSettings()) throws
    -> VideoCatalog
  {
    try VideoCatalog.load(
      kind: .csv, input: folder.path(of: "data/csv/list.csv"), options: CatalogOptions(csv: csv))
  }

  /// A folder with a table of two rows and two files.
  private func withTable(
    _ paths: [String], files: [String], _ body: (TemporaryDirectory) throws -> Void
  ) throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(files)
      try folder.write(
        "path,label\n\"\(paths[0])\",real\n\"\(paths[1])\",fake\n", to: "data/csv/list.csv")
      try body(folder)
    }
  }

  @Test func namesTheOtherFolder() throws {
    let paths = ["original/a.mp4", "Deepfakes/b.mp4"]
    for base in ["data", "data/csv/videos", "."] {
      try withTable(paths, files: paths.map { base == "." ? $0 : base + "/" + $0 }) { folder in
        let expected = base == "." ? folder.path : folder.path(of: base)
        expectError(
          .empty, "2 rows",
          "the first path that was tried is \(folder.path)/data/csv/original/a.mp4",
          "--set \"csv.folder='\(expected)'\""
        ) { _ = try load(folder) }
        let catalog = try load(folder, CSVSettings(folder: expected))
        #expect(Set(catalog.names) == Set(paths))
      }
    }
  }

  @Test func saysThatTheExtensionIsMissing() throws {
    try withTable(["a", "b"], files: ["data/csv/a.mp4", "data/csv/b.mp4"]) { folder in
      expectError(.empty, "Write the extension too, e.g. a.mp4") { _ = try load(folder) }
      try folder.write("path,label\na.mp4,real\nb.mp4,fake\n", to: "data/csv/list.csv")
      #expect(try load(folder).videos.count == 2)
    }
  }

  @Test func saysThatPathsAreOfAnotherMachine() throws {
    for prefix in ["/kaggle/input/set/", "somewhere/set/"] {
      let files = ["data/csv/real/a.mp4", "data/csv/fake/b.mp4"]
      try withTable([prefix + "real/a.mp4", prefix + "fake/b.mp4"], files: files) { folder in
        expectError(.empty, "Write paths from the table's folder, e.g. real/a.mp4") {
          _ = try load(folder)
        }
        try folder.write(
          "path,label\nreal/a.mp4,real\nfake/b.mp4,fake\n", to: "data/csv/list.csv")
        #expect(try load(folder).videos.count == 2)
      }
    }
  }

  @Test func saysThatFoldersAreSeparatedBySlashes() throws {
    let files = ["data/csv/x/a.mp4", "data/csv/x/b.mp4"]
    try withTable(["x\\a.mp4", "x\\b.mp4"], files: files) { folder in
      expectError(.empty, "Write / between folders, e.g. x/a.mp4") { _ = try load(folder) }
      try folder.write("path,label\nx/a.mp4,real\nx/b.mp4,fake\n", to: "data/csv/list.csv")
      #expect(try load(folder).videos.count == 2)
    }
  }

  @Test func saysNothingThatIsNotTrue() throws {
    try withTable(["a.mp4", "b.mp4"], files: []) { folder in
      expectError(.empty, "\(folder.path)/data/csv/a.mp4", "Check the paths.") {
        _ = try load(folder)
      }
    }
  }

  /// Blanks around paths, and letters in another case: the advice names the file, and works.
  @Test(arguments: [
    ([" a.mp4", " b.mp4"], "Write paths without blanks around them, e.g. a.mp4"),
    (["A.MP4", "B.mp4"], "Write capital letters as in the file's name, a.mp4"),
  ])
  func saysWhatDiffersInTheName(paths: [String], advice: String) throws {
    try withTable(paths, files: ["data/csv/a.mp4", "data/csv/b.mp4"]) { folder in
      expectError(.empty, advice) { _ = try load(folder) }
      try folder.write("path|label\na.mp4|real\nb.mp4|fake\n", to: "data/csv/list.csv")
      #expect(try load(folder).videos.count == 2)
    }
  }

  /// If some files are missing, the others are read, and the first path is shown.
  @Test func notesTheFirstPathWhereSomeAreMissing() throws {
    try withTable(["a.mp4", "b.mp4"], files: ["data/csv/b.mp4"]) { folder in
      let catalog = try load(folder)
      #expect(catalog.names == ["b.mp4"])
      #expect(
        catalog.notes.contains(
          "1 of 2 rows without a file; the first path that was tried: \(folder.path)/data/csv/a.mp4"
        ))
    }
  }
}
