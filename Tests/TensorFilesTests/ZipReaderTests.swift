import Testing

@testable import TensorFiles

/// Zip files: undamaged, broken and hostile.
@Suite(.timeLimit(.minutes(5)))
struct ZipReaderTests {
  private func error(_ change: (inout ZipFile) -> Void) -> TorchFileError? {
    var file = ZipFile.oneTensor
    change(&file)
    return readError(file.bytes)
  }

  /// A plain hand-made zip is read, also with a comment, folders and foreign records.
  @Test func plain() throws {
    var file = ZipFile.oneTensor
    #expect(try TorchFile.read(file: "t", bytes: file.bytes)["x"]?.values == [1, 2, 3, 4])
    file.comment = Array("PK hello".utf8)
    file.records.insert(.init(name: "archive/data/", data: []), at: 2)
    file.records.append(.init(name: "archive/notes/a.json", data: Array("{}".utf8)))
    let document = try TorchDocument.read(file: "t", bytes: file.bytes)
    #expect(document.records == ["notes/a.json": Array("{}".utf8)])
    #expect(document.root["x"] == .tensor(TorchTensor(shape: [4], [1, 2, 3, 4] as [Float])))
  }

  /// A checksum that doesn't fit names the record and both numbers.
  @Test func checksum() throws {
    for name in ["data.pkl", "byteorder", "data/0", "version"] {
      let found = try #require(error { $0[name].checksum = 0x1234_ABCD })
      // The header has the right one: an error in either directory or header is noticed.
      #expect(found.code == .malformed || found.code == .checksumMismatch)
      var file = ZipFile.oneTensor
      var bytes = file.bytes
      file[name].data = []
      let data = try #require(ZipReaderTests.position(of: ZipFile.oneTensor[name].data, in: bytes))
      bytes[data] ^= 1
      let damaged = try #require(readError(bytes))
      #expect(damaged.code == .checksumMismatch)
      #expect(damaged.description.contains("record \"archive/\(name)\": expected CRC-32 "))
    }
  }

  private static func position(of part: [UInt8], in bytes: [UInt8]) -> Int? {
    bytes.indices.first { bytes[$0...].starts(with: part) }
  }

  /// Names that are no plain relative paths are refused.
  @Test(arguments: [
    "/etc/passwd", "archive/../x", "archive/./x", "archive//x", "archive\\x", "../x", "", "x/",
    "archive/a\0b", "archive/" + String(repeating: "n", count: 1024),
  ])
  func names(name: String) throws {
    let found = try #require(error { $0.records.append(.init(name: name, data: [1])) })
    #expect(found.code == .malformed && found.description.contains("record "), "\(found)")
  }

  /// Records must lie in one folder.
  @Test func roots() {
    #expect(error { $0.records.append(.init(name: "other/x", data: [])) }?.code == .malformed)
    #expect(error { $0.records.append(.init(name: "file", data: [])) }?.code == .malformed)
  }

  /// Repeated names, shared bytes, wrong offsets.
  @Test func contradictions() throws {
    let cases: [(String, (inout ZipFile) -> Void)] = [
      ("two records", { $0.records.append(.init(name: "archive/version", data: [51])) }),
      ("two records", { $0.directory = [0, 1, 2, 3, 2] }),
      ("contradicts", { $0["version"].directoryName = "archive/versiom" }),
      ("contradicts", { $0["version"].headerSize = 3 }),
      ("contradicts", { $0["data/0"].size = 15 }),
      ("contradicts", { $0["data/0"].offset = 0 }),
      ("got other bytes", { $0["data/0"].offset = 1 }),
      ("expected its header before", { $0["data/0"].offset = .max - 1 }),
      ("found none", { $0["data/0"].offset = .max }),
      ("found none", { $0["data/0"].size = .max }),
      ("zip directory to end here", { $0.directoryOffset = 3 }),
      ("zip directory to end here", { $0.directorySize = .max - 1 }),
      ("zip64 directory", { $0.directoryOffset = .max }),
      ("zip64 directory", { $0.count = .max }),
      ("a directory of 3", { $0.count = 3 }),
      ("a directory of 5", { $0.count = 5 }),
      ("don't fit", { $0.count = 60_000 }),
      ("directory of a zip file at its end", { $0.trailing = [0] }),
      ("contradicts", { $0.records[2].headerSize = 0 }),
    ]
    for (text, change) in cases {
      let found = try #require(error(change), "\(text)")
      #expect(found.description.contains(text), "\(found)")
    }
  }

