import Foundation
import TestSupport
import Testing

@testable import Files

@Suite struct AtomicFileTests {
  private func names(_ folder: TemporaryDirectory) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test func replacesWithThePermissionsOfNewFiles() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "é a.json")
      for content in ["", "short", String(repeating: "long ", count: 100_000), "é"] {
        try AtomicFile.write(text: content, to: path)
        #expect(try text(path) == content)
      }
      try AtomicFile.write(to: path) { (file) throws(FileError) in
        for byte: UInt8 in [0x61, 0x62] { try file.append([byte]) }
        #expect(file.length == 2)
      }
      #expect(try text(path) == "ab")
      #expect(try names(folder) == ["é a.json"])
      let mask = umask(0)
      umask(mask)
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect((attributes[.posixPermissions] as? NSNumber)?.uint32Value == 0o666 & ~mask)
    }
  }

  /// A reader that has the old file open goes on reading it.
  @Test func formerContentStaysForItsReaders() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a")
      try AtomicFile.write(text: "former", to: path)
      let former = try OpenFile(path, .read)
      try AtomicFile.write(text: "new", to: path)
      #expect(try former.read(count: 100, at: 0) == Array("former".utf8))
    }
  }

  @Test func anErrorOnTheWayLeavesTheFormerFileAndNothingElse() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "model.pt")
      try folder.write("old", to: "model.pt")
      let error = #expect(throws: FileError.self) {
        try AtomicFile.write(to: path) { (file) throws(FileError) in
          try file.append([1, 2, 3])
          // During writing the new content is in a file of another name.
          let names = (try? names(folder)) ?? []
          #expect(names.count == 2 && names[0].hasPrefix(".model.pt."))
          #expect(names[0].hasSuffix(AtomicFile.partialSuffix))
          throw FileError(.noSpace, path, "the disk is full")
        }
      }
      #expect(error?.message == "the disk is full")
      #expect(try names(folder) == ["model.pt"])
      #expect(try text(path) == "old")
    }
  }

  @Test func foldersDevicesAndMissingFoldersAreRefusedByName() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["sub/b"])
      for (path, code) in [
        (folder.path(of: "sub"), .notAFile), ("/dev/null", .notAFile),
        (folder.path(of: "missing/x"), .missing), ("", .missing),
      ] as [(String, FileError.Code)] {
        let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: path) }
        #expect(error?.code == code && error?.subject == path, "\(path)")
      }
      #expect(try names(folder) == ["sub"])
      var status = stat()
      #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }
  }

  @Test func aSymbolicLinkStaysAndTheFileThatItNamesIsReplaced() throws {
    try withTemporaryDirectory { folder in
      let link = folder.path(of: "link")
      try folder.write("old", to: "sub/target")
      try folder.makeLink("link", to: "sub/target")
      try AtomicFile.write(text: "new", to: link)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "sub/target")
      #expect(try text(folder.path(of: "sub/target")) == "new")
      #expect(try names(folder) == ["link", "sub"])
      try FileManager.default.removeItem(atPath: folder.path(of: "sub/target"))
      #expect(throws: FileError.self) { try AtomicFile.write(text: "newer", to: link) }
    }
  }

  /// A name may have 255 bytes, and that of the temporary file has to fit, too.
  @Test(arguments: [String(repeating: "x", count: 255), String(repeating: "é", count: 127)])
  func longNames(name: String) throws {
    try withTemporaryDirectory { folder in
      try AtomicFile.write(text: "content", to: folder.path(of: name))
      #expect(try text(folder.path(of: name)) == "content")
    }
  }

  @Test func creationNeverReplaces() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "store.json")
      let outcomes = try ["first", "second"].map { text in
        try AtomicFile.create(Array(text.utf8), at: path)
      }
      #expect(outcomes == [true, false])
      #expect(try text(path) == "first")
      #expect(try names(folder) == ["store.json"])
    }
  }

  @Test func whatALibraryWritesReplacesTheFileOrLeavesIt() throws {
    struct Refusal: Error {}
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      try folder.write("old", to: "a.mp4")
      #expect(throws: Refusal.self) {
        try AtomicFile.replace(path) { temporary in
          try "half".write(toFile: temporary, atomically: false, encoding: .utf8)
          throw Refusal()
        }
      }
      // A body that writes nothing has made no file.
      #expect(throws: FileError.self) { try AtomicFile.replace(path) { _ in } }
      #expect(try text(path) == "old" && names(folder) == ["a.mp4"])
      let name = try AtomicFile.replace(path) { temporary in
        #expect(temporary.hasPrefix(folder.path) && temporary.hasSuffix(AtomicFile.partialSuffix))
        try "new".write(toFile: temporary, atomically: false, encoding: .utf8)
        return temporary
      }
      #expect(try text(path) == "new" && names(folder) == ["a.mp4"] && name != path)
      #expect(throws: FileError.self) { try AtomicFile.replace(folder.path) { _ in } }
    }
  }

  @Test func pastTheLimitOfFileSizesTheProcessLivesAndTheFormerFileStands() async {
    // The limit applies to a whole process, hence a process of its own.
    await #expect(processExitsWith: .success) {
      try withTemporaryDirectory { folder in
        let path = folder.path(of: "a")
        try folder.write("old", to: "a")
        var limit = rlimit()
        try #require(getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        limit.rlim_cur = 1 << 16
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        let bytes = [UInt8](repeating: 1, count: 1 << 17)
        let replacing = #expect(throws: FileError.self) { try AtomicFile.write(bytes, to: path) }
        try #require(replacing?.code == .noSpace && replacing?.cause == "File too large")
        let creating = #expect(throws: FileError.self) {
          _ = try AtomicFile.create(bytes, at: path + ".new")
        }
        try #require(creating?.code == .noSpace)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        try #require(names == ["a"])
        try #require(try String(contentsOfFile: path, encoding: .utf8) == "old")
      }
    }
  }
}
