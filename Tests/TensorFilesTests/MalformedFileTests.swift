import Foundation
import TestSupport
import Testing

@testable import TensorFiles

/// Files that are no model files, or broken ones.
@Suite struct MalformedFileTests {
  /// A missing file and a folder are named in the error.
  @Test func unreadable() {
    for path in ["/nonexistent/model.pt", FileManager.default.temporaryDirectory.path, "/dev/zero"]
    {
      #expect {
        try TorchFile.read(contentsOf: path)
      } throws: { error in
        (error as? TorchFileError)?.code == .unreadable && "\(error)".hasPrefix(path)
      }
    }
  }

  /// Other kinds of content are recognised.
  @Test func otherContents() throws {
    var tar = [UInt8](repeating: 0, count: 512)
    tar.replaceSubrange(257..<262, with: "ustar".utf8)
    let cases: [([UInt8], TorchFileError.Code, String)] = [
      ([], .truncated, "an empty file"),
      (Array("<!DOCTYPE html>\n<p>".utf8), .foreignFile, "a web page"),
      (Array(String(repeating: "a", count: 79).utf8) + Array("ü".utf8), .unknownFormat, "aaa'"),
      (Array("version https://git-lfs.github.com/spec/v1\n".utf8), .foreignFile, "git lfs pull"),
      (PickleBytes.pickle([0x4E]), .unsupported, "got None"),
      (PickleBytes.littleEndian(UInt64(40)) + Array("{}".utf8), .unsupported, "safetensors"),
      (Array("(dp0\nS'x'\n".utf8), .unknownFormat, "'(dp0': is it an incomplete download?"),
      ([0x80, 6, 0x4E, 0x2E], .unsupported, "protocol 0 to 5, got 6"),
      (tar, .foreignFile, "a tar archive"),
      ([0x89, 0x48, 0x44, 0x46, 0xFF], .unknownFormat, "89 48 44 46 ff"),
      (Array("Rar!....".utf8), .foreignFile, "packed by RAR"),
      (Array("....TFL3....".utf8), .foreignFile, "TensorFlow Lite"),
    ]
    for (bytes, code, text) in cases {
      let error = try #require(readError(bytes))
      #expect(error.code == code)
      #expect(error.description.contains(text), "\(error)")
      #expect(error.description.hasPrefix("test.pt: "))
    }
  }

  /// Wrong protocol, byte order, trailing bytes.
  @Test func wrongHeader() throws {
    var file = LegacyFile.oneTensor(shape: [4], strides: [1])
    #expect(readError(file.bytes) == nil)
    file.protocolNumber = 1002
    #expect(try #require(readError(file.bytes)).description.contains("1001, got the integer 1002"))
    file.protocolNumber = 1001
    file.isLittleEndian = false
    #expect(readError(file.bytes)?.code == .unsupported)
    file.isLittleEndian = true
    file.trailing = [0]
    #expect(try #require(readError(file.bytes)).description.contains("got 1 more bytes"))
  }

  /// The stored element count must be the described one.
  @Test func storageCount() throws {
    var file = LegacyFile.oneTensor(shape: [1], strides: [1])
    for values: [Float] in [[], [1, 2, 3], [1, 2, 3, 4, 5]] {
      file.storages = [("0", values)]
      #expect(
        try #require(readError(file.bytes)).message
          == "expected storage 0 to hold 4 elements, got \(values.count)")
    }
    file.storages = []
    #expect(try #require(readError(file.bytes)).message.contains("not in the list"))
    file.storages = [("0", [1, 2, 3, 4]), ("1", [])]
    #expect(try #require(readError(file.bytes)).message.contains("no tensor uses it"))
    file.storages = [("0", [1, 2, 3, 4]), ("0", [1, 2, 3, 4])]
    #expect(try #require(readError(file.bytes)).message.contains("listed twice"))
  }

  /// Something other than a dictionary at the top.
  @Test func topLevel() throws {
    for (object, text) in [
      (PickleBytes.list([]), "got a list of 0"), ([0x4E], "got None"),
      (PickleBytes.integer(7), "got the integer 7"),
    ] {
      let error = try #require(readError(LegacyFile(object: object).bytes))
      #expect(error.code == .unsupported)
      #expect(error.message.contains(text), "\(error)")
    }
  }

  /// A file cut anywhere is an error.
  @Test(arguments: TorchFixtures.names + ["module.older", "module.zip64"])
  func truncated(name: String) throws {
    let bytes = try TorchFixtures.bytes(name)
    for length in 0..<bytes.count {
      let error = readError(Array(bytes.prefix(length)))
      #expect(error?.code == .truncated, "\(length) bytes of \(name)")
    }
  }

  /// Changed bytes never crash or hang.
  @Test(.timeLimit(.minutes(5)), arguments: TorchFixtures.names)
  func changedBytes(name: String) throws {
    let bytes = try TorchFixtures.bytes(name)
    var random = SplitMix64(state: 20)
    var failures = 0
    let rounds = 1500
    for _ in 0..<rounds {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let position = Int.random(in: 0..<bytes.count, using: &random)
        changed[position] = UInt8.random(in: 0...255, using: &random)
      }
      if readError(changed) != nil { failures += 1 }
      // The readers of all values and of weights must not crash either.
      guard failures % 4 == 0 else { continue }
      _ = try? TorchDocument.read(file: "test.pt", bytes: changed)
      _ = try? ModelWeights.read(file: "test.pt", bytes: changed)
    }
    // Most bytes are structure: a reader that accepts nearly all changes doesn't check them.
    #expect(failures > rounds / 4 && failures < rounds)
  }

  /// Changed bytes of a zip are noticed or change nothing.
  @Test(
    .timeLimit(.minutes(5)),
    arguments: ["layouts.zip", "module.older", "module.zip64"])
  func changedZipBytes(name: String) throws {
    let bytes = try TorchFixtures.bytes(name)
    let original = try TorchFile.read(file: "test.pt", bytes: bytes)
    var random = SplitMix64(state: 21)
    var failures = 0
    let rounds = 1500
    for _ in 0..<rounds {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let position = Int.random(in: 0..<bytes.count, using: &random)
        changed[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      }
      // The readers of all values and of weights read the same damage.
      let document = try? TorchDocument.read(file: "test.pt", bytes: changed)
      let weights = try? ModelWeights.read(file: "test.pt", bytes: changed)
      guard let file = try? TorchFile.read(file: "test.pt", bytes: changed) else {
        #expect(document == nil && weights == nil)
        failures += 1
        continue
      }
      // Only padding, dates and versions have no checksum: the tensors are unchanged.
      #expect(file.tensors == original.tensors)
    }
    #expect(failures > rounds / 3 && failures < rounds)
  }

  /// Random programs never crash or hang.
  @Test(.timeLimit(.minutes(5)))
  func randomPrograms() {
    let header = LegacyFile(object: []).header
    var random = SplitMix64(state: 4)
    // Whole values as well as single instructions, so that programs get deep.
    let pieces: [[UInt8]] =
      [
        PickleBytes.integer(1), PickleBytes.string("a"), PickleBytes.integer(.max),
        PickleBytes.global("collections", "OrderedDict"), PickleBytes.storage("0", count: 4),
        PickleBytes.global("torch._utils", "_rebuild_tensor_v2"), PickleBytes.tuple([2, 2]),
        PickleBytes.tensor(PickleBytes.storage("0", count: 4), shape: [2, 2], strides: [2, 1]),
        [0x71, 0], [0x71, 1], [0x68, 0], [0x68, 1], [0x7D, 0x28], [0x5D, 0x28],
      ]
      + [0x28, 0x30, 0x31, 0x4E, 0x29, 0x85, 0x86, 0x87, 0x74, 0x5D, 0x61, 0x65, 0x7D, 0x73, 0x75]
      .map { [$0] } + [0x52, 0x81, 0x62, 0x51].map { [$0] }
    for _ in 0..<5000 {
      var object: [UInt8] = []
      for _ in 0..<Int.random(in: 1...30, using: &random) {
        object += pieces.randomElement(using: &random) ?? []
      }
      // The test is only that this returns.
      _ = readError(header + PickleBytes.pickle(object))
    }
  }
}
