import Foundation
import TestSupport
import Testing

@testable import TensorFiles

/// Writing PyTorch's zip format.
@Suite struct TorchDocumentWritingTests {
  /// PyTorch's bytes without the record that is PyTorch's own hash, and without that record's
  /// checksum, which follows it and is in the directory: both are set to 0.
  private func withoutIdentity(_ bytes: [UInt8]) throws -> [UInt8] {
    var bytes = bytes
    let records = try ZipReader.records(file: "t", bytes: bytes)
    let record = try #require(records["archive/.data/serialization_id"])
    let checksum = PickleBytes.littleEndian(record.checksum)
    for index in record.data { bytes[index] = 0 }
    for index in record.data.upperBound..<bytes.count - 4
    where bytes[index..<index + 4].elementsEqual(checksum) {
      for offset in 0..<4 { bytes[index + offset] = 0 }
    }
    return bytes
  }

  /// What was read from PyTorch is written with PyTorch's bytes.
  @Test(arguments: ["written.zip", "written_state.zip"])
  func sameBytes(name: String) throws {
    let original = try TorchFixtures.bytes(name)
    let document = try TorchDocument.read(file: "t", bytes: original)
    let written = try writtenBytes(document)
    #expect(try withoutIdentity(written) == withoutIdentity(original))
  }

  /// Integers and strings of every length come back.
  @Test func extremes() throws {
    let numbers: [Int64] =
      (0..<63).flatMap { [1 << $0, -(1 << $0), (1 << $0) - 1] } + [.min, .max]
    let root = TorchValue.list([
      .list(numbers.map { .integer($0) }),
      .tuple((0..<5).map { .tuple((0..<$0).map { .number(Double($0)) }) }),
      .dictionary([
        TorchEntry("", .string("")), TorchEntry(key: .integer(-5), value: .none),
        TorchEntry("Grüße\n\"", .string(String(repeating: "ß", count: 70_000))),
      ]),
      .list((0..<2500).map { .bool($0 % 3 == 0) }),
    ])
    let bytes = try writtenBytes(TorchDocument(root: root))
    #expect(try TorchDocument.read(file: "t", bytes: bytes).root == root)
  }

  /// A small model file, always the same.
  static let small = TorchDocument(
    root: .tensors([
      TensorEntry("weight", TorchTensor(shape: [2, 2], [1, -2, 0.5, .infinity] as [Float])),
      TensorEntry("count", TorchTensor(shape: [], [9] as [Int64])),
    ]), records: ["b.json": Array("{}".utf8), "a/b": []])

  /// The same content gives the same bytes, on every day, under every name.
  @Test func golden() throws {
    let first = try writtenBytes(Self.small)
    let second = try withTemporaryFile("another name.pth") { path in
      try Self.small.write(to: path)
      return try fileBytes(path)
    }
    #expect(first == second)
    #expect(first.count == 2100)
    #expect(referenceCRC(first) == 63_000_959)

    // It must not matter either where the elements come from: slices of one arena, or arrays.
    let arena: [Float] = [7, 1, -2, 0.5, .infinity, 7]
    var other = Self.small
    other.root = .tensors([
      TensorEntry("weight", TorchTensor(shape: [2, 2], arena[1..<5])),
      TensorEntry("count", TorchTensor(shape: [], ([3, 9] as [Int64])[1...])),
    ])
    #expect(try writtenBytes(other) == first)
  }

