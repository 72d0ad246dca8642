import Testing

@testable import TensorFiles

/// Weights of a network in files as programs save them.
@Suite struct ModelWeightsTests {
  private static func tensor(_ value: Float, shape: [Int] = [1]) -> TorchValue {
    .tensor(TorchTensor(shape: shape, [value]))
  }

  /// A state_dict of these names, whose tensors all hold `value`.
  private static func state(_ names: [String], _ value: Float = 1) -> TorchValue {
    .dictionary(names.map { TorchEntry($0, tensor(value)) })
  }

  private func read(_ root: TorchValue, container: String? = nil) throws -> ModelWeights {
    try ModelWeights.read(
      file: "t", bytes: writtenBytes(TorchDocument(root: root)), container: container)
  }

  /// One network in every format.
  @Test func formats() throws {
    let reference = try ModelWeights.read(contentsOf: TorchFixtures.path("module.zip.pt"))
    #expect(reference.tensors.count == 8)
    #expect(reference.container == [] && reference.others == [] && reference.records == [:])
    #expect(reference["bn1.num_batches_tracked"]?.integers?.first == 3)
    for name in ["module.pt", "module.older.pt", "module.zip64.pt", "module.safetensors"] {
      let weights = try ModelWeights.read(contentsOf: TorchFixtures.path(name))
      for entry in reference.tensors { #expect(weights[entry.name] == entry.tensor, "\(name)") }
    }
    let wrapped = try ModelWeights.read(contentsOf: TorchFixtures.path("wrapped.pt"))
    #expect(wrapped.container == ["state_dict"] && wrapped.tensors == reference.tensors)
    #expect(wrapped.others == ["epoch"])
  }

  /// A checkpoint of a wrapped and compiled network.
  @Test func checkpoint() throws {
    let path = TorchFixtures.path("checkpoint.zip.pt")
    let weights = try ModelWeights.read(contentsOf: path)
    #expect(weights.container == ["state_dict"] && weights.tensors.count == 8)
    #expect(weights.tensors.first?.name == "module._orig_mod.conv1.weight")
    #expect(
      weights.others == [
        "epoch", "best_acc1", "arch", "state_dict_ema", "optimizer", "random", "size",
      ])
    let average = try ModelWeights.read(contentsOf: path, container: "state_dict_ema")
    #expect(average.container == ["state_dict_ema"])
    let mean = average["module.fc.bias"]?.floats
    let last = weights["module._orig_mod.fc.bias"]?.floats
    #expect(try #require(mean).map { $0 * 2 } == Array(try #require(last)))
  }

  /// Values that programs add to a file are read too, whatever the container.
  @Test func records() throws {
    let record = Array("{\"a\": 1}".utf8)
    let zip = try writtenBytes(
      TorchDocument(
        root: .dictionary([TorchEntry("state_dict", Self.state(["w"]))]),
        records: ["product.json": record]))
    let weights = try ModelWeights.read(file: "t", bytes: zip)
    #expect(weights.container == ["state_dict"] && weights.records == ["product.json": record])
    try withTemporaryFile("t.safetensors") { path in
      try SafetensorsFile(
        tensors: weights.tensors,
        metadata: ["product.json": String(decoding: record, as: UTF8.self)]
      ).write(to: path)
      let read = try ModelWeights.read(contentsOf: path)
      #expect(read.records == ["product.json": record] && read.tensors == weights.tensors)
    }
  }

  /// Containers are preferred in the documented order.
  @Test func containers() throws {
    let keys = WeightSearch.modelKeys
    for (index, key) in keys.enumerated() {
      // All containers of lower rank precede it in the file.
      let lower = keys[(index + 1)...].map { TorchEntry($0, Self.state(["x.w"], 2)) }
      let averages = WeightSearch.averageKeys.map { TorchEntry($0, Self.state(["x.w"], 3)) }
      let own = [TorchEntry("x.w", Self.tensor(4)), TorchEntry(key, Self.state(["x.w"]))]
      let weights = try read(.dictionary(averages + lower + own))
      #expect(weights.container == [key] && weights["x.w"]?.floats == [1])
    }
    let top = try read(
      .dictionary([TorchEntry("ema", Self.state(["w"], 3)), TorchEntry("w", Self.tensor(1))]))
    #expect(top.container == [] && top["w"]?.floats == [1] && top.others == ["ema"])
    let only = try read(
      .dictionary([
        TorchEntry("best", Self.tensor(3, shape: [])), TorchEntry("ema", Self.state(["w"])),
      ]))
    #expect(only.container == ["ema"] && only.others == ["best"])
  }

