import Foundation
import Testing

@testable import TensorFiles

/// What pickle.dump wrote.
@Suite struct PlainPickleTests {
  static let arrays = ["2", "3", "4", "5", "old"].map { "arrays.\($0).pkl" }
  static let tensors = ["2", "3", "4", "5"].map { "tensors.\($0).pkl" }

  /// Arrays and tensors equal what Python holds, types and order included.
  @Test func equalsPython() throws {
    for name in Self.arrays + Self.tensors {
      let document = try TorchDocument.read(contentsOf: TorchFixtures.path(name))
      let content = String(name.prefix { $0 != "." })
      try expectEqual(document.root, TorchFixtures.document(content, in: "pickles.json"), name)
    }
  }

  /// Strings of Python 2 are bytes where bytes belong.
  @Test func python2() throws {
    let read = try TorchDocument.read(contentsOf: TorchFixtures.path("arrays.python2.pkl")).root
    let reference = try TorchDocument.read(contentsOf: TorchFixtures.path("arrays.4.pkl")).root
    guard case .dictionary(let entries) = read else {
      Issue.record("expected a dictionary, got \(read)")
      return
    }
    var compared = 0
    for entry in entries {
      guard case .string(let key) = entry.key, case .tensor(let tensor) = entry.value,
        case .tensor(let expected)? = reference[key]
      else { continue }
      #expect(tensor.shape == expected.shape && tensor.integers == expected.integers, "\(key)")
      #expect(sameNumbers(Array(tensor.floats ?? []), Array(expected.floats ?? [])), "\(key)")
      compared += 1
    }
    #expect(compared == 40)
  }

  /// Every reader takes them, with containers and prefixes.
  @Test func readers() throws {
    for name in Self.arrays + Self.tensors {
      let path = TorchFixtures.path(name)
      let file = try TorchFile.read(contentsOf: path)
      let weights = try ModelWeights.read(contentsOf: path)
      #expect(weights.container == [] && file.tensors.map(\.name) == weights.tensors.map(\.name))
      for entry in weights.tensors {
        guard let floats = entry.tensor.floats else { continue }
        #expect(sameNumbers(Array(floats), file[entry.name]?.values ?? []), "\(entry.name)")
      }
      #expect(file.others == weights.others)
    }
    let path = TorchFixtures.path("arrays.4.pkl")
    let nested = try ModelWeights.read(contentsOf: path, container: "nested")
    #expect(nested["weight"]?.floats == (0..<12).map(Float.init)[...] && nested.others.count > 40)
  }

  /// NumPy's archives are read; one array alone is refused with what to do.
  @Test(arguments: ["arrays.npz", "compressed.npz"])
  func archives(name: String) throws {
    let weights = try ModelWeights.read(contentsOf: TorchFixtures.path(name))
    #expect(!weights.tensors.isEmpty && weights.tensors.allSatisfy { !$0.name.contains(".npy") })
    let single = TorchFixtures.path("arrays.npy")
    let error = torchError { try TorchFile.read(contentsOf: single) }
    #expect(error?.code == .foreignFile && error?.message.contains("numpy.savez") == true)
  }

  private typealias Bytes = PickleBytes

  /// `numpy.dtype(code)` with its state.
  private static func type(_ code: String, order: String = "<", names: [UInt8] = [0x4E]) -> [UInt8]
  {
    let call = Bytes.call(
      Bytes.global("numpy", "dtype"), [Bytes.string(code), [0x89], [0x88]])
    return call + Bytes.tuple([Bytes.integer(3), Bytes.string(order), [0x4E], names, [0x4E]]) + [
      0x62
    ]
  }

  /// BINBYTES.
  private static func bytes(_ bytes: [UInt8]) -> [UInt8] {
    [0x42] + Bytes.littleEndian(UInt32(bytes.count)) + bytes
  }

  private static func array(
    type: [UInt8] = type("f4"), shape: [UInt8] = Bytes.tuple([2]), order: [UInt8] = [0x89],
    data: [UInt8] = bytes([0, 0, 0, 0, 0, 0, 0x80, 0x3F])
  ) -> [UInt8] {
    Bytes.call(
      Bytes.global("numpy.core.multiarray", "_reconstruct"),
      [Bytes.global("numpy", "ndarray"), Bytes.tuple([0]), bytes([0x62])])
      + Bytes.tuple([Bytes.integer(1), shape, type, order, data]) + [0x62]
  }

  private func error(of value: [UInt8]) -> TorchFileError? {
    readError(Bytes.pickle(Bytes.dictionary([("x", value)])))
  }

