import Contract
import Evaluation
import ModelFiles
import NeuralNetwork
import TensorFiles
import Testing

@testable import Diagnosis

/// Heads and first layers that are not those of this product.
@Suite struct OtherHeadTests {
  private typealias File = ChangedFile

  private static let heads: [(name: String, entries: ChangedFile.Entries, text: String)] = [
    (
      "three layers",
      File.linear("fc.0", 64, 32) + File.linear("fc.3", 32, 16)
        + File.linear("fc.6", 16, 2),
      "Linear 64 -> 32 (fc.0), Linear 32 -> 16 (fc.3), Linear 16 -> 2 (fc.6)"
    ),
    ("no bias", File.linear("fc", 64, 2, bias: false), "fc has no bias"),
    (
      "LayerNorm",
      File.linear("fc.0", 64, 16) + File.norm("fc.1", 16, statistics: false)
        + File.linear("fc.3", 16, 2), "LayerNorm (fc.1)"
    ),
    (
      "PReLU",
      File.linear("fc.0", 64, 16) + [("fc.1.weight", File.tensor([1]))]
        + File.linear("fc.2", 16, 2), "PReLU or a scale (fc.1)"
    ),
    ("ImageNet", File.linear("fc", 64, 1000), "1000 outputs"),
    ("five classes", File.linear("fc.1", 64, 16) + File.linear("fc.4", 16, 5), "5 outputs"),
    (
      "convolution", [("classifier.weight", File.tensor([2, 64, 1, 1]))],
      "a convolution [2, 64, 1, 1]"
    ),
    ("other features", File.linear("fc", 128, 2), "doesn't take 64 features"),
  ]

  /// An unknown head is described, and hides neither that the backbone is sound nor that it is
  /// broken.
  @Test(arguments: heads.indices)
  func unknownHeads(index: Int) throws {
    let head = Self.heads[index]
    let file = try File.recognize { File.replaceHead(&$0, by: head.entries) }
    let diagnosis = ModelDiagnosis(file)
    #expect(diagnosis.condition == .otherHead && diagnosis.verdict == .cannotTell, "\(head.name)")
    #expect(diagnosis.summary.contains(head.text), "\(diagnosis.summary)")
    #expect(diagnosis.entriesFound == 120 && diagnosis.layers.count == 20)
    let finding = diagnosis.findings.first { $0.identifier == .otherHead }
    #expect(finding?.advice?.contains("network.initialWeights") == true)
    try AgreementTests.expectAgreement(file)

    let broken = try File.recognize { entries in
      File.removeStatistics(&entries)
      // LayerNorm and BatchNorm look alike if nothing has statistics.
      File.replaceHead(&entries, by: head.entries)
    }
    let other = ModelDiagnosis(broken)
    #expect(other.verdict == .broken, "\(head.name): \(other.summary)")
    #expect(other.findings.first?.identifier == .missingStatistics)
    try AgreementTests.expectAgreement(broken)
  }

  private static func twoLayers(
    _ names: [String], statistics: Bool = true, behindReLU: Bool = false
  ) -> ChangedFile.Entries {
    File.linear(names[0], 64, 16)
      + File.norm(names[1], 16, statistics: statistics, behindReLU: behindReLU)
      + File.linear(names[2], 16, 2)
  }

  private static let orders = [
    (["fc.0", "fc.1", "fc.3"], true), (["fc.1", "fc.2", "fc.5"], true),
    (["head.0", "head.1", "head.4"], true),
    (["fc.0", "fc.2", "fc.3"], false), (["fc.1", "fc.3", "fc.5"], false),
    (["fc.0", "fc.1", "fc.2"], false), (["fc1", "bn", "fc2"], false),
  ]

