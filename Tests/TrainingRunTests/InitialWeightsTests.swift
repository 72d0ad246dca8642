import Foundation
import NeuralNetwork
import Testing

@testable import TrainingRun

/// Weights in the formats of torchvision, timm and self-supervised programs: the files of
/// `Tests/Fixtures/pretrained/make_files.py`.
@Suite struct InitialWeightsTests {
  /// `expected.json`.
  struct Expected: Decodable {
    struct File: Decodable {
      let prefix: String
      let container: String
      let key: String?
      let counters: Bool
      /// Tensors of another head.
      let head: [String]
      let unexpected: [String]
    }

    let files: [String: File]
    /// Count, sum, and sum of each number times its position (from 1), for each entry.
    let backbone: [String: [Double]]
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/pretrained")

  static let expected: Expected? = try? JSONDecoder().decode(
    Expected.self, from: Data(contentsOf: folder.appending(path: "expected.json")))

  static let names = (expected?.files.keys.sorted() ?? []).filter { !$0.hasPrefix("lacks-") }

  private static let architecture = ResNet18Architecture(
    width: 1, inputSize: 32, head: .mlp(hidden: 8, batchNorm: true, dropout: 0))

  private func load(
    _ name: String, key: String? = nil, allowsGaps: Bool = false
  ) throws -> (state: NetworkState, report: [String]) {
    var state = NetworkState(randomFor: Self.architecture, seed: 3)
    let report = try InitialWeights.load(
      Self.folder.appending(path: name).path, key: key, allowsGaps: allowsGaps, into: &state)
    return (state, report)
  }

  private func numbers(_ state: NetworkState, _ entry: StateEntry) -> [Double] {
    switch entry.role {
    case .batchesTracked: entry.range.map { Double(state.counters[$0]) }
    case .runningMean, .runningVariance: entry.range.map { Double(state.statistics[$0]) }
    default: entry.range.map { Double(state.parameters[$0]) }
    }
  }

  private func isAsWritten(_ state: NetworkState, _ entry: StateEntry) throws -> Bool {
    let expected = try #require(Self.expected?.backbone[entry.name])
    let numbers = numbers(state, entry)
    let weighted = numbers.enumerated().reduce(0) { $0 + Double($1.offset + 1) * $1.element }
    return zip([Double(numbers.count), numbers.reduce(0, +), weighted], expected).allSatisfy {
      abs($0 - $1) <= 1e-9 * max(1, abs($1))
    }
  }

  /// Every entry of the backbone is taken from the right network of the file, the head has random
  /// values, and the report says where the weights were and what was left out.
  @Test(arguments: names) func aPublishedFile(name: String) throws {
    let file = try #require(Self.expected?.files[name])
    let (state, report) = try load(name, key: file.key)
    let random = NetworkState(randomFor: Self.architecture, seed: 3)
    var count = 0
    for entry in state.entries {
      if entry.isHead {
        #expect(numbers(state, entry) == numbers(random, entry), "\(entry.name)")
      } else if entry.role == .batchesTracked, !file.counters {
        #expect(numbers(state, entry) == [0], "\(entry.name)")
      } else {
        #expect(try isAsWritten(state, entry), "\(entry.name)")
        count += 1
      }
    }
    let text = report.joined(separator: "\n")
    #expect(report.contains("\(count) entries loaded"), "\(text)")
    #expect(report.contains("found in \(file.container)") == !file.container.isEmpty, "\(text)")
    #expect(report.contains("prefix '\(file.prefix)' left out") == !file.prefix.isEmpty, "\(text)")
    #expect(!text.contains("not finite") && !text.contains("learned while training"), "\(text)")
    #expect(text.contains("num_batches_tracked") == !file.counters, "\(text)")
    for tensor in file.head.prefix(1) { #expect(text.contains(tensor), "\(text)") }
    if !file.unexpected.isEmpty { #expect(text.contains(" unexpected: "), "\(text)") }
  }

  /// A second network in the same dictionary is reported, and none of its tensors is taken for a
  /// head.
  @Test(arguments: [
    ("moco.pth.tar", "module.encoder_k.", 2), ("moco-v2.pth", "encoder_k.", 4),
    ("moco-v3.pth", "module.momentum_encoder.", 8), ("byol.pth", "target_encoder.net.", 10),
    ("lightning.ckpt", "momentum_backbone.", 10),
  ])
  func theOtherNetworkIsLeftOut(name: String, prefix: String, headTensors: Int) throws {
    let report = try load(name).report
    #expect(report.contains("another network, under '\(prefix)', left out"), "\(report)")
    let head = "\(headTensors) tensors of the file's head left out: "
    #expect(report.contains { $0.hasPrefix(head) }, "\(report)")
  }

  /// Nothing begins at random silently: missing entries, also BatchNorm statistics, are an error
  /// that names all of them, unless gaps are allowed.
  @Test(arguments: [
    (
      "lacks-statistics.pth", ["layer2.0.bn1.running_mean", "layer3.1.bn2.running_var"],
      "the missing BatchNorm statistics are learned while training"
    ),
    (
      "lacks-weights.pth", ["layer4.0.downsample.0.weight", "bn1.running_var"],
      "1 missing or not finite, begin at random: layer4.0.downsample.0.weight"
    ),
  ])
  func whatIsMissingIsAnError(name: String, missing: [String], line: String) throws {
    let error = #expect(throws: TrainingRunError.self) { try load(name) }
    let text = try #require(error).description
    for entry in missing { #expect(text.contains(entry), "\(text)") }
    #expect(text.contains("2 entries of the network"), "\(text)")
    #expect(text.contains("--set network.initialWeightsGaps=true"), "\(text)")
    let (state, report) = try load(name, allowsGaps: true)
    #expect(report.contains(line), "\(report)")
    for entry in state.entries where !entry.isHead {
      #expect(try isAsWritten(state, entry) == !missing.contains(entry.name), "\(entry.name)")
    }
    #expect(state.parameters.allSatisfy(\.isFinite) && state.statistics.allSatisfy(\.isFinite))
  }
}
