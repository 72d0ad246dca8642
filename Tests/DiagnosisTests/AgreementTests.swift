import Contract
import Diagnosis
import Evaluation
import Foundation
import Imaging
import ModelFiles
import NeuralNetwork
import TensorFiles
import TestSupport
import Testing

/// One file, one answer: training, diagnosis, repair and evaluation agree on what a file holds, and
/// the advice of the diagnosis works.
@Suite struct AgreementTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/diagnosis").path

  private static var files: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { !$0.hasSuffix(".py") && !$0.hasPrefix("_") }.sorted()
    }
  }

  /// The advice for a file, or nothing.
  private static func advises(_ words: String, _ diagnosis: ModelDiagnosis) -> Bool {
    diagnosis.findings.contains {
      [.failed, .undecided].contains($0.outcome) && $0.advice?.contains(words) == true
    }
  }

  /// Checks that all that read a file come to the same answer.
  static func expectAgreement(
    _ file: NetworkFile, location: SourceLocation = #_sourceLocation
  ) throws {
    let diagnosis = ModelDiagnosis(file)
    let message: Comment = "\(file.path): \(diagnosis.summary)"
    guard case .success(let network) = file.recognition else {
      #expect(diagnosis.condition == .otherNetwork, message, sourceLocation: location)
      var state = NetworkState(randomFor: ResNet18Architecture(width: 8, head: .linear), seed: 1)
      let first = state
      #expect(throws: ModelFileError.self, message, sourceLocation: location) {
        try file.load(into: &state, largestGapShare: NetworkFile.largestGapShare)
      }
      #expect(state == first, sourceLocation: location)
      #expect(throws: ModelFileError.self, sourceLocation: location) { try file.state() }
      #expect(!advises("network.initialWeights", diagnosis), message, sourceLocation: location)
      #expect(!advises("trainer repair", diagnosis), message, sourceLocation: location)
      return
    }
    #expect(diagnosis.prefix == network.prefix, sourceLocation: location)
    let isSupported = if case .unsupported = network.head { false } else { true }
    let isComputable = network.isComputable
    #expect(diagnosis.network?.width == network.architecture.width, sourceLocation: location)
    if network.otherStem != nil
      || diagnosis.findings.contains(where: { $0.identifier == .otherHead })
    {
      #expect(!isComputable && diagnosis.verdict != .sound, message, sourceLocation: location)
      #expect(throws: ModelFileError.self, sourceLocation: location) { try file.state() }
    }

    // Training: the diagnosis advises it if it works, and the gaps are the missing entries found.
    var state = NetworkState(randomFor: network.architecture, seed: 1)
    let first = state
    let match: WeightMatch?
    do throws(ModelFileError) {
      match = try file.load(into: &state, largestGapShare: NetworkFile.largestGapShare)
    } catch {
      match = nil
    }
    if advises("network.initialWeights", diagnosis) {
      #expect(match != nil && network.hasComputableWidth, message, sourceLocation: location)
    }
    let isNoise = diagnosis.findings.contains { $0.identifier == .neverTrained }
    if diagnosis.condition == .needsTraining, match != nil, network.hasComputableWidth, !isNoise {
      #expect(advises("network.initialWeights", diagnosis), message, sourceLocation: location)
    }
    if let match {
      let gaps = (network.missing + network.notFinite).filter {
        $0.canonical.arena == .parameters
      }
      let backbone = gaps.filter { !$0.canonical.isHead }.map(\.fileName)
      #expect(Set(match.gaps) == Set(backbone), message, sourceLocation: location)
      let found = diagnosis.findings.filter {
        [.missingParameters, .parametersNotFinite].contains($0.identifier)
      }.flatMap(\.subjects)
      #expect(
        !isSupported || Set(found) == Set(gaps.map(\.fileName)), message, sourceLocation: location)
      #expect(
        Set(match.unexpected) == Set(network.unexpected), message, sourceLocation: location)
      let areFinite = state.parameters.allSatisfy(\.isFinite)
      #expect(areFinite, message, sourceLocation: location)
      let canonical = Dictionary(
        uniqueKeysWithValues: network.entries.map { ($0.canonical.name, $0) })
      let loaded = Set(match.loaded)
      for (old, new) in zip(first.tensors, state.tensors) {
        let entry = canonical[old.name]
        let isKnown =
          if case .ambiguous = network.head { entry?.canonical.isHead != true } else { true }
        let isLoaded = isKnown && entry.map { loaded.contains($0.fileName) } ?? false
        let expected = isLoaded ? entry.flatMap { file[$0] }?.floats : old.tensor.floats
        #expect(new.tensor.floats == expected, "\(old.name)", sourceLocation: location)
      }
    }

    // Repair: if it is advised, its subject has exactly what the file has.
    if advises("trainer repair", diagnosis) {
      #expect(diagnosis.condition == .repairable && network.isComputable, message)
      #expect(throws: Never.self, sourceLocation: location) { try file.metadata() }
    }
    if isComputable {
      let subject = try file.state(inputSize: 32)
      #expect(
        subject.architecture.head == network.architecture.head
          && subject.architecture.width == network.architecture.width, sourceLocation: location)
      if let match, diagnosis.condition == .repairable {
        #expect(match.gaps.isEmpty && match.replaced.isEmpty, message, sourceLocation: location)
        #expect(subject.parameters == state.parameters, message, sourceLocation: location)
      }
    }

    // Evaluation takes a file that describes its use and has every entry.
    if try file.metadata() != nil {
      #expect(throws: Never.self, message, sourceLocation: location) { try ModelFile(file) }
    } else {
      #expect(throws: ModelFileError.self, message, sourceLocation: location) {
        try ModelFile(file)
      }
    }
  }

  /// All agree on every file there is.
  @Test(arguments: try AgreementTests.files)
  func fixtures(_ name: String) throws {
    let path = Self.folder + "/" + name
    let file: NetworkFile
    do throws(ModelFileError) {
      file = try NetworkFile.recognize(path)
    } catch {
      // What can't be read is no model and no checkpoint either, for the same reason.
      let condition = ModelDiagnosis(unreadable: error).condition
      #expect(
        condition == ([.file, .forbiddenCode].contains(error.code) ? .unreadable : .foreignFile))
      let asModel = #expect(throws: ModelFileError.self) { try ModelFile(contentsOf: path) }
      #expect(asModel == error)
      #expect(throws: ModelFileError.self) { try Checkpoint(contentsOf: path) }
      return
    }
    try Self.expectAgreement(file)
    // `export` takes checkpoints, and a safetensors file isn't even PyTorch's.
    let asCheckpoint = #expect(throws: ModelFileError.self) { try Checkpoint(contentsOf: path) }
    #expect(asCheckpoint?.code == (name.hasSuffix(".safetensors") ? .file : .otherContent))
  }

  // MARK: Changed files

  private typealias Entries = [(name: String, tensor: TorchTensor)]

  /// A file of a sound network, changed, with another container or none.
  private func file(
    _ name: String = "intact.pt", container: String? = nil, _ change: (inout Entries) throws -> Void
  ) throws -> NetworkFile {
    let source = try NetworkFile.recognize(Self.folder + "/" + name)
    var entries = source.weights.tensors.map { (name: $0.name, tensor: $0.tensor) }
    try change(&entries)
    return try withTemporaryDirectory { folder in
      let path = folder.path(of: "changed.pt")
      let root = TorchValue.tensors(entries.map { TensorEntry($0.name, $0.tensor) })
      try TorchDocument(
        root: container.map { .dictionary([TorchEntry($0, root)]) } ?? root
      ).write(to: path)
      return try NetworkFile.recognize(path)
    }
  }

  private func ruin(_ entries: inout Entries, _ name: String) throws {
    let place = try #require(entries.firstIndex { $0.name == name })
    var values = Array(try #require(entries[place].tensor.floats))
    values[values.count / 2] = .nan
    entries[place].tensor = TorchTensor(shape: entries[place].tensor.shape, values)
  }

  private static let numbers = [
    "conv1": "0", "bn1": "1", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7",
  ]

  private func number(_ entries: inout Entries, prefix: String) {
    for place in entries.indices {
      let parts = entries[place].name.split(separator: ".", maxSplits: 1).map(String.init)
      entries[place].name =
        (Self.numbers[parts[0]].map { prefix + $0 } ?? parts[0]) + "." + parts[1]
    }
  }

  /// A NaN after any prefix is one gap, and training begins with the rest.
  @Test(
    arguments: [
      ("resnet.", nil), ("module.", "state_dict"), ("_orig_mod.", nil),
      ("module._orig_mod.", "model"), ("backbone.", nil), ("student.cnn.", "model_state_dict"),
      ("module.net.cnn.", nil), ("", "net"),
    ] as [(String, String?)])
  func prefixAndNaN(_ prefix: String, _ container: String?) throws {
    let file = try file(container: container) { entries in
      try ruin(&entries, "layer2.1.conv1.weight")
      for place in entries.indices { entries[place].name = prefix + entries[place].name }
    }
    let network = try file.network()
    #expect(file.container == (container.map { [$0] } ?? []) && file.prefix == prefix)
    #expect(network.notFinite.map(\.fileName) == [prefix + "layer2.1.conv1.weight"])
    #expect(network.missing.isEmpty && network.wrongShapes.isEmpty && network.unexpected.isEmpty)
    let diagnosis = ModelDiagnosis(file)
    #expect(diagnosis.condition == .needsTraining)
    #expect(Self.advises("network.initialWeights", diagnosis))
    var state = NetworkState(randomFor: network.architecture, seed: 3)
    let match = try file.load(into: &state, largestGapShare: NetworkFile.largestGapShare)
    #expect(match.loaded.count == 121 && match.gaps == [prefix + "layer2.1.conv1.weight"])
    #expect(match.replaced.isEmpty && match.missing.isEmpty && match.unexpected.isEmpty)
    try Self.expectAgreement(file)
  }

  /// Numbered layers without statistics are repairable, and can be trained from.
  @Test func numberedParametersOnly() throws {
    let file = try file("parameters-only.pt") { number(&$0, prefix: "features.") }
    let network = try file.network()
    #expect(network.prefix == "features." && network.missing.count == 60)
    #expect(network.entryNames["layer1.0.conv1.weight"] == "features.4.0.conv1.weight")
    let diagnosis = ModelDiagnosis(file)
    #expect(diagnosis.condition == .repairable)
    #expect(Self.advises("trainer repair", diagnosis))
    #expect(diagnosis.findings.first?.subjects.first == "features.1.running_mean")
    try Self.expectAgreement(file)
  }

  /// A missing head, half a head, no first convolution: all agree.
  @Test func missingParts() throws {
    let headless = try file { $0.removeAll { $0.name.hasPrefix("fc.") } }
    #expect(try headless.network().head == .missing)
    try Self.expectAgreement(headless)
    let half = try file { $0.removeAll { $0.name == "fc.bias" } }
    guard case .unsupported = try half.network().head else {
      Issue.record("a linear layer without a bias")
      return
    }
    try Self.expectAgreement(half)
    // A network is recognised by most of its entries, not by one of them.
    let beheaded = try file { entries in
      entries.removeAll { $0.name == "conv1.weight" }
      for place in entries.indices { entries[place].name = "resnet." + entries[place].name }
    }
    #expect(try beheaded.network().missing.map(\.fileName) == ["resnet.conv1.weight"])
    #expect(Self.advises("network.initialWeights", ModelDiagnosis(beheaded)))
    try Self.expectAgreement(beheaded)
  }

  /// A backbone with a head of a thousand classes is a start, and the diagnosis says so.
  @Test func foreignHead() throws {
    let file = try file { entries in
      entries.removeAll { $0.name.hasPrefix("fc.") }
      entries.append(
        ("fc.weight", TorchTensor(shape: [1000, 64], [Float](repeating: 0.1, count: 64_000))))
      entries.append(("fc.bias", TorchTensor(shape: [1000], [Float](repeating: 0, count: 1000))))
    }
    let diagnosis = ModelDiagnosis(file)
    #expect(diagnosis.condition == .otherHead)
    #expect(diagnosis.summary.contains("1000 outputs") && diagnosis.network?.classes == 1000)
    #expect(Self.advises("network.initialWeights", diagnosis))
    let architecture = ResNet18Architecture(width: 8, inputSize: 32)
    var state = NetworkState(randomFor: architecture, seed: 3)
    let match = try file.load(into: &state, largestGapShare: NetworkFile.largestGapShare)
    #expect(match.loaded.count == 120 && match.gaps.isEmpty && match.unexpected.isEmpty)
    #expect(match.replaced.contains("fc.bias") && match.replaced.contains("fc.5.bias"))
    try Self.expectAgreement(file)
  }

  /// Training is not advised if none can begin.
  @Test func noStart() throws {
    let wrong = try file { entries in
      let place = try #require(entries.firstIndex { $0.name == "layer2.1.bn1.bias" })
      entries[place].tensor = TorchTensor(shape: [3], [Float](repeating: 0, count: 3))
    }
    #expect(!Self.advises("network.initialWeights in", ModelDiagnosis(wrong)))
    #expect(Self.advises("expected shape [16], got [3]", ModelDiagnosis(wrong)))
    try Self.expectAgreement(wrong)
    // Ten convolutions are enough to tell what it is; less than half of the parameters is too
    // little to go on with.
    let torso = try file { entries in
      entries.removeAll {
        $0.name.hasPrefix("layer3") || $0.name.hasPrefix("layer4") || $0.name == "bn1.bias"
      }
    }
    #expect(ModelDiagnosis(torso).condition == .needsTraining)
    #expect(!Self.advises("network.initialWeights in", ModelDiagnosis(torso)))
    try Self.expectAgreement(torso)
    // A width that isn't computed here.
    let narrow = try file("narrow.pt") { entries in
      entries.removeAll { $0.name.contains("running") }
    }
    #expect(ModelDiagnosis(narrow).condition == .repairable)
    #expect(!Self.advises("trainer repair", ModelDiagnosis(narrow)))
    try Self.expectAgreement(narrow)
  }

  /// If weights are lost, no repair is advised that would be refused.
  @Test func lostAndWithoutStatistics() throws {
    let file = try file("parameters-only.pt") { try ruin(&$0, "layer3.0.conv2.weight") }
    let diagnosis = ModelDiagnosis(file)
    #expect(diagnosis.condition == .needsTraining)
    #expect(diagnosis.findings.contains { $0.identifier == .missingStatistics })
    #expect(!Self.advises("trainer repair", diagnosis))
    try Self.expectAgreement(file)
  }

  /// Counters as arrays of one, moving averages and further entries are no obstacle.
  @Test func oddities() throws {
    let odd = try file { entries in
      for place in entries.indices where entries[place].name.hasSuffix("num_batches_tracked") {
        entries[place].tensor = TorchTensor(shape: [1], [Int64(7)])
      }
      let average = entries.map { (name: "ema." + $0.name, tensor: $0.tensor) }
      entries = entries.map { (name: "model." + $0.name, tensor: $0.tensor) } + average
      entries.append(("model.temperature", TorchTensor(shape: [1], [Float(2)])))
    }
    let network = try odd.network()
    #expect(network.prefix == "model." && network.missing.isEmpty && network.wrongShapes.isEmpty)
    #expect(network.unexpected == ["model.temperature"])
    #expect(odd.others.count == 122 && odd.others.first == "ema.conv1.weight")
    #expect(ModelDiagnosis(odd).verdict == .sound)
    try Self.expectAgreement(odd)
  }

  // MARK: This product's own files

  /// A model and a checkpoint of this product are recognised as by their own readers.
  @Test func ownFiles() throws {
    try withTemporaryDirectory { folder in
      let architecture = ResNet18Architecture(
        width: 8, inputSize: 32, head: .mlp(hidden: 8, batchNorm: true, dropout: 0.25))
      let state = NetworkState(randomFor: architecture, seed: 5)
      // A repaired model keeps the names of the network that it came from.
      let names = Dictionary(
        uniqueKeysWithValues: architecture.stateEntries.filter { !$0.isHead }.map {
          ($0.name, "resnet." + $0.name)
        })
      let model = ModelFile(
        state: state,
        metadata: ModelMetadata(
          architecture: architecture, entryNames: names,
          recipe: ExtractionRecipe(geometry: CropGeometry(sizePixels: 64)),
          normalization: .imageNet, calibration: Calibration(),
          provenance: ModelMetadata.Provenance(
            software: "test", epoch: 1, step: 1, settings: [:])))
      let path = folder.path(of: "model.pt")
      try model.write(to: path)
      let safetensors = folder.path(of: "model.safetensors")
      try model.writeSafetensors(to: safetensors)
      for path in [path, safetensors] {
        let file = try NetworkFile.recognize(path)
        #expect(file.prefix == "resnet.")
        #expect(try file.network().entryNames == names)
        #expect(try file.metadata() == model.metadata)
        #expect(try ModelFile(file).state == state)
        try Self.expectAgreement(file)
      }
      let optimizer = Optimizer(
        .sgd(momentum: 0.9, nesterov: true), weightDecay: 0, for: architecture)
      let checkpoint = Checkpoint(
        state: state, average: nil, optimizer: optimizer, step: 1, epoch: 0, sample: 8,
        progress: "{}", settings: [:], configuration: "train:",
        recipe: ExtractionRecipe(geometry: model.metadata.geometry),
        normalization: .imageNet)
      let saved = folder.path(of: "checkpoint.pt")
      try checkpoint.write(to: saved)
      let file = try NetworkFile.recognize(saved)
      #expect(file.container == ["model"] && file.prefix == "")
      #expect(
        try file.state(inputSize: 32).parameters == Checkpoint(contentsOf: saved).state.parameters)
      try Self.expectAgreement(file)
    }
  }

  /// A description that can't be used is found, and doesn't keep the weights from being used.
  @Test(arguments: [
    ("intact.pt", ModelDiagnosis.Condition.undecided), ("parameters-only.pt", .repairable),
  ])
  func unusableDescription(_ name: String, _ condition: ModelDiagnosis.Condition) throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "model.pt")
      let source = try NetworkFile.recognize(Self.folder + "/" + name)
      try TorchDocument(
        root: .tensors(source.weights.tensors),
        records: [ModelMetadata.recordName: Array("{}".utf8)]
      ).write(to: path)
      let file = try NetworkFile.recognize(path)
      let diagnosis = ModelDiagnosis(file)
      #expect(diagnosis.condition == condition)
      #expect(diagnosis.findings.contains { $0.identifier == .unusableDescription })
      #expect(!Self.advises("trainer repair", diagnosis), "repair refuses it")
      #expect(throws: ModelFileError.self) { try file.metadata() }
      #expect(throws: ModelFileError.self) { try ModelFile(file) }
      #expect(file.startingObstacle == nil)
    }
  }
}