  /// Records that overlap can't make a small file large.
  @Test func overlaps() throws {
    // A record whose data holds another record's header and data.
    var file = ZipFile.oneTensor
    let inner = ZipFile(records: [.init(name: "archive/inner", data: [1, 2, 3])])
    let header = Array(inner.bytes.prefix(30 + 13 + 3))
    file.records.append(.init(name: "archive/outer", data: header))
    let offset = UInt32(file.bytes.count) - 22 - UInt32(file.directoryLength) - UInt32(header.count)
    file.records.append(.init(name: "archive/inner", data: [1, 2, 3], offset: offset))
    let found = try #require(readError(file.bytes))
    #expect(found.code == .malformed && found.message.contains("within the record before"))
  }

  /// Compressed and encrypted records are refused with a reason.
  @Test func unsupportedRecords() throws {
    // A record marked as deflated is read only if it is deflated.
    let damaged = try #require(error { $0["data/0"].method = 8 })
    #expect(damaged.code == .malformed && damaged.message.contains("damaged"), "\(damaged)")
    for method: UInt16 in [9, 93, .max] {
      let found = try #require(error { $0["data/0"].method = method })
      #expect(found.code == .unsupported && found.message.contains("method \(method)"))
    }
    let found = try #require(error { $0["data/0"].flags = 1 })
    #expect(found.code == .unsupported && found.message.contains("encrypted"))
  }

  /// Other byte orders, versions and programs are refused.
  @Test func facts() throws {
    func change(_ name: String, _ text: String) -> TorchFileError? {
      error { $0[name].data = Array(text.utf8) }
    }
    #expect(change("byteorder", "big")?.code == .unsupported)
    for version in ["0", "11", "", "three", "99999999999999999999"] {
      #expect(change("version", version)?.code == .unsupported)
    }
    #expect(change("version", "10") == nil)
    for name in ["constants.pkl", "code/__torch__.py"] {
      // A TorchScript program: its code is skipped, compressed or not.
      for method: UInt16 in [0, 8] {
        let record = ZipFile.Record(name: "archive/" + name, data: [1, 2], method: method)
        let found = error { $0.records.append(record) }
        #expect((found == nil) == (method == 0 || name.hasPrefix("code/")), "\(name)")
      }
    }
    for name in ["version", "data.pkl", "data/0"] {
      let found = error { $0.records.removeAll { $0.name == "archive/" + name } }
      #expect(found?.code == .malformed, "\(name)")
    }
    #expect(error { $0.records.removeAll { $0.name == "archive/byteorder" } } == nil)
  }

  /// Storages have exactly the size that the pickle says.
  @Test func storageSizes() throws {
    for count in [0, 12, 15, 17, 20] {
      let found = try #require(error { $0["data/0"].data = [UInt8](repeating: 0, count: count) })
      #expect(found.code == .malformed && found.message.contains("got \(count) bytes"))
    }
    let trailing = try #require(error { $0["data.pkl"].data.append(0x2E) })
    #expect(trailing.message.contains("1 more bytes"))
  }

  /// Hostile pickles are refused in a zip too.
  @Test(arguments: [("os", "system"), ("builtins", "eval"), ("posix", "system")])
  func forbiddenGlobal(module: String, name: String) throws {
    let call = PickleBytes.call(PickleBytes.global(module, name), [PickleBytes.string("id")])
    let bytes = ZipFile.zip(object: call).bytes
    #expect(readError(bytes)?.code == .forbiddenGlobal)
    #expect(
      torchError { try TorchDocument.read(file: "t", bytes: bytes) }?.code == .forbiddenGlobal)
    #expect(torchError { try ModelWeights.read(file: "t", bytes: bytes) }?.code == .forbiddenGlobal)
  }
}

extension ZipFile {
  /// Size of the directory in bytes.
  var directoryLength: Int { records.reduce(0) { $0 + 46 + $1.name.utf8.count } }
}
