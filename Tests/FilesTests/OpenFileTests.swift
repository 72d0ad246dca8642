import Foundation
import TestSupport
import Testing

@testable import Files

@Suite struct OpenFileTests {
  @Test func aFullDisk() throws {
    var file = try OpenFile("/dev/full", .append)
    let error = #expect(throws: FileError.self) { try file.append([1, 2, 3]) }
    #expect(error?.code == .noSpace)
    #expect(
      error?.description
        == "/dev/full: can't write 3 bytes at 0; free some space, or raise the quota or the limit of "
        + "file sizes (No space left on device)")
  }

  @Test func whatIsAppendedIsReadByPosition() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a")
      #expect(throws: FileError.self) { _ = try OpenFile(path, .append) }
      var file = try OpenFile(path, .append, creating: .always)
      try file.append(Array(0..<10))
      try file.append([])
      try file.append([10])
      #expect(file.length == 11)
      try file.close()
      let error = #expect(throws: FileError.self) {
        _ = try OpenFile(path, .append, creating: .always)
      }
      #expect(error?.cause == "File exists")

      let reading = try OpenFile(path, .read)
      #expect(try reading.read(count: 3, at: 4) == [4, 5, 6])
      #expect(try reading.read(count: 30, at: 9) == [9, 10])
      #expect(try reading.read(count: 3, at: 11) == [])
      var changing = try OpenFile(path, .update)
      try changing.extend(to: 5)
      #expect(changing.length == 11)
      try changing.extend(to: 14)
      #expect(try reading.read(count: 9, at: 10) == [10, 0, 0, 0])
    }
  }

  /// The written part of a record that doesn't fit is removed.
  @Test func halfARecordIsCutOff() async {
    // The limit applies to a whole process, hence a process of its own.
    await #expect(processExitsWith: .success) {
      try withTemporaryDirectory { folder in
        let path = folder.path(of: "a")
        var file = try OpenFile(path, .append, creating: .ifMissing)
        var limit = rlimit()
        try #require(getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        limit.rlim_cur = 10
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        try file.append([1, 2, 3, 4, 5, 6])
        let error = #expect(throws: FileError.self) { try file.append([7, 8, 9, 10, 11, 12]) }
        try #require(error?.code == .noSpace)
        try #require(try FileSystem.contents(of: path, maximumBytes: 10) == [1, 2, 3, 4, 5, 6])
        try file.append([7])
        try #require(try FileSystem.size(of: path) == 7)
      }
    }
  }

  @Test func wholeFiles() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a")
      func code(_ path: String, _ maximumBytes: Int = 100) -> FileError.Code? {
        do {
          _ = try FileSystem.contents(of: path, maximumBytes: maximumBytes)
          return nil
        } catch { return error.code }
      }
      #expect(code(path) == .missing)
      #expect(try FileSystem.size(of: path) == nil)
      try folder.write("abc", to: "a")
      #expect(try FileSystem.contents(of: path, maximumBytes: 3) == Array("abc".utf8))
      #expect(try FileSystem.size(of: path) == 3)
      #expect(code(path, 2) == .tooLarge)
      #expect(code(folder.path) == .notAFile)
      #expect(code("/dev/null") == .notAFile)
      // No process writes to it: opening must not wait.
      #expect(mkfifo(folder.path(of: "pipe"), 0o600) == 0)
      #expect(code(folder.path(of: "pipe")) == .notAFile)
      #expect(throws: FileError.self) { try FileSystem.size(of: folder.path) }
    }
  }

  @Test func freeSpaceOfWhatIsNotThereYet() throws {
    try withTemporaryDirectory { folder in
      #expect(FileSystem.freeMebibytes(at: folder.path(of: "not/there")) > 0)
      #expect(FileSystem.freeMebibytes(at: "not there") > 0)
    }
  }

  @Test(arguments: [("a", "."), ("/a", "/"), ("a/b", "a"), ("/a/é.x", "/a"), ("./a", ".")])
  func foldersOfPaths(path: String, folder: String) {
    #expect(FileSystem.folder(of: path) == folder)
  }
}
