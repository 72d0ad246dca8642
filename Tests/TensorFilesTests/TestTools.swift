import Foundation
import TestSupport

@testable import TensorFiles

/// The error of `body`, or nil if there is none.
func torchError<Result>(_ body: () throws -> Result) -> TorchFileError? {
  do {
    _ = try body()
    return nil
  } catch { return error as? TorchFileError }
}

/// A path in a fresh folder, deleted afterwards.
func withTemporaryFile<Result>(
  _ name: String = "test.pt", _ body: (String) throws -> Result
) throws -> Result {
  try withTemporaryDirectory { try body($0.url.appending(path: name).path) }
}

func fileBytes(_ path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(filePath: path)))
}

/// The bytes that a document is written as.
func writtenBytes(_ document: TorchDocument) throws -> [UInt8] {
  try withTemporaryFile { path in
    try document.write(to: path)
    return try fileBytes(path)
  }
}

/// A zip file made by hand, record by record, with whatever errors a test wants.
struct ZipFile {
  struct Record {
    var name: String
    var data: [UInt8]
    var method: UInt16 = 0
    var flags: UInt16 = 0
    /// The directory's value, if it is to differ.
    var checksum: UInt32?
    var size: UInt32?
    var offset: UInt32?
    var directoryName: String?
    var directoryExtra: [UInt8] = []
    var headerSize: UInt32?
  }

  var records: [Record]
  /// Records of the directory in another order or number than in the file.
  var directory: [Int]?
  var directoryOffset: UInt32?
  var directorySize: UInt32?
  var count: UInt16?
  var comment: [UInt8] = []
  var trailing: [UInt8] = []

  /// What `torch.save({"x": torch.tensor([1., 2., 3., 4.])})` has, for tests to change.
  static var oneTensor: ZipFile {
    let storage =
      PickleBytes.tuple([
        PickleBytes.string("storage"), PickleBytes.global("torch", "FloatStorage"),
        PickleBytes.string("0"), PickleBytes.string("cpu"), PickleBytes.integer(4),
      ]) + [0x51]
    return zip(
      object: PickleBytes.dictionary([
        ("x", PickleBytes.tensor(storage, shape: [4], strides: [1]))
      ]))
  }

  static func zip(object: [UInt8]) -> ZipFile {
    let elements = ([1, 2, 3, 4] as [Float]).flatMap { PickleBytes.littleEndian($0.bitPattern) }
    return ZipFile(records: [
      Record(name: "archive/data.pkl", data: PickleBytes.pickle(object)),
      Record(name: "archive/byteorder", data: Array("little".utf8)),
      Record(name: "archive/data/0", data: elements),
      Record(name: "archive/version", data: Array("3\n".utf8)),
    ])
  }

  /// The record of that name, to change it.
  subscript(name: String) -> Record {
    get { records.first { $0.name == "archive/" + name }! }
    set { records[records.firstIndex { $0.name == "archive/" + name }!] = newValue }
  }

  var bytes: [UInt8] {
    func number(_ value: some FixedWidthInteger) -> [UInt8] { PickleBytes.littleEndian(value) }
    var bytes: [UInt8] = []
    var offsets: [UInt32] = []
    for record in records {
      offsets.append(UInt32(bytes.count))
      let size = record.headerSize ?? UInt32(record.data.count)
      bytes += Array("PK".utf8) + [3, 4] + number(UInt16(20)) + number(record.flags)
      bytes += number(record.method) + number(UInt32(0)) + number(referenceCRC(record.data))
      bytes += number(size) + number(size) + number(UInt16(record.name.utf8.count))
      bytes += number(UInt16(0)) + Array(record.name.utf8) + record.data
    }
    let start = UInt32(bytes.count)
    for index in directory ?? Array(records.indices) {
      let record = records[index]
      let name = Array((record.directoryName ?? record.name).utf8)
      let size = record.size ?? UInt32(record.data.count)
      bytes += Array("PK".utf8) + [1, 2] + number(UInt32(20)) + number(record.flags)
      bytes += number(record.method) + number(UInt32(0))
      bytes += number(record.checksum ?? referenceCRC(record.data)) + number(size) + number(size)
      bytes += number(UInt16(name.count)) + number(UInt16(record.directoryExtra.count))
      bytes += [UInt8](repeating: 0, count: 10) + number(record.offset ?? offsets[index])
      bytes += name + record.directoryExtra
    }
    let recordCount = count ?? UInt16((directory ?? Array(records.indices)).count)
    let size = directorySize ?? UInt32(bytes.count) - start
    bytes += Array("PK".utf8) + [5, 6] + number(UInt32(0)) + number(recordCount)
    bytes += number(recordCount) + number(size) + number(directoryOffset ?? start)
    return bytes + number(UInt16(comment.count)) + comment + trailing
  }
}

/// CRC-32 with a table made from its definition, to check the implementation in use.
func referenceCRC(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(UInt32.max) { checksumTable[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
}

private let checksumTable: [UInt32] = (0..<256).map { index in
  (0..<8).reduce(UInt32(index)) { value, _ in
    value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
  }
}

extension ZipReader {
  /// The records of a file without compressed ones.
  static func records(
    file: String, bytes: [UInt8]
  ) throws(TorchFileError) -> [String: ZipRecord] {
    var bytes = bytes
    return try records(file: file, bytes: &bytes)
  }
}
