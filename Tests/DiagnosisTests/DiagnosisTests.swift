import Contract
import Evaluation
import Foundation
import ModelFiles
import NeuralNetwork
import TestSupport
import Testing
import TensorFiles

@testable import Diagnosis

/// Files made by PyTorch and NumPy, see Tests/Fixtures/diagnosis/make_models.py.
private func fixture(_ name: String) -> String {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/diagnosis/\(name)").path
}

private func diagnose(_ name: String) -> ModelDiagnosis {
  do throws(ModelFileError) {
    return ModelDiagnosis(try NetworkFile.recognize(fixture(name)))
  } catch {
    return ModelDiagnosis(unreadable: error)
  }
}

/// What a diagnosis should say about a file.
struct ExpectedDiagnosis: Sendable, CustomTestStringConvertible {
  var file: String
  var condition: ModelDiagnosis.Condition
  /// The worst finding; nil if nothing is broken.
  var finding: Finding.Identifier?
  var entries: [Int]

  var testDescription: String { file }

  static func sound(_ file: String) -> ExpectedDiagnosis {
    ExpectedDiagnosis(file: file, condition: .sound, finding: nil, entries: [122, 122])
  }

  static func unreadable(
    _ file: String, _ finding: Finding.Identifier = .unreadable
  ) -> ExpectedDiagnosis {
    ExpectedDiagnosis(file: file, condition: .unreadable, finding: finding, entries: [0, 0])
  }

  static func foreign(_ file: String) -> ExpectedDiagnosis {
    ExpectedDiagnosis(
      file: file, condition: .foreignFile, finding: .foreignFile, entries: [0, 0])
  }

  static let all: [ExpectedDiagnosis] = [
    .sound("intact.pt"), .sound("intact.safetensors"), .sound("legacy.pth"), .sound("half.pt"),
    .sound("data-parallel.pt"), .sound("narrow.pt"), .sound("numpy-2.pkl"),
    .sound("numpy-4.pkl"), .sound("numpy-5.pkl"), .sound("tensors-2.pkl"),
    .sound("tensors-4.pkl"), .sound("tensors-5.pkl"), .sound("module.pt"),
    ExpectedDiagnosis(
      file: "parameters-only.pt", condition: .repairable, finding: .missingStatistics,
      entries: [62, 122]),
    ExpectedDiagnosis(
      file: "two-layer-head.pkl", condition: .repairable, finding: .missingStatistics,
      entries: [64, 124]),
    ExpectedDiagnosis(
      file: "statistics-reset.pt", condition: .repairable, finding: .defaultStatistics,
      entries: [122, 122]),
    ExpectedDiagnosis(
      file: "nan-layer.pt", condition: .needsTraining, finding: .parametersNotFinite,
      entries: [122, 122]),
    ExpectedDiagnosis(
      file: "other-network.pt", condition: .otherNetwork, finding: .otherNetwork, entries: [0, 0]),
    .unreadable("hostile.pkl", .forbiddenCode), .unreadable("hostile.pt", .forbiddenCode),
    .foreign("bomb.pkl"), .foreign("deep.pkl"),
    .unreadable("truncated.pt"), .unreadable("truncated.pkl"), .unreadable("no-such-file.pt"),
  ]
}

/// Diagnosis of files.
@Suite struct DiagnosisTests {
  /// Each file gets its verdict.
  @Test(arguments: ExpectedDiagnosis.all)
  func verdict(_ expected: ExpectedDiagnosis) throws {
    let diagnosis = diagnose(expected.file)
    #expect(diagnosis.condition == expected.condition, "\(diagnosis.summary)")
    let verdict: ModelVerdict =
      switch expected.condition {
      case .sound: .sound
      case .otherNetwork, .undecided, .foreignFile: .cannotTell
      default: .broken
      }
    #expect(diagnosis.verdict == verdict)
    #expect([diagnosis.entriesFound, diagnosis.entriesExpected] == expected.entries)
    let worst = diagnosis.findings.first { [.failed, .undecided].contains($0.outcome) }
    #expect(worst?.identifier == expected.finding, "\(diagnosis.findings)")
    #expect(diagnosis.findings.allSatisfy { $0.outcome != .failed || $0.advice != nil })
  }