  /// If BatchNorm follows its layer at once, it comes before ReLU. Otherwise shapes and names don't
  /// say so, and nothing is guessed: not with statistics missing, and not with a choice of the
  /// user's.
  @Test(arguments: orders)
  func order(names: [String], isKnown: Bool) throws {
    for hasStatistics in [false, true] {
      let change = { (entries: inout File.Entries) in
        if !hasStatistics { File.removeStatistics(&entries) }
        let head = Self.twoLayers(names, statistics: hasStatistics, behindReLU: true)
        File.replaceHead(&entries, by: head)
      }
      let file = try File.recognize { change(&$0) }
      let diagnosis = ModelDiagnosis(file)
      let network = try file.network()
      #expect(network.isComputable == isKnown && diagnosis.entriesExpected == 129)
      try AgreementTests.expectAgreement(file)
      guard !isKnown else {
        #expect(diagnosis.condition == (hasStatistics ? .sound : .repairable))
        continue
      }
      #expect(diagnosis.verdict == (hasStatistics ? .cannotTell : .broken))
      for order in HeadOrder.allCases {
        #expect(diagnosis.summary.contains(order.text), "\(diagnosis.summary)")
      }
      #expect(
        diagnosis.findings.allSatisfy { $0.advice?.contains("`trainer repair MODEL") != true })
      #expect(throws: ModelFileError.self) { try file.state() }
      // The advice works: the user's word decides.
      let first = try File.recognize(choices: .init(headOrder: .batchNormFirst)) { change(&$0) }
      #expect(ModelDiagnosis(first).condition == (hasStatistics ? .sound : .repairable))
      #expect(try first.state().architecture.head == .mlp(hidden: 16, batchNorm: true, dropout: 0))
      let second = try File.recognize(choices: .init(headOrder: .reluFirst)) { change(&$0) }
      #expect(throws: ModelFileError.self) { try second.state() }
      #expect(ModelDiagnosis(second).summary.contains(HeadOrder.reluFirst.text))
    }
  }

  /// Statistics show what numbers don't: after ReLU no mean is negative.
  @Test(arguments: [["fc.1", "fc.3", "fc.5"], ["fc1", "bn", "fc2"]])
  func evidence(names: [String]) throws {
    let before = try File.recognize { File.replaceHead(&$0, by: Self.twoLayers(names)) }
    #expect(ModelDiagnosis(before).condition == .sound)
    let behind = try File.recognize {
      File.replaceHead(&$0, by: Self.twoLayers(names, behindReLU: true))
    }
    #expect(ModelDiagnosis(behind).summary.contains("none of its 16 running means is negative"))
    // Numbers that leave no room for ReLU count more.
    let none = try File.recognize {
      File.replaceHead(&$0, by: Self.twoLayers(["fc.0", "fc.2", "fc.3"]))
    }
    #expect(ModelDiagnosis(none).condition == .otherHead)
  }

  /// Trained in PyTorch with ReLU before BatchNorm: a training doesn't load an ambiguous head, but
  /// it loads the backbone.
  @Test func ambiguousStart() throws {
    let file = try File.recognize {
      File.replaceHead(&$0, by: Self.twoLayers(["fc.1", "fc.2", "fc.5"].map { "x" + $0 }))
    }
    #expect(try file.network().isComputable)
    let unclear = try File.recognize {
      File.replaceHead(&$0, by: Self.twoLayers(["fc.1", "fc.3", "fc.5"], behindReLU: true))
    }
    let architecture = ResNet18Architecture(
      width: 8, head: .mlp(hidden: 16, batchNorm: true, dropout: 0))
    for (file, loaded) in [(file, 129), (unclear, 120)] {
      var state = NetworkState(randomFor: architecture, seed: 1)
      let match = try file.load(into: &state)
      #expect(match.loaded.count == loaded && match.gaps.isEmpty)
    }
  }

  private static let stems: [(name: String, entries: ChangedFile.Entries, text: String)] = [
    (
      "CIFAR", [("conv1.weight", File.tensor([8, 3, 3, 3]))], "got [8, 3, 3, 3]; networks for small"
    ),
    ("grey", [("conv1.weight", File.tensor([8, 1, 7, 7]))], "takes pictures of 1 channels"),
    (
      "two pictures", [("conv1.weight", File.tensor([8, 6, 7, 7]))], "takes pictures of 6 channels"
    ),
    (
      "ResNet-D",
      [("conv1.0.weight", File.tensor([4, 3, 3, 3]))] + File.norm("conv1.1", 4)
        + [("conv1.3.weight", File.tensor([8, 4, 3, 3]))], "conv1.3.weight [8, 4, 3, 3]"
    ),
  ]

  /// Another first layer is named, and isn't broken.
  @Test(arguments: stems.indices)
  func unknownStems(index: Int) throws {
    let stem = Self.stems[index]
    let file = try File.recognize { entries in
      entries.removeAll { $0.name == "conv1.weight" }
      entries = stem.entries + entries
    }
    let diagnosis = ModelDiagnosis(file)
    #expect(diagnosis.condition == .otherStem && diagnosis.verdict == .cannotTell, "\(stem.name)")
    #expect(diagnosis.summary.contains(stem.text), "\(diagnosis.summary)")
    #expect(diagnosis.entriesFound == 121 && diagnosis.entriesExpected == 121)
    #expect(file.startingObstacle != nil)
    try AgreementTests.expectAgreement(file)
    let broken = try File.recognize { entries in
      File.removeStatistics(&entries)
      entries.removeAll { $0.name == "conv1.weight" }
      entries = stem.entries + entries
    }
    #expect(ModelDiagnosis(broken).verdict == .broken)
    try AgreementTests.expectAgreement(broken)
  }
}
