import Foundation
import TestSupport
import Testing

@testable import TensorFiles

@Suite("Replacing files")
struct AtomicFileTests {
  private func entries(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      atPath: URL(filePath: path).deletingLastPathComponent().path
    ).sorted()
  }

  @Test("A file is replaced whole; its permissions are those of new files")
  func replaced() throws {
    try withTemporaryFile { path in
      let mask = umask(0)
      umask(mask)
      for text in ["first, the longer one", "second"] {
        try writeAtomically(to: path) { (output) throws(TorchFileError) in
          for byte in text.utf8 { try output.write([byte].span.bytes) }
          #expect(output.position == text.utf8.count)
        }
        #expect(try fileBytes(path) == Array(text.utf8))
      }
      #expect(try entries(path) == ["test.pt"])
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect((attributes[.posixPermissions] as? NSNumber)?.uint32Value == 0o666 & ~mask)
    }
  }

  @Test("An error on the way leaves the old file and nothing else")
  func failed() throws {
    try withTemporaryFile { path in
      try Data("old".utf8).write(to: URL(filePath: path))
      let error = torchError {
        try writeAtomically(to: path) { (output) throws(TorchFileError) in
          try output.write([1, 2, 3].span.bytes)
          // During the writing the new content stands under another name.
          let names = (try? entries(path)) ?? []
          #expect(names.count == 2 && names[0].hasPrefix(".test.pt."))
          #expect(names[0].hasSuffix(".partial"))
          throw TorchFileError(.unwritable, file: path, "the disk is full")
        }
      }
      #expect(error?.message == "the disk is full")
      #expect(try entries(path) == ["test.pt"])
      #expect(try fileBytes(path) == Array("old".utf8))
    }
  }

  @Test("Folders, devices and missing folders are refused by name")
  func refused() throws {
    try withTemporaryFile("sub") { folder in
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
      for path in [folder, "/dev/null", folder + "/missing/model.pt", ""] {
        let error = try #require(torchError { try writeAtomically(to: path) { _ in } })
        #expect(error.code == .unwritable && error.file == path)
      }
      #expect(try entries(folder) == ["sub"] && entries(folder + "/x").isEmpty)
      var status = stat()
      #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }
  }

  @Test("A symbolic link stays; the file that it names is replaced")
  func links() throws {
    try withTemporaryFile("target") { path in
      try Data("old".utf8).write(to: URL(filePath: path))
      let link = path + ".link"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "target")
      try writeAtomically(to: link) { (output) throws(TorchFileError) in
        try output.write(([7] as [UInt8]).span.bytes)
      }
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "target")
      #expect(try fileBytes(path) == [7])
      try FileManager.default.removeItem(atPath: path)
      #expect(torchError { try writeAtomically(to: link) { _ in } }?.code == .unwritable)
    }
  }
}

@Suite("A disk that takes no more")
struct FileSizeLimitTests {
  @Test("Past the limit of file sizes the process lives, and the old file stands")
  func fileSizeLimit() async {
    // The limit holds for a process, hence one of its own.
    await #expect(processExitsWith: .success) {
      try withTemporaryFile { path in
        try Data("old".utf8).write(to: URL(filePath: path))
        var limit = rlimit()
        try #require(getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        limit.rlim_cur = 1 << 16
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        let tensor = TorchTensor(shape: [1 << 15], [Float](repeating: 1, count: 1 << 15))
        let document = TorchDocument(root: .tensors([TensorEntry("x", tensor)]))
        let safetensors = SafetensorsFile(tensors: [TensorEntry("x", tensor)])
        for write in [document.write(to:), safetensors.write(to:)] {
          let error = try #require(torchError { try write(path) })
          try #require(error.code == .unwritable && error.message.contains("File too large"))
        }
        let folder = URL(filePath: path).deletingLastPathComponent().path
        try #require(try FileManager.default.contentsOfDirectory(atPath: folder) == ["test.pt"])
        try #require(try fileBytes(path) == Array("old".utf8))
      }
    }
  }
}
