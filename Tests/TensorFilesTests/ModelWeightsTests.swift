import Testing

@testable import TensorFiles

@Suite("Weights of a network in files as they are met")
struct ModelWeightsTests {
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

  @Test("One network in every format")
  func formats() throws {
    let reference = try ModelWeights.read(contentsOf: TorchFixtures.path("module.zip.pt"))
    #expect(reference.tensors.count == 8)
    #expect(reference.container == [] && reference.prefix == "" && reference.others == [])
    #expect(reference["bn1.num_batches_tracked"]?.integers?.first == 3)
    for name in ["module.pt", "module.older.pt", "module.zip64.pt", "module.safetensors"] {
      let weights = try ModelWeights.read(contentsOf: TorchFixtures.path(name))
      for entry in reference.tensors { #expect(weights[entry.name] == entry.tensor, "\(name)") }
    }
    let wrapped = try ModelWeights.read(contentsOf: TorchFixtures.path("wrapped.pt"))
    #expect(wrapped.container == ["state_dict"] && wrapped.tensors == reference.tensors)
    #expect(wrapped.others == ["epoch"])
  }

  @Test("A checkpoint of a wrapped and compiled network")
  func checkpoint() throws {
    let path = TorchFixtures.path("checkpoint.zip.pt")
    let weights = try ModelWeights.read(contentsOf: path)
    #expect(weights.container == ["state_dict"] && weights.prefix == "module._orig_mod.")
    #expect(weights.tensors.map(\.name).first == "conv1.weight" && weights.tensors.count == 8)
    #expect(
      weights.others == [
        "epoch", "best_acc1", "arch", "state_dict_ema", "optimizer", "random", "size",
      ])
    let average = try ModelWeights.read(contentsOf: path, container: "state_dict_ema")
    #expect(average.container == ["state_dict_ema"] && average.prefix == "module.")
    let (mean, last) = (average["fc.bias"]?.floats, weights["fc.bias"]?.floats)
    #expect(try #require(mean).map { $0 * 2 } == Array(try #require(last)))
  }

  @Test("Containers are preferred in the documented order")
  func containers() throws {
    let keys = WeightSearch.modelKeys
    for (index, key) in keys.enumerated() {
      // Everything that ranks lower stands before it in the file.
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

  @Test("Containers within containers; others are listed with their way")
  func nested() throws {
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

  @Test("What is missing is said with what is there")
  func missing() throws {
    let root = TorchValue.dictionary([
      TorchEntry("generator", Self.state(["w"])), TorchEntry("step", .integer(1)),
    ])
    for name in [nil, "nothing", "step", "generator/w/x"] as [String?] {
      let error = try #require(torchError { try read(root, container: name) })
      #expect(error.code == .containerNotFound)
      #expect(error.message.contains("there are tensors under 'generator'"), "\(error)")
    }
    let none = try #require(torchError { try read(.dictionary([TorchEntry("a", .none)])) })
    #expect(none.message.contains("the file has 'a' and no dictionary of tensors"))
    #expect(torchError { try read(.list([])) }?.message.contains("got a list of 0") == true)
    let path = TorchFixtures.path("module.safetensors")
    let error = torchError { try ModelWeights.read(contentsOf: path, container: "model") }
    #expect(error?.code == .containerNotFound)
  }

  @Test("Shared dictionaries don't multiply the search", .timeLimit(.minutes(5)))
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

  private func names(_ names: [String], scalars: [String] = []) -> WeightNames {
    WeightNames(
      names.map { .init($0, isWeight: true) } + scalars.map { .init($0, isWeight: false) })
  }

  @Test("Prefixes that all names have are removed, one after another")
  func commonPrefixes() {
    let wrapped = names(["module.model._orig_mod.conv.w", "module.model._orig_mod.fc.w"])
    #expect(wrapped.prefix == "module.model._orig_mod.")
    #expect(wrapped.names.map(\.stripped) == ["conv.w", "fc.w"])
    #expect(names(["conv.w", "fc.w"]).prefix == "")
    #expect(names(["layer1.w", "layer1.b"]).prefix == "")
    // Something must be left of every name.
    #expect(names(["model.", "model.a"]).prefix == "")
    #expect(names([]).prefix == "")
    #expect(names([String(repeating: "net.", count: 100) + "w"]).prefix.count == 8 * 4)
  }

  @Test("A prefix of most names is removed from these; the others are listed")
  func majorityPrefix() {
    let split = names(["head.0.w", "backbone._orig_mod.a", "backbone._orig_mod.b"])
    #expect(split.prefix == "backbone._orig_mod.")
    #expect(split.names.map(\.stripped) == ["head.0.w", "a", "b"])
    #expect(split.unprefixed == ["head.0.w"])
    let inModule = names(["module.head.w", "module.backbone.a", "module.backbone.b"])
    #expect(inModule.prefix == "module.backbone." && inModule.unprefixed == ["head.w"])
    // Not half of the names, and not where two names would become one.
    #expect(names(["backbone.a", "head.w"]).prefix == "")
    #expect(names(["backbone.a", "backbone.b", "a"]).prefix == "")
  }

  @Test("A moving average beside the weights is left out, alone it is taken")
  func averages() {
    let both = names(["model.a", "model.b", "ema.a", "ema.b"])
    #expect(both.prefix == "model." && both.names.map(\.stripped) == ["a", "b"])
    #expect(both.setAside == ["ema.a", "ema.b"])
    let wrapped = names(["module.a", "module.ema_model.a"], scalars: ["n_averaged"])
    #expect(wrapped.names.map(\.original) == ["module.a"])
    #expect(wrapped.setAside == ["n_averaged", "module.ema_model.a"])
    let alone = names(["ema.a", "ema.b"], scalars: ["step"])
    #expect(alone.prefix == "ema." && alone.unprefixed == ["step"])
  }
}
