import Foundation
import Testing

@testable import TensorFiles

/// Whole documents that PyTorch wrote.
@Suite struct TorchDocumentTests {
  /// Values equal what PyTorch holds, types and order included.
  @Test(arguments: ["checkpoint.zip", "layouts.zip", "entries.zip"])
  func equalsPyTorch(name: String) throws {
    let document = try TorchDocument.read(contentsOf: TorchFixtures.path("\(name).pt"))
    try expectEqual(document.root, TorchFixtures.document(name), name)
    #expect(document.records.isEmpty)
  }

  /// The legacy twin holds the same.
  @Test func legacy() throws {
    for name in ["layouts", "entries"] {
      let document = try TorchDocument.read(contentsOf: TorchFixtures.path("\(name).pt"))
      try expectEqual(document.root, TorchFixtures.document(name + ".zip"), name)
    }
  }

  /// Tensors that are used twice share their elements.
  @Test func sharedTensors() throws {
    let storage = PickleBytes.storage("0", count: 4)
    let tensor = PickleBytes.tensor(storage, shape: [4], strides: [1]) + [0x71, 9]
    let object = [0x5D, 0x28] + tensor + [0x68, 9, 0x68, 9, 0x65]
    let bytes = LegacyFile(object: object, storages: [("0", [1, 2, 3, 4])]).bytes
    let root = try TorchDocument.read(file: "t", bytes: bytes).root
    let expected = TorchValue.tensor(TorchTensor(shape: [4], [1, 2, 3, 4] as [Float]))
    #expect(root == .list([expected, expected, expected]))
  }

  /// A uint64 beyond Int64 is an error in a document, not another number.
  @Test func largeIntegers() throws {
    let path = TorchFixtures.path("element_types.zip.pt")
    let error = try #require(torchError { try TorchDocument.read(contentsOf: path) })
    #expect(error.code == .unsupported)
    #expect(error.description.contains("'uint64': expected integers below 2^63"))
  }

  /// Nesting without end, sharing without end and self-reference are bounded.
  @Test func bounds() throws {
    func error(
      _ object: [UInt8], _ change: (inout PickleLimits) -> Void = { _ in }
    ) -> TorchFileError? {
      var limits = PickleLimits()
      change(&limits)
      let bytes = LegacyFile(object: object).bytes
      return torchError { try TorchDocument.read(file: "t", bytes: bytes, limits: limits) }
    }
    let lists = [UInt8](repeating: 0x5D, count: 300) + [UInt8](repeating: 0x61, count: 299)
    #expect(error(lists)?.code == .limitExceeded)
    #expect(error([0x5D, 0x71, 0, 0x68, 0, 0x61])?.code == .limitExceeded)
    // 2^40 leaves.
    var bomb = PickleBytes.string("boom") + [0x71, 0]
    for _ in 0..<40 { bomb += [0x68, 0, 0x86, 0x71, 0] }
    #expect(error(bomb) { $0.values = 10_000 }?.code == .limitExceeded)
    let allowed = [UInt8](repeating: 0x5D, count: 64) + [UInt8](repeating: 0x61, count: 63)
    #expect(error(allowed) == nil)
  }

  /// Records beyond their bound are refused; TorchFile ignores them.
  @Test func largeRecords() throws {
    var file = ZipFile.oneTensor
    file.records.append(.init(name: "archive/first", data: [1, 2, 3]))
    file.records.append(.init(name: "archive/second", data: [4]))
    let bytes = file.bytes
    func error(_ limit: Int) -> TorchFileError? {
      torchError { try TorchDocument.read(file: "t", bytes: bytes, maximumRecordBytes: limit) }
    }
    #expect(error(4) == nil && error(3)?.code == .limitExceeded)
    #expect(readError(bytes) == nil)
  }

  /// Keys are found, others are not.
  @Test func subscripts() {
    let value = TorchValue.dictionary([
      TorchEntry(key: .integer(1), value: .none), TorchEntry("a", .integer(2)),
    ])
    #expect(value["a"] == .integer(2) && value["1"] == nil)
    #expect(TorchValue.list([])["a"] == nil)
  }
}

/// Compares a value with the tree that `make_fixtures.py` made of it.
func expectEqual(_ value: TorchValue, _ tree: Any, _ path: String) throws {
  func members(_ kind: String) throws -> [Any] {
    let table = try #require(tree as? [String: Any], "\(path): expected \(kind), got \(tree)")
    return try #require(table[kind] as? [Any], "\(path): expected \(kind), got \(tree)")
  }
  func text(_ kind: String) -> String? { (tree as? [String: Any])?[kind] as? String }
  func compare(_ values: [TorchValue], _ trees: [Any]) throws {
    try #require(values.count == trees.count, "\(path)")
    for (index, pair) in zip(values, trees).enumerated() {
      try expectEqual(pair.0, pair.1, "\(path)[\(index)]")
    }
  }
  switch value {
  case .none: #expect(tree is NSNull, "\(path)")
  case .bool(let value): #expect(tree as? Bool == value, "\(path)")
  case .integer(let value): #expect(text("int") == String(value), "\(path)")
  case .number(let value):
    let digits = String(value.bitPattern, radix: 16)
    #expect(
      text("float") == String(repeating: "0", count: 16 - digits.count) + digits, "\(path)")
  case .string(let value): #expect(tree as? String == value, "\(path)")
  case .list(let items): try compare(items, members("list"))
  case .tuple(let items): try compare(items, members("tuple"))
  case .dictionary(let entries):
    let pairs = try members("dict")
    try #require(entries.count == pairs.count, "\(path)")
    for (entry, pair) in zip(entries, pairs) {
      let pair = try #require(pair as? [Any])
      try expectEqual(entry.key, pair[0], "\(path) key")
      try expectEqual(entry.value, pair[1], "\(path)/\(pair[0])")
    }
  case .tensor(let tensor):
    let fields = try members("tensor")
    #expect(fields[1] as? [Int] == tensor.shape, "\(path)")
    let numbers = try #require(fields[2] as? [Any])
    if let floats = tensor.floats {
      #expect(fields[0] as? String == "torch.float32", "\(path)")
      let expected = numbers.map {
        ($0 as? String).flatMap(Float.init) ?? ($0 as? NSNumber)?.floatValue
      }
      #expect(sameNumbers(Array(floats), expected.compactMap(\.self)), "\(path)")
    } else {
      #expect(fields[0] as? String == "torch.int64", "\(path)")
      #expect(
        tensor.integers.map(Array.init) == numbers.compactMap { ($0 as? NSNumber)?.int64Value })
    }
  case .other: #expect((tree as? [String: Any])?["other"] as? Bool == true, "\(path)")
  }
}