  /// Every file of the folder has been diagnosed.
  @Test func completeness() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: fixture(""))
      .filter { !$0.hasSuffix(".py") && !$0.hasPrefix("_") }
    #expect(Set(names).isSubset(of: ExpectedDiagnosis.all.map(\.file)))
  }

  /// The head and its own names are recognised.
  @Test func twoLayerHead() throws {
    let network = try NetworkFile.recognize(fixture("two-layer-head.pkl")).network()
    #expect(network.architecture.width == 8 && network.head == .recognized)
    #expect(network.architecture.head == .mlp(hidden: 16, batchNorm: false, dropout: 0))
    let missing = network.missing.map(\.fileName)
    #expect(missing.count == 60)
    #expect(
      missing.allSatisfy {
        $0.hasSuffix("running_mean") || $0.hasSuffix("running_var")
          || $0.hasSuffix("num_batches_tracked")
      })
  }

  /// Backbones under other names are recognised, and keep them.
  @Test(arguments: [
    ("resnet.", false), ("features.", true), ("", true), ("module.net.cnn.", false),
  ])
  func names(_ prefix: String, _ isNumbered: Bool) throws {
    let numbers = [
      "conv1": "0", "bn1": "1", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7",
    ]
    let entries = try ModelWeights.read(contentsOf: fixture("intact.pt")).tensors.map { entry in
      let parts = entry.name.split(separator: ".", maxSplits: 1).map(String.init)
      if parts[0] == "fc" { return TensorEntry("classifier.3." + parts[1], entry.tensor) }
      let part = isNumbered ? numbers[parts[0]] ?? parts[0] : parts[0]
      return TensorEntry(prefix + part + "." + parts[1], entry.tensor)
    }
    let file = try withTemporaryDirectory { folder in
      let path = folder.path(of: "renamed.pt")
      try TorchDocument(root: .tensors(entries), records: [:]).write(to: path)
      return try NetworkFile.recognize(path)
    }
    let diagnosis = ModelDiagnosis(file)
    #expect(diagnosis.condition == .sound, "\(diagnosis.summary)")
    let network = try file.network()
    #expect(diagnosis.prefix == prefix && network.prefix == prefix)
    let names = network.entryNames
    #expect(
      Set(network.entries.map { names[$0.canonical.name] ?? $0.canonical.name })
        == Set(entries.map(\.name)))
  }

  /// Prefix and half precision are reported.
  @Test func facts() {
    #expect(diagnose("data-parallel.pt").prefix == "module.")
    #expect(diagnose("data-parallel.pt").container == "state_dict")
    #expect(diagnose("half.pt").findings.contains { $0.identifier == .halfPrecision })
  }
}

/// Diagnosis of changed networks.
@Suite struct ChangedNetworkTests {
  /// The entries of a sound file, changed by name.
  private func diagnosis(
    _ change: (inout [(name: String, tensor: TorchTensor)]) throws -> Void
  ) throws -> ModelDiagnosis {
    let weights = try ModelWeights.read(contentsOf: fixture("intact.pt"))
    var entries = weights.tensors.map { (name: $0.name, tensor: $0.tensor) }
    try change(&entries)
    return try withTemporaryDirectory { folder in
      let path = folder.path(of: "changed.pt")
      try TorchDocument(
        root: .tensors(entries.map { TensorEntry($0.name, $0.tensor) }), records: [:]
      ).write(to: path)
      return ModelDiagnosis(try NetworkFile.recognize(path))
    }
  }

  private func constant(_ value: Float, like tensor: TorchTensor) -> TorchTensor {
    TorchTensor(shape: tensor.shape, Array(repeating: value, count: tensor.count))
  }

  private func set(
    _ entries: inout [(name: String, tensor: TorchTensor)], _ name: String, _ value: Float
  ) throws {
    let place = try #require(entries.firstIndex { $0.name == name })
    entries[place].tensor = constant(value, like: entries[place].tensor)
  }

  /// A missing weight needs training.
  @Test func missingWeight() throws {
    let diagnosis = try diagnosis { $0.removeAll { $0.name == "layer3.1.conv2.weight" } }
    #expect(diagnosis.condition == .needsTraining)
    #expect(diagnosis.findings.first?.identifier == .missingParameters)
    #expect(diagnosis.findings.first?.subjects == ["layer3.1.conv2.weight"])
  }

  /// A missing head needs training.
  @Test func missingHead() throws {
    let diagnosis = try diagnosis { $0.removeAll { $0.name.hasPrefix("fc.") } }
    #expect(diagnosis.condition == .needsTraining)
    #expect(diagnosis.network?.head == "none in the file")
  }

  /// Missing counters are a note.
  @Test func missingCounters() throws {
    let diagnosis = try diagnosis { $0.removeAll { $0.name.hasSuffix("num_batches_tracked") } }
    #expect(diagnosis.condition == .sound)
    #expect(diagnosis.findings.contains { $0.identifier == .missingCounters })
  }

