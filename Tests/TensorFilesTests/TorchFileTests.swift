import Foundation
import Testing

@testable import TensorFiles

/// Reading files that PyTorch wrote.
@Suite struct TorchFileTests {
  /// Tensors equal what PyTorch holds.
  @Test(arguments: TorchFixtures.names + TorchFixtures.zipNames)
  func tensorsEqualPyTorch(name: String) throws {
    let key = String(name.prefix { $0 != "." })
    let expected = try #require(try TorchFixtures.expected()[key])
    let file = try TorchFile.read(contentsOf: TorchFixtures.path("\(name).pt"))

    #expect(file.tensors.map(\.name) == expected.tensors.map(\.name))
    #expect(file.others == expected.others)
    for (tensor, reference) in zip(file.tensors, expected.tensors) {
      #expect(tensor.shape == reference.shape, "\(tensor.name)")
      #expect(
        sameNumbers(tensor.values, reference.values),
        "\(tensor.name): expected \(reference.values), got \(tensor.values)")
      #expect(file[tensor.name] == tensor || tensor.values.contains { $0.isNaN })
    }
  }

  /// Every element type is in the fixtures.
  @Test func everyElementType() throws {
    let file = try TorchFile.read(contentsOf: TorchFixtures.path("element_types.pt"))
    for type in ElementType.allCases { #expect(file[type.dtypeName] != nil, "\(type)") }
    #expect(file["complex64"] == nil)
    let half = try #require(file["float16"])
    #expect(half.values[3] == 65504 && half.values[4] == 0x1p-24)
    #expect(try #require(file["float32.special"]).values[3].sign == .minus)
  }

  /// A state_dict inside another dictionary is named in the error.
  @Test func wrappedStateDictionary() throws {
    let error = try #require(readError(try TorchFixtures.bytes("wrapped")))
    #expect(error.code == .unsupported)
    #expect(error.message.contains("'epoch', 'state_dict'"))
  }

  /// Repeated keys follow Python: position of the first, value of the last.
  @Test func repeatedKeys() throws {
    let storage = PickleBytes.storage("0", count: 4)
    func tensor(_ count: Int) -> [UInt8] {
      PickleBytes.tensor(storage, shape: [count], strides: [1])
    }
    let object = PickleBytes.dictionary([("a", tensor(1)), ("b", tensor(2)), ("a", tensor(3))])
    let bytes = LegacyFile(object: object, storages: [("0", [1, 2, 3, 4])]).bytes
    let file = try TorchFile.read(file: "test.pt", bytes: bytes)
    #expect(file.tensors.map(\.name) == ["a", "b"])
    #expect(file["a"]?.values == [1, 2, 3])
  }

  /// OrderedDict as Python 2 wrote it, from a list of pairs.
  @Test func orderedDictionaryFromPairs() throws {
    let tensor = PickleBytes.tensor(
      PickleBytes.storage("0", count: 4), shape: [2, 2], strides: [1, 2])
    let pairs = PickleBytes.list([PickleBytes.list([[0x55, 1] + Array("w".utf8), tensor])])
    let object = PickleBytes.call(PickleBytes.global("collections", "OrderedDict"), [pairs])
    let bytes = LegacyFile(object: object, storages: [("0", [1, 2, 3, 4])]).bytes
    let file = try TorchFile.read(file: "test.pt", bytes: bytes)
    #expect(file["w"]?.values == [1, 3, 2, 4])
  }

  /// An empty dictionary is an empty state_dict.
  @Test func emptyDictionary() throws {
    let bytes = LegacyFile(object: PickleBytes.dictionary([])).bytes
    #expect(try TorchFile.read(file: "test.pt", bytes: bytes).tensors.isEmpty)
  }
}