  /// Different content gives a different serialization_id.
  @Test func identity() throws {
    func identity(_ document: TorchDocument) throws -> [UInt8] {
      let bytes = try writtenBytes(document)
      let record = try #require(
        try ZipReader.records(file: "t", bytes: bytes)["archive/.data/serialization_id"])
      #expect(record.data.count == 40 && bytes[record.data].allSatisfy { (48...57).contains($0) })
      return Array(bytes[record.data])
    }
    var changed = Self.small
    changed.records["b.json"] = Array("[]".utf8)
    var renamed = Self.small
    renamed.records["c.json"] = renamed.records.removeValue(forKey: "b.json")
    let ids = try [Self.small, changed, renamed].map(identity)
    #expect(Set(ids).count == 3)
  }

  /// The data of every record is aligned; PyTorch's records come first, in its order.
  @Test func layout() throws {
    let bytes = try writtenBytes(Self.small)
    let records = try ZipReader.records(file: "t", bytes: bytes).values
      .sorted { $0.headerOffset < $1.headerOffset }
    #expect(
      records.map(\.name)
        == [
          "data.pkl", ".format_version", ".storage_alignment", "byteorder", "data/0", "data/1",
          "version", ".data/serialization_id", "a/b", "b.json",
        ].map { "archive/" + $0 })
    for record in records {
      #expect(record.data.lowerBound % 64 == 0, "\(record.name)")
      #expect(record.checksum == referenceCRC(Array(bytes[record.data])))
    }
    #expect(try TorchDocument.read(file: "t", bytes: bytes) == Self.small)
  }

  /// Only an all-tensor root is an OrderedDict.
  @Test func orderedDictionaries() throws {
    func globals(_ root: TorchValue) throws -> Bool {
      try PickleWriter.write(root, file: "t").bytes.starts(
        with: [0x80, 2] + PickleBytes.global("collections", "OrderedDict"))
    }
    #expect(try globals(Self.small.root) && globals(.dictionary([])))
    #expect(try !globals(.dictionary([TorchEntry("model", Self.small.root)])))
  }

  /// Content that can't be represented is refused before a file is created.
  @Test func refusedContent() throws {
    var deep = TorchValue.none
    for _ in 0..<70 { deep = .list([deep]) }
    let twice = TorchValue.dictionary([TorchEntry("a", .none), TorchEntry("a", .none)])
    let keyed = TorchValue.dictionary([TorchEntry(key: .list([]), value: .none)])
    let long = TorchValue.dictionary([
      TorchEntry(String(repeating: "k", count: 1025), .none)
    ])
    let cases: [(TorchDocument, TorchFileError.Code, String)] = [
      (TorchDocument(root: .list([.other("2 bytes")])), .unwritableContent, "2 bytes can be read"),
      (TorchDocument(root: deep), .limitExceeded, "64 levels"),
      (TorchDocument(root: twice), .unwritableContent, "occurs twice"),
      (TorchDocument(root: keyed), .unwritableContent, "as keys"),
      (TorchDocument(root: long), .unwritableContent, "at most 1024 bytes"),
    ]
    for (document, code, text) in cases {
      try withTemporaryFile { path in
        let error = try #require(torchError { try document.write(to: path) })
        #expect(error.code == code && error.description.contains(text), "\(error)")
        #expect(!FileManager.default.fileExists(atPath: path))
      }
    }
    for name in ["data.pkl", "data/0", "version", "code/a", "../x", "/x", "a//b", "", "a\\b"] {
      let document = TorchDocument(root: .none, records: [name: []])
      let error = torchError { try writtenBytes(document) }
      #expect(error?.code == .unwritableContent, "\(name)")
    }
    let large = [UInt8](repeating: 0, count: TorchDocument.maximumRecordBytes + 1)
    let document = TorchDocument(root: .none, records: ["x": large])
    #expect(torchError { try writtenBytes(document) }?.code == .limitExceeded)
  }

  /// What is written can be read: the bounds are the same.
  @Test func tooManyValues() throws {
    func write(_ value: TorchValue, _ change: (inout PickleLimits) -> Void) throws -> TorchValue {
      var limits = PickleLimits()
      change(&limits)
      let object = try PickleWriter.write(value, file: "t", limits: limits).bytes
      let file = ZipFile.zip(object: Array(object.dropFirst(2).dropLast()))
      return try TorchDocument.read(file: "t", bytes: file.bytes, limits: limits).root
    }
    for count in [10, 499, 500, 900, 1000, 1100] {
      let list = TorchValue.list(Array(repeating: .string("a"), count: count))
      let table = TorchValue.dictionary(
        (0..<Int64(count)).map { key in
          TorchEntry(key: .integer(key), value: .tuple([.number(0)]))
        })
      for value in [list, table] {
        for change: (inout PickleLimits) -> Void in [
          { $0.values = 1000 }, { $0.steps = 1000 }, { $0.memoEntries = 1000 },
        ] {
          // Never: written, but not readable.
          do {
            #expect(try write(value, change) == value)
          } catch let error as TorchFileError {
            #expect(error.description.contains("one file can't hold so many"), "\(error)")
          }
        }
      }
    }
  }

  /// Files beyond 4 GiB and too many records are refused by their sizes.
  @Test func tooLarge() {
    func error(_ records: [(name: String, size: Int)]) -> TorchFileError? {
      torchError { try ZipWriter.checkSize(records, file: "t") }
    }
    #expect(error([("archive/a", 1 << 31), ("archive/b", (1 << 31) - 1000)]) == nil)
    #expect(error([("archive/a", 1 << 31), ("archive/b", 1 << 31)])?.code == .limitExceeded)
    let small = [(name: String, size: Int)](repeating: ("archive/a", 0), count: 65_535)
    #expect(error(small)?.code == .limitExceeded && error(small.dropLast()) == nil)
  }

  /// PyTorch and safetensors take what was written.
  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["PYTHON_WITH_TORCH"] != nil,
      "set PYTHON_WITH_TORCH to a Python that has torch and safetensors"))
  func pythonReads() throws {
    let python = try #require(ProcessInfo.processInfo.environment["PYTHON_WITH_TORCH"])
    let environment = try #require(CommandLineTool("env"))
    try withTemporaryDirectory { directory in
      func path(_ name: String) -> String { directory.url.appending(path: name).path }
      var model = try TorchDocument.read(contentsOf: TorchFixtures.path("module.zip.pt"))
      model.records["deepfake_detection.json"] = Array("{\"threshold\": 0.5}".utf8)
      try model.write(to: path("module.pt"))
      try TorchDocument.read(contentsOf: TorchFixtures.path("checkpoint.zip.pt"))
        .write(to: path("checkpoint.pt"))
      let weights = try ModelWeights.read(contentsOf: TorchFixtures.path("module.zip.pt"))
      try SafetensorsFile(tensors: weights.tensors, metadata: ["by": "test"])
        .write(to: path("module.safetensors"))
      let script = TorchFixtures.path("check_written.py")
      let output = try environment.run([
        "PYTHONDONTWRITEBYTECODE=1", python, script, directory.url.path,
      ])
      #expect(String(decoding: output, as: UTF8.self).contains("all files are as they should be"))
    }
  }
}

/// A full disk.
@Suite struct FileSizeLimitTests {
  /// Beyond the limit of file sizes the process continues, and the old file is unchanged.
  @Test func fileSizeLimit() async {
    // The limit applies to a whole process, hence a process of its own.
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
