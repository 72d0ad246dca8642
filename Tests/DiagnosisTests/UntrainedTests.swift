import Contract
import Evaluation
import ModelFiles
import NeuralNetwork
import Randomness
import TensorFiles
import TestSupport
import Testing

@testable import Diagnosis

/// Networks that never learned anything.
@Suite struct UntrainedTests {
  private func diagnosis(_ state: NetworkState, without: [String] = []) throws -> ModelDiagnosis {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "model.pt")
      let tensors = state.tensors.filter { entry in !without.contains { entry.name.contains($0) } }
      try TorchDocument(root: .tensors(tensors)).write(to: path)
      return ModelDiagnosis(try NetworkFile.recognize(path))
    }
  }

  /// Weights as PyTorch begins, statistics as they gather over pictures without any learning.
  private func begun(
    _ head: ResNet18Architecture.Head = .linear, filled: Bool = false
  ) -> NetworkState {
    var state = NetworkState(randomFor: ResNet18Architecture(width: 16, head: head), seed: 5)
    if filled {
      for place in state.statistics.indices { state.statistics[place] += 0.01 * Float(place % 7) }
    }
    return state
  }

  /// As `nn.Conv2d` begins without torchvision's own initialisation.
  private func layerDefault(_ state: NetworkState) -> NetworkState {
    var state = state
    for (index, entry) in state.entries.enumerated()
    where entry.role == .weight && entry.shape.count == 4 {
      var stream = RandomStream(seed: 9, .weights, UInt64(index))
      let bound = 1 / Double(entry.shape.dropFirst().reduce(1, *)).squareRoot()
      for place in entry.range { state.parameters[place] = Float(stream.uniform(-bound, bound)) }
    }
    return state
  }

  /// Every parameter changed by a few percent, as the shortest training does.
  private func moved(_ state: NetworkState, where isMoved: (StateEntry) -> Bool) -> NetworkState {
    var state = state
    for (index, entry) in state.entries.enumerated()
    where entry.arena == .parameters && isMoved(entry) {
      var stream = RandomStream(seed: 7, .weights, UInt64(index))
      let size = entry.role == .weight ? 0.1 / Double(entry.shape[1]).squareRoot() : 0.05
      for place in entry.range { state.parameters[place] += Float(stream.uniform(-size, size)) }
    }
    return state
  }

  private static let heads: [ResNet18Architecture.Head] = [
    .linear, .mlp(hidden: 32, batchNorm: true, dropout: 0),
    .mlp(hidden: 32, batchNorm: false, dropout: 0),
  ]

  /// Noise is called noise: with statistics, without them, and with those from before any training.
  @Test(arguments: heads)
  func neverTrained(head: ResNet18Architecture.Head) throws {
    let files = [
      try diagnosis(begun(head)), try diagnosis(begun(head, filled: true)),
      try diagnosis(layerDefault(begun(head, filled: true))),
      try diagnosis(begun(head), without: ["running_", "num_batches"]),
    ]
    for diagnosis in files {
      #expect(diagnosis.condition == .needsTraining && diagnosis.verdict == .broken)
      #expect(diagnosis.findings.first?.identifier == .neverTrained, "\(diagnosis.summary)")
      for finding in diagnosis.findings {
        #expect(!finding.meaning.contains("not lost") && !finding.meaning.contains("are not\nlost"))
        #expect(finding.advice?.contains("trainer repair") != true)
        #expect(finding.advice?.contains("initialWeights") != true)
      }
    }
  }

  /// A trained backbone with an untrained head is recognised as such, and is a start.
  @Test(arguments: heads)
  func untrainedHead(head: ResNet18Architecture.Head) throws {
    let state = moved(begun(head, filled: true)) { !$0.isHead }
    let found = try diagnosis(state)
    #expect(found.condition == .needsTraining, "\(found.summary)")
    #expect(found.findings.first?.identifier == .headNeverTrained)
    #expect(found.findings.first?.advice?.contains("network.initialWeights") == true)
    let bare = try diagnosis(state, without: ["running_", "num_batches"])
    #expect(bare.condition == .needsTraining)
    #expect(bare.findings.allSatisfy { $0.advice?.contains("trainer repair") != true })
  }

  /// The shortest training leaves no doubt that there was one.
  @Test(arguments: heads)
  func trained(head: ResNet18Architecture.Head) throws {
    #expect(try diagnosis(moved(begun(head, filled: true)) { _ in true }).condition == .sound)
    // Only the head: a backbone with initial BatchNorm is random nevertheless.
    let headOnly = try diagnosis(moved(begun(head, filled: true)) { $0.isHead })
    #expect(headOnly.findings.first?.identifier == .neverTrained)
  }

  /// Models that were trained: by this product, and by PyTorch for the fixtures.
  @Test(arguments: [
    "versions/1/model.pt", "diagnosis/intact.pt", "diagnosis/parameters-only.pt",
    "diagnosis/two-layer-head.pkl", "diagnosis/half.pt", "foreign/reference.pt",
  ])
  func fixtures(name: String) throws {
    let diagnosis = ModelDiagnosis(try NetworkFile.recognize(ChangedFile.fixture(name)))
    let identifiers = diagnosis.findings.map(\.identifier)
    #expect(!identifiers.contains(.neverTrained) && !identifiers.contains(.headNeverTrained))
  }

  /// Each initialiser is recognised, but none in a scaled, shifted or cut sample.
  @Test func initializers() {
    var stream = RandomStream(seed: 3, .weights, 1)
    let normal = (0..<4000).map { _ in stream.normal() }
    let uniform = (0..<4000).map { _ in Float(stream.uniform(-1, 1)) }
    // Outputs 40, inputs 100: fan in 100, fan out 40.
    let shape = [40, 100]
    func found(_ values: [Float], _ scale: Double) -> Initializer? {
      Initializer(values.map { $0 * Float(scale) }, shape: shape)
    }
    #expect(found(normal, (2.0 / 40).squareRoot()) == .kaimingNormalFanOut)
    #expect(found(normal, (2.0 / 100).squareRoot()) == .kaimingNormalFanIn)
    #expect(found(uniform, 0.1) == .layerDefault)
    #expect(found(uniform, (6.0 / 140).squareRoot()) == .xavierUniform)
    #expect(found(normal, 0.01) == .smallNormal && found(normal, 0.02) == .transformerNormal)
    for scale in [0.05, 0.09, 0.105, 0.12, 0.17, 0.27, 0.5] {
      #expect(found(normal, scale) == nil && found(uniform, scale) == nil, "\(scale)")
    }
    #expect(found(uniform.map { $0 + 0.1 }, 0.09) == nil)
    #expect(found(Array(normal.prefix(10)), 0.1) == nil)
  }
}
