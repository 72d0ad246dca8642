import TestSupport
import Testing

@testable import TensorFiles

/// Damaged pickles.
@Suite(.timeLimit(.minutes(5)))
struct PickleFuzzTests {
  /// Reads with every reader; returns the error of the first.
  private func read(_ bytes: [UInt8]) -> TorchFileError? {
    let error = readError(bytes)
    _ = try? TorchDocument.read(file: "test.pkl", bytes: bytes)
    _ = try? ModelWeights.read(file: "test.pkl", bytes: bytes)
    return error
  }

  static let names = PlainPickleTests.arrays + PlainPickleTests.tensors + ["arrays.python2.pkl"]

  /// A pickle cut anywhere is an error.
  @Test(arguments: names)
  func cut(name: String) throws {
    let bytes = try fileBytes(TorchFixtures.path(name))
    // All lengths of two files, and one in thirty-one of the others.
    let step = name.contains(".5.") ? 1 : 31
    let others = stride(from: 0, to: bytes.count, by: step).filter { length in
      readError(Array(bytes.prefix(length)))?.code != .truncated
    }
    #expect(others == [])
  }

  /// Changed, doubled, moved and missing bytes never crash or hang.
  @Test(arguments: names)
  func changed(name: String) throws {
    let bytes = try fileBytes(TorchFixtures.path(name))
    var random = SplitMix64(state: 31)
    var failures = 0
    let rounds = 120
    for _ in 0..<rounds {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let position = Int.random(in: 0..<changed.count, using: &random)
        let length = Int.random(in: 1...min(40, changed.count - position), using: &random)
        let part = changed[position..<position + length]
        switch Int.random(in: 0..<5, using: &random) {
        case 0: changed[position] = .random(in: 0...255, using: &random)
        case 1: changed[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: changed.replaceSubrange(part.indices, with: [])
        case 3: changed.insert(contentsOf: part, at: position)
        default:
          changed.insert(contentsOf: part, at: .random(in: 2..<changed.count, using: &random))
        }
      }
      if read(changed) != nil { failures += 1 }
    }
    #expect(failures > rounds / 4 && failures < rounds)
  }

  /// Random programs of all instructions never crash or hang.
  @Test func randomPrograms() {
    typealias Bytes = PickleBytes
    let pieces: [[UInt8]] =
      [
        Bytes.integer(1), Bytes.string("x"), Bytes.integer(.max), Bytes.string("f4"),
        Bytes.string("latin1"), Bytes.string("C"), [0x43, 4, 0, 0, 0x80, 0x3F], Bytes.tuple([1]),
        [0x8C, 1, 0x61], [0x68, 0], [0x68, 1], [0x94], [0x71, 0], [0x7D, 0x28], [0x5D, 0x28],
        [0x80, 4], [0x8B, 2, 0, 0, 0, 1, 1],
      ]
      + [
        ("numpy", "ndarray"), ("numpy", "dtype"), ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"), ("numpy._core.numeric", "_frombuffer"),
        ("_codecs", "encode"), ("torch.storage", "_load_from_bytes"), ("builtins", "bytearray"),
        ("torch._utils", "_rebuild_tensor_v2"), ("collections", "OrderedDict"),
      ].map { Bytes.global($0.0, $0.1) }
      + Array("(01 2Nt)adeus]}Rb".utf8).filter { $0 != 0x20 }.map { [$0] }
      + [0x81, 0x85, 0x86, 0x87, 0x8F, 0x90, 0x91, 0x92, 0x93, 0x94].map { [$0] }
    var random = SplitMix64(state: 5)
    for _ in 0..<2000 {
      var object: [UInt8] = []
      for _ in 0..<Int.random(in: 1...30, using: &random) {
        object += pieces.randomElement(using: &random) ?? []
      }
      // The test is only that this returns.
      _ = read(Bytes.pickle(object))
      _ = read(Bytes.pickle(Bytes.dictionary([("x", object)])))
    }
  }
}
