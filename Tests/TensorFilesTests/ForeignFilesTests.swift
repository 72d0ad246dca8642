import Foundation
import Testing

@testable import TensorFiles

/// The files of other programs that `Tests/Fixtures/foreign/make_foreign.py` had written.
@Suite(.timeLimit(.minutes(5)))
struct ForeignFilesTests {
  static func path(_ name: String) -> String {
    TorchFixtures.packageRoot.appending(path: "Tests/Fixtures/foreign/\(name)").path
  }

  /// Files that hold the whole reference, and the prefix of its names there.
  private static let whole: [(name: String, prefix: String)] = [
    ("namespace.pth.tar", ""), ("objects.pt", ""), ("objects-0.pkl", ""), ("objects-5.pkl", ""),
    ("module-legacy.pt", ""), ("module-parallel.pt", "module."), ("protocol-1.pt", ""),
    ("protocol-4-legacy.pt", ""), ("protocol-1.pkl", ""), ("model-state.pth", ""),
    ("averaged.pth", ""), ("profiled.pth", ""), ("weights.pth.gz", ""), ("download.zip", ""),
    ("repacked.pt", ""), ("arrays-compressed.npz", ""), ("plain.joblib", ""), ("zlib.joblib", ""),
    ("scripted.pt", ""), ("lightning.ckpt", "model."), ("fastai-save.pth", ""),
    ("fastai-export.pkl", ""), ("sharded-bin/pytorch_model.bin.index.json", ""),
    ("sharded-safetensors/model.safetensors.index.json", ""),
  ]

  /// The same tensors come out of every file that holds them, whoever wrote it and however.
  @Test(arguments: whole.indices)
  func wholeFiles(index: Int) throws {
    let (name, prefix) = Self.whole[index]
    let reference = try ModelWeights.read(contentsOf: Self.path("reference.pt"))
    #expect(reference.tensors.count == 122)
    let weights = try ModelWeights.read(contentsOf: Self.path(name))
    for entry in reference.tensors {
      #expect(weights[prefix + entry.name] == entry.tensor, "\(name): \(entry.name)")
    }
    let strangers = weights.tensors.map(\.name).filter { stranger in
      !stranger.hasPrefix(prefix) || reference[String(stranger.dropFirst(prefix.count))] == nil
    }
    #expect(
      strangers.allSatisfy { $0.contains("total_") || $0.hasPrefix("loss.") }, "\(strangers)")
  }

  /// Skipped values are reported, and other containers of tensors.
  @Test func besides() throws {
    let names = try ModelWeights.read(contentsOf: Self.path("namespace.pth.tar")).foreignNames
    #expect(names == ["argparse.Namespace", "pathlib.PosixPath"])
    let objects = Set(try ModelWeights.read(contentsOf: Self.path("objects.pt")).foreignNames)
    #expect(
      objects.isSuperset(of: [
        "pathlib.PurePosixPath", "functools.partial", "__main__.Mode", "datetime.datetime",
        "collections.defaultdict", "collections.deque", "decimal.Decimal", "uuid.UUID",
        "torch.nn.modules.loss.BCEWithLogitsLoss", "__main__.Settings", "random.Random",
      ]), "\(objects)")
    let averaged = try ModelWeights.read(contentsOf: Self.path("averaged.pth"))
    #expect(averaged.container == ["state_dict"] && averaged.otherContainers == ["state_dict_ema"])
    let remarks = try ModelWeights.read(contentsOf: Self.path("namespace.pth.tar")).remarks
    #expect(remarks["args/classes"] == .list([.string("real"), .string("fake")]))
  }

  /// If there are several networks, none is guessed; each can be named.
  @Test func severalNetworks() throws {
    let path = Self.path("generator.pth")
    let error = try #require(torchError { try ModelWeights.read(contentsOf: path) })
    #expect(error.code == .containerNotFound)
    for name in ["nets.generator", "nets.discriminator"] {
      #expect(error.message.contains("'\(name)'"))
    }
    #expect(error.message.contains("choose with --key nets.generator"))
    let chosen = try ModelWeights.read(contentsOf: path, container: "nets.discriminator")
    let reference = try ModelWeights.read(contentsOf: Self.path("reference.pt"))
    #expect(chosen.tensors == reference.tensors && chosen.otherContainers == ["nets.generator"])
  }

  private struct Advice: Decodable {
    var file: String
    var code: String
    var result: String
  }

  /// The code that is advised is the code that was run when the fixtures were made, and what came
  /// of it is read.
  @Test func advice() throws {
    let data = try Data(contentsOf: URL(filePath: Self.path("advice.json")))
    let followed = try JSONDecoder().decode([Advice].self, from: data)
    #expect(followed.count == 7)
    let reference = try ModelWeights.read(contentsOf: Self.path("reference.pt"))
    for advice in followed {
      let error = try #require(
        torchError { try ModelWeights.read(contentsOf: Self.path(advice.file)) })
      #expect(error.code == .foreignFile && error.message.contains(advice.code), "\(error)")
      let result = try ModelWeights.read(contentsOf: Self.path(advice.result))
      #expect(result.tensors.count == (advice.file == "list.pt" ? 62 : 122))
      for entry in result.tensors {
        #expect(entry.tensor == reference[entry.name], "\(entry.name)")
      }
    }
  }

  /// Files without readable weights are recognised.
  @Test(arguments: [
    ("keras.h5", "ask for the PyTorch version"), ("frozen.pt", "torch.jit.freeze"),
    ("optimizer.pt", "saved beside it"), ("tensor.pt", "one tensor"), ("two.zip", "'second.pth'"),
    ("page.pth", "Google Drive - Virus scan warning"), ("denied.pth", "Repository not found"),
    ("lfs.pth", "git lfs pull"), ("weights.tar", "tar xf"),
  ])
  func named(name: String, text: String) throws {
    let error = try #require(torchError { try ModelWeights.read(contentsOf: Self.path(name)) })
    #expect(error.code == .foreignFile && error.message.contains(text), "\(error)")
  }

  /// The file that a pointer of git-LFS names has the size that it says.
  @Test func pointer() throws {
    let error = torchError { try ModelWeights.read(contentsOf: Self.path("lfs.pth")) }
    let size = try fileBytes(Self.path("reference.pt")).count
    #expect(error?.message.contains("a file of \(size) bytes") == true)
  }
}