/// The MTCNN weights of facenet-pytorch.
@Suite struct MTCNNWeightsTests {
  /// The folder with pnet.pt, rnet.pt and onet.pt, if there is one.
  static let folder: String? = {
    let environment = ProcessInfo.processInfo.environment["MTCNN_WEIGHTS"]
    let folder = environment ?? TorchFixtures.packageRoot.appending(path: "weights/mtcnn").path
    return FileManager.default.fileExists(atPath: "\(folder)/pnet.pt") ? folder : nil
  }()

  static let pnet: [(String, [Int])] = [
    ("conv1.weight", [10, 3, 3, 3]), ("conv1.bias", [10]), ("prelu1.weight", [10]),
    ("conv2.weight", [16, 10, 3, 3]), ("conv2.bias", [16]), ("prelu2.weight", [16]),
    ("conv3.weight", [32, 16, 3, 3]), ("conv3.bias", [32]), ("prelu3.weight", [32]),
    ("conv4_1.weight", [2, 32, 1, 1]), ("conv4_1.bias", [2]),
    ("conv4_2.weight", [4, 32, 1, 1]), ("conv4_2.bias", [4]),
  ]
  static let rnet: [(String, [Int])] = [
    ("conv1.weight", [28, 3, 3, 3]), ("conv1.bias", [28]), ("prelu1.weight", [28]),
    ("conv2.weight", [48, 28, 3, 3]), ("conv2.bias", [48]), ("prelu2.weight", [48]),
    ("conv3.weight", [64, 48, 2, 2]), ("conv3.bias", [64]), ("prelu3.weight", [64]),
    ("dense4.weight", [128, 576]), ("dense4.bias", [128]), ("prelu4.weight", [128]),
    ("dense5_1.weight", [2, 128]), ("dense5_1.bias", [2]),
    ("dense5_2.weight", [4, 128]), ("dense5_2.bias", [4]),
  ]
  static let onet: [(String, [Int])] = [
    ("conv1.weight", [32, 3, 3, 3]), ("conv1.bias", [32]), ("prelu1.weight", [32]),
    ("conv2.weight", [64, 32, 3, 3]), ("conv2.bias", [64]), ("prelu2.weight", [64]),
    ("conv3.weight", [64, 64, 3, 3]), ("conv3.bias", [64]), ("prelu3.weight", [64]),
    ("conv4.weight", [128, 64, 2, 2]), ("conv4.bias", [128]), ("prelu4.weight", [128]),
    ("dense5.weight", [256, 1152]), ("dense5.bias", [256]), ("prelu5.weight", [256]),
    ("dense6_1.weight", [2, 256]), ("dense6_1.bias", [2]),
    ("dense6_2.weight", [4, 256]), ("dense6_2.bias", [4]),
    ("dense6_3.weight", [10, 256]), ("dense6_3.bias", [10]),
  ]

  /// Names, shapes and values are those of the networks.
  @Test(
    .enabled(
      if: folder != nil,
      "no weights: put pnet.pt, rnet.pt and onet.pt in weights/mtcnn or set MTCNN_WEIGHTS"),
    arguments: [
      ("pnet", pnet, -3283.9687635021182), ("rnet", rnet, -8929.281324574891),
      ("onet", onet, -18078.117762508347),
    ])
  func realFile(name: String, expected: [(String, [Int])], sum: Double) throws {
    let folder = try #require(Self.folder)
    let file = try TorchFile.read(contentsOf: "\(folder)/\(name).pt")
    #expect(file.tensors.map(\.name) == expected.map(\.0))
    #expect(file.tensors.map(\.shape) == expected.map(\.1))
    #expect(file.others.isEmpty)

    // Weighted by index, because some of these tensors are transposed in the file. In PyTorch:
    // sum((v.flatten().double() * (torch.arange(v.numel()) % 97 + 1)).sum() for v in d.values())
    var weighted = 0.0
    for tensor in file.tensors {
      for (index, value) in tensor.values.enumerated() {
        weighted += Double(value) * Double(index % 97 + 1)
      }
    }
    #expect(abs(weighted - sum) < 1e-8 * abs(sum), "\(name): \(weighted)")
  }
}
