import Foundation
import TestSupport
import Testing
import VideoCatalog

/// What lies in a data set's folders and is not used.
@Suite struct PassedOverTests {
  /// Each kind is counted, and none is opened: opening a FIFO would never end.
  @Test func everyKindIsCounted() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([
        "real/a.mp4", "real/notes.txt", "real/more.TXT", "fake/x.npy", "fake/Makefile",
        "fake/a.name that is no extension", "fake/.DS_Store", "real/.git/config", "labels.csv",
      ])
      #expect(mkfifo(folder.path(of: "real/b.mp4"), 0o600) == 0)
      #expect(mkfifo(folder.path(of: "real/pipe"), 0o600) == 0)
      try folder.makeLink("fake/pipe.avi", to: "../real/pipe")
      try folder.makeLink("fake/nowhere", to: "gone")
      let socket = try Socket(folder.path(of: "s"))
      defer { socket.close() }
      let catalog = try folder.load(.folders)
      #expect(catalog.names == ["real/a.mp4"])
      #expect(catalog.missing.isEmpty)
      #expect(
        catalog.passedOver.text
          == "2 without extension, 2 .txt, 1 .csv, 1 .npy, 2 hidden, 1 link without a target, "
          + "3 FIFOs, 1 socket")
      let bytes = try JSONEncoder().encode(catalog.passedOver)
      #expect(try JSONDecoder().decode(PassedOver.self, from: bytes) == catalog.passedOver)
    }
  }

  /// Folders that a filter leaves out are counted as such, and a layout's metadata isn't counted.
  @Test func filteredFoldersAndMetadata() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([
        "original_sequences/youtube/c23/videos/000.mp4",
        "manipulated_sequences/Deepfakes/c23/videos/000_003.mp4",
        "manipulated_sequences/FaceSwap/c23/videos/000_003.mp4",
      ])
      let catalog = try folder.load(.faceforensics, CatalogOptions(methods: ["Deepfakes"]))
      #expect(catalog.passedOver.text == "1 folder left out")
    }
    try withTemporaryDirectory { folder in
      try folder.write(#"{"a.mp4": {"label": "REAL"}}"#, to: "metadata.json")
      try folder.makeFiles(["a.mp4"])
      #expect(try folder.load(.dfdc).passedOver.isEmpty)
    }
  }
}

/// A socket in the file system, as servers leave them.
struct Socket {
  private let descriptor: Int32

  init(_ path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    try #require(path.utf8.count < capacity)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(status == 0)
  }

  func close() { _ = Foundation.close(descriptor) }
}