  /// Statistics of one layer are enough to break a model.
  @Test func oneLayer() throws {
    let removed = try diagnosis { entries in
      entries.removeAll { $0.name == "layer2.0.bn1.running_var" }
    }
    #expect(removed.condition == .repairable)
    #expect(removed.layers.filter { $0.statistics == .missing }.map(\.name) == ["layer2.0.conv1"])
    let ruined = try diagnosis { try set(&$0, "layer2.0.bn1.running_var", .nan) }
    #expect(ruined.findings.first?.identifier == .statisticsNotFinite)
    let negative = try diagnosis { try set(&$0, "layer2.0.bn1.running_var", -1) }
    #expect(negative.findings.first?.identifier == .statisticsNotFinite)
    let empty = try diagnosis { try set(&$0, "layer4.0.downsample.1.running_var", 0) }
    #expect(empty.findings.first?.identifier == .degenerateStatistics)
    #expect(empty.findings.first?.subjects == ["layer4.0.downsample.0"])
  }

  /// Silent, dead, exploding and huge layers.
  @Test func channels() throws {
    let silent = try diagnosis { try set(&$0, "fc.weight", 0) }
    #expect(silent.condition == .needsTraining)
    #expect(silent.findings.first?.identifier == .silentLayer)
    let dead = try diagnosis { try set(&$0, "layer1.0.bn2.weight", 0) }
    #expect(dead.verdict == .sound)
    #expect(dead.findings.first?.identifier == .deadChannels)
    let exploding = try diagnosis { try set(&$0, "layer1.0.bn2.weight", 1e7) }
    #expect(exploding.findings.contains { $0.identifier == .explodingChannels })
    let huge = try diagnosis { try set(&$0, "layer1.0.conv2.weight", 1e3) }
    #expect(huge.findings.contains { $0.identifier == .weightNorms })
  }

  /// Foreign entries are listed, foreign shapes break.
  @Test func foreign() throws {
    let extra = try diagnosis {
      $0.append((name: "auxiliary.bias", tensor: TorchTensor(shape: [1], [Float(0)])))
    }
    #expect(extra.verdict == .sound)
    #expect(extra.findings.first?.subjects == ["auxiliary.bias"])
    let wrong = try diagnosis { entries in
      let place = try #require(entries.firstIndex { $0.name == "layer2.1.bn1.bias" })
      entries[place].tensor = TorchTensor(shape: [3], [Float](repeating: 0, count: 3))
    }
    #expect(wrong.condition == .needsTraining)
    #expect(wrong.findings.first?.identifier == .wrongShape)
    let deeper = try diagnosis {
      $0.append((name: "layer1.2.conv1.weight", tensor: TorchTensor(shape: [1], [Float(0)])))
    }
    #expect(deeper.condition == .otherNetwork)
  }

  /// Findings of predictions change the verdict.
  @Test func predictions() throws {
    let sound = try diagnosis { _ in }
    #expect(sound.condition == .sound)
    for (identifier, outcome, condition, verdict) in [
      (.predictions, .failed, .misbehaving, .broken),
      (.predictions, .undecided, .undecided, .cannotTell),
      (.swappedClasses, .failed, .swappedClasses, .broken),
      (.predictions, .warning, .sound, .sound),
    ] as [(Finding.Identifier, Finding.Outcome, ModelDiagnosis.Condition, ModelVerdict)] {
      var judged = sound
      judged.add(
        [Finding(identifier, outcome, measured: "100% called real", meaning: "Always the same.")],
        ranksFakesHigher: false, leansRight: false)
      #expect(judged.condition == condition && judged.verdict == verdict)
    }
    // Predictions of a broken file are only warnings.
    var broken = try diagnosis { try set(&$0, "layer2.0.bn1.running_var", .nan) }
    broken.add(
      [Finding(.predictions, .failed, measured: "NaN", meaning: "No numbers.")],
      ranksFakesHigher: false, leansRight: false)
    #expect(broken.condition == .repairable)
    let outcomes = broken.findings.filter { $0.identifier == .predictions }.map(\.outcome)
    #expect(outcomes == [.warning])
  }

  /// The state has what the file has, and PyTorch's defaults for the rest.
  @Test func state() throws {
    let file = try NetworkFile.recognize(fixture("two-layer-head.pkl"))
    let (weights, network) = (file.weights, try file.network())
    let state = try file.state()
    let tensors = Dictionary(uniqueKeysWithValues: state.tensors.map { ($0.name, $0.tensor) })
    #expect(tensors["conv1.weight"] == weights["conv1.weight"])
    #expect(tensors["bn1.running_var"]?.floats.map { Array($0) } == Array(repeating: 1, count: 8))
    #expect(tensors["bn1.running_mean"]?.floats.map { Array($0) } == Array(repeating: 0, count: 8))
    for (canonical, name) in network.entryNames where weights[name] != nil {
      #expect(tensors[canonical] == weights[name])
    }
  }
}