/// Packed files that are damaged or hostile.
@Suite(.timeLimit(.minutes(5)))
struct PackedFileTests {
  private func read(_ bytes: [UInt8]) -> TorchFileError? {
    torchError { try ModelWeights.read(file: "test", bytes: bytes) }
  }

  /// Compressed files that are cut off, changed or continued are damaged.
  @Test(arguments: ["weights.pth.gz", "zlib.joblib", "download.zip", "repacked.pt"])
  func damaged(name: String) throws {
    let bytes = try fileBytes(ForeignFilesTests.path(name))
    #expect(read(bytes) == nil)
    for count in [bytes.count / 3, bytes.count - 9, bytes.count - 1] {
      #expect(read(Array(bytes[..<count])) != nil, "\(count)")
    }
    for index in stride(from: bytes.count / 5, to: bytes.count * 4 / 5, by: bytes.count / 7) {
      var changed = bytes
      changed[index] ^= 0x55
      // A change of a date in a zip header has no effect; if the file is read, it has the content
      // written.
      let reference = try ModelWeights.read(contentsOf: ForeignFilesTests.path("reference.pt"))
      if let weights = try? ModelWeights.read(file: "test", bytes: changed) {
        #expect(weights.tensors == reference.tensors && name.hasSuffix(".pt"), "\(index)")
      }
    }
    #expect(read(bytes + [1, 2, 3]) != nil)
  }

  /// Zeros without end, by fixed Huffman codes: a literal 0, then 258 of them again and again.
  private static func bomb(repetitions: Int) -> [UInt8] {
    var (bytes, buffer, count) = ([UInt8](), UInt32(0), UInt32(0))
    func add(_ bits: UInt32, _ length: UInt32) {
      buffer |= bits << count
      count += length
      while count >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: buffer))
        buffer >>= 8
        count -= 8
      }
    }
    add(0b011, 3)  // The last block, fixed codes.
    add(0b0000_1100, 8)  // 0, most significant bit first.
    for _ in 0..<repetitions {
      add(0b1010_0011, 8)  // Length 258.
      add(0, 5)  // Distance 1.
    }
    add(0, 7)  // End of block.
    add(0, 7)
    return bytes
  }

  /// A small file can't take memory without bound.
  @Test func bombs() throws {
    let bomb = Self.bomb(repetitions: 300_000)  // 77 MB.
    let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
    let error = try #require(read(header + bomb + [UInt8](repeating: 0, count: 8)))
    #expect(error.code == .limitExceeded, "\(error)")
    #expect(read([0x78, 0x9C] + bomb)?.code == .limitExceeded)
    func zip(_ size: UInt32) -> [UInt8] {
      ZipFile(records: [
        .init(
          name: "net.pth", data: Self.bomb(repetitions: 100), method: 8, size: size,
          headerSize: size)
      ]).bytes
    }
    // The sizes of a deflated record are those of its bytes in these hand-made files.
    #expect(read(zip(1 << 30))?.code != nil && read(zip(100))?.code != nil)
  }

  /// One level is unpacked, no more.
  @Test func nested() throws {
    let inner = try fileBytes(ForeignFilesTests.path("weights.pth.gz"))
    // Stored blocks of deflate need no compressor.
    var packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
    let size = UInt16(inner.count)
    packed += [1] + PickleBytes.littleEndian(size) + PickleBytes.littleEndian(~size) + inner
    packed += PickleBytes.littleEndian(referenceCRC(inner))
    packed += PickleBytes.littleEndian(UInt32(inner.count))
    let error = try #require(read(packed))
    #expect(error.code == .unsupported && error.message.contains("unpack it first"), "\(error)")
  }

  /// An index leads to files beside it, and nowhere else.
  @Test(arguments: [
    (#"{"weight_map": {"w": "../secret.bin"}}"#, TorchFileError.Code.malformed),
    (#"{"weight_map": {"w": "/etc/passwd"}}"#, .malformed),
    (#"{"weight_map": {"w": 3}}"#, .malformed),
    (#"{"weight_map": {"w": "missing.bin"}}"#, .unreadable),
    (#"{"weight_map": 3}"#, .foreignFile), (#"{"weights": {}}"#, .foreignFile),
    (#"{"weight_map": {"w": "w.bin""#, .foreignFile),
  ])
  func indices(text: String, code: TorchFileError.Code) throws {
    let error = try #require(read(Array(text.utf8)))
    #expect(error.code == code, "\(error)")
  }

  /// A tensor that isn't in the file that the index names is missing.
  @Test func incompleteShards() throws {
    try withTemporaryFile("model.bin.index.json") { path in
      let folder = (path as NSString).deletingLastPathComponent
      try TorchDocument(root: .tensors([TensorEntry("a", TorchTensor(shape: [1], [Float(1)]))]))
        .write(to: folder + "/a.bin")
      let text = #"{"weight_map": {"a": "a.bin", "b": "a.bin"}}"#
      try Data(text.utf8).write(to: URL(filePath: path))
      let error = try #require(torchError { try ModelWeights.read(contentsOf: path) })
      #expect(error.code == .malformed && error.description.contains("'b'"), "\(error)")
    }
  }
}