  /// Containers within containers; others are listed with their keys.
  @Test func nested() throws {
    let inner = TorchValue.dictionary([
      TorchEntry("ema", Self.state(["w"], 2)), TorchEntry("state_dict", Self.state(["w"])),
      TorchEntry("version", .integer(2)),
    ])
    let root = TorchValue.dictionary([
      TorchEntry("epoch", .integer(1)), TorchEntry("model", inner),
      TorchEntry("generator", Self.state(["g"], 5)),
    ])
    let weights = try read(root)
    #expect(weights.container == ["model", "state_dict"] && weights["w"]?.floats == [1])
    #expect(weights.others == ["epoch", "generator", "model/ema", "model/version"])
    #expect(try read(root, container: "model/ema")["w"]?.floats == [2])
    #expect(try read(root, container: "generator").container == ["generator"])
    #expect(try read(root, container: "model").container == ["model", "state_dict"])
  }

  /// The error for a missing container lists those that are there.
  @Test func missing() throws {
    let root = TorchValue.dictionary([
      TorchEntry("generator", Self.state(["w"])), TorchEntry("step", .integer(1)),
      TorchEntry("nets", .dictionary([TorchEntry("critic.2", Self.state(["w"], 2))])),
    ])
    for name in [nil, "nothing", "step", "generator/w/x"] as [String?] {
      let error = try #require(torchError { try read(root, container: name) })
      #expect(error.code == .containerNotFound)
      #expect(
        error.message.contains(
          "there are tensors under 'generator', 'nets.critic.2': choose with --key generator"),
        "\(error)")
    }
    for name in ["nets.critic.2", "nets/critic.2", "nets"] {
      let chosen = try read(root, container: name)
      #expect(chosen["w"]?.floats == [2] || name == "nets")
      #expect(chosen.container == ["nets", "critic.2"] && chosen.otherContainers == ["generator"])
    }
    let none = try #require(torchError { try read(.dictionary([TorchEntry("a", .none)])) })
    #expect(none.message.contains("the file has 'a' and no dictionary of tensors"))
    #expect(torchError { try read(.list([])) }?.message.contains("got a list of 0") == true)
    let path = TorchFixtures.path("module.safetensors")
    let error = torchError { try ModelWeights.read(contentsOf: path, container: "model") }
    #expect(error?.code == .containerNotFound)
  }

  /// The only dictionary of tensors is taken, whatever its key, and tensors of the optimizer and
  /// the like are no candidates.
  @Test(arguments: ["model_state", "student", "netG", "my.model", "resnet18_best"])
  func single(key: String) throws {
    let root = TorchValue.dictionary([
      TorchEntry("epoch", .integer(3)),
      TorchEntry("optimizer", .dictionary([TorchEntry("exp_avg", Self.state(["0"]))])),
      TorchEntry("scaler", Self.state(["scale"])),
      TorchEntry("wrapped", .dictionary([TorchEntry(key, Self.state(["w"], 7))])),
    ])
    let weights = try read(root)
    #expect(weights.container == ["wrapped", key] && weights["w"]?.floats == [7])
    #expect(weights.otherContainers == [])
    #expect(try read(root, container: "wrapped.\(key)")["w"]?.floats == [7])
  }

  /// Shared dictionaries don't multiply the search.
  @Test(.timeLimit(.minutes(5)))
  func sharedDictionaries() throws {
    // One large dictionary without tensors under every known key and 50,000 others.
    let keys: [[UInt8]] = (0..<50_000).map { PickleBytes.string("k\($0)") + [0x4E] }
    var object: [UInt8] = [0x7D, 0x28] + keys.joined() + [0x75, 0x71, 0, 0x30, 0x7D, 0x28]
    let names = WeightSearch.modelKeys + WeightSearch.averageKeys + (0..<50_000).map { "e\($0)" }
    for name in names { object += PickleBytes.string(name) + [0x68, 0] }
    let bytes = LegacyFile(object: object + [0x75]).bytes
    let error = try #require(torchError { try ModelWeights.read(file: "t", bytes: bytes) })
    #expect(error.code == .containerNotFound)
  }
}