  /// An array whose parts don't fit together is refused by name.
  @Test func contradictions() throws {
    #expect(error(of: Self.array()) == nil)
    let far = Bytes.tuple([1 << 62])
    let cases: [(TorchFileError.Code, [UInt8])] = [
      (.malformed, Self.array(shape: Bytes.tuple([1]))),
      (.malformed, Self.array(shape: Bytes.tuple([3]))),
      (.malformed, Self.array(shape: Bytes.tuple([-2]))),
      (.malformed, Self.array(shape: Bytes.tuple([-1, -2]))),
      (.limitExceeded, Self.array(shape: far)),
      (.malformed, Self.array(shape: Bytes.tuple([1 << 62, 4]))),
      (.malformed, Self.array(shape: Bytes.tuple([1 << 62, 1 << 62, 0]))),
      (.malformed, Self.array(shape: Bytes.tuple([0]))),
      (.malformed, Self.array(shape: Bytes.tuple(Array(repeating: 1, count: 65)))),
      (.malformed, Self.array(shape: Bytes.string("2"))),
      (.malformed, Self.array(type: Self.type("f8"))),
      (.malformed, Self.array(type: Self.type("f4", order: "?"))),
      (.malformed, Self.array(type: Bytes.string("f4"))),
      (.unsupported, Self.array(type: Self.type("c8"))),
      (.unsupported, Self.array(type: Self.type("f16"))),
      (.unsupported, Self.array(type: Self.type("f4", names: Bytes.string("a")))),
      (.malformed, Self.array(order: Bytes.string("A"))),
      (.malformed, Self.array(data: Bytes.list([]))),
      (.malformed, Self.array(data: [0x4E])),
      (.malformed, Self.array(data: Self.latin1("\u{100}aaaaaaa"))),
      (.malformed, Self.array(data: Self.latin1("ÿÿÿÿ"))),
      (.malformed, Self.array(data: Self.latin1("aaaaaaaaa"))),
    ]
    for (index, (code, value)) in cases.enumerated() {
      let found = try #require(error(of: value), "case \(index)")
      #expect(found.code == code, "case \(index): \(found)")
      #expect(found.description.contains("tensor 'x'"), "\(found)")
    }
    #expect(error(of: Self.array(data: Self.latin1("ÿÿÿÿaaaa"))) == nil)
  }

  private static func latin1(_ text: String) -> [UInt8] {
    Bytes.call(Bytes.global("_codecs", "encode"), [Bytes.string(text), Bytes.string("latin1")])
  }

  /// _frombuffer with an invalid order.
  @Test func orders() throws {
    func array(_ order: String, _ axes: [UInt8]?) -> [UInt8] {
      let shape = Bytes.tuple([2, 1])
      let parts = [
        Self.bytes([0, 0, 0, 0, 0, 0, 0, 0]), Self.type("f4"), shape, Bytes.string(order),
      ]
      return Bytes.call(
        Bytes.global("numpy._core.numeric", "_frombuffer"), parts + (axes.map { [$0] } ?? []))
    }
    #expect(error(of: array("C", nil)) == nil && error(of: array("F", [0x4E])) == nil)
    #expect(error(of: array("K", Bytes.tuple([1, 0]))) == nil)
    for axes in [nil, [0x4E], Bytes.tuple([0]), Bytes.tuple([0, 0]), Bytes.tuple([0, 2])] {
      #expect(error(of: array("K", axes))?.code == .malformed)
    }
  }

  /// An array under many names can't be multiplied without bound.
  @Test func sharedArray() throws {
    // 2^20 floats in 4 MB under 40 names.
    let data = Self.bytes([UInt8](repeating: 0, count: 4 << 20))
    var object: [UInt8] =
      Self.array(shape: Bytes.tuple([1 << 20]), data: data) + [0x71, 0, 0x30, 0x7D, 0x28]
    for index in 0..<40 { object += Bytes.string("x\(index)") + [0x68, 0] }
    #expect(readError(Bytes.pickle(object + [0x75]))?.code == .limitExceeded)
  }

  /// For a pickle that is only a part of a file of torch.save, the error says so.
  @Test func withoutStorages() throws {
    let tensor = Bytes.tensor(Bytes.storage("0", count: 4), shape: [4], strides: [1])
    let found = try #require(error(of: tensor))
    #expect(found.code == .unsupported && found.message.contains("data.pkl"))
    #expect(
      readError(Bytes.pickle(Bytes.dictionary([])) + [0])?.message.contains("1 more bytes") == true)
  }
}
