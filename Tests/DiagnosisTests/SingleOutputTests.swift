import Contract
import Evaluation
import ModelFiles
import NeuralNetwork
import TensorFiles
import Testing

@testable import Diagnosis

/// Networks with one output, a sigmoid's.
@Suite struct SingleOutputTests {
  private typealias File = ChangedFile

  private static let heads: [ChangedFile.Entries] = [
    File.linear("fc", 64, 1), File.linear("head.1", 64, 16) + File.linear("head.4", 16, 1),
    File.linear("fc.1", 64, 16) + File.norm("fc.2", 16) + File.linear("fc.5", 16, 1),
  ]

  private static func classes(_ names: String...) -> [TorchEntry] {
    [
      TorchEntry(
        "class_to_idx",
        .dictionary(
          names.enumerated().map { TorchEntry(key: .string($1), value: .integer(Int64($0))) }))
    ]
  }

  /// The rows of the last layer, and the output's own.
  private func rows(_ file: NetworkFile) throws -> (real: [Float], fake: [Float], own: [Float]) {
    let state = try file.state(inputSize: 32)
    let entry = try #require(state.entries.last { $0.role == .weight })
    let values = Array(state.parameters[entry.range])
    let last = try #require(try file.network().entries.last { $0.canonical.role == .weight })
    return (
      Array(values[..<(values.count / 2)]), Array(values[(values.count / 2)...]),
      Array(try #require(file.weights[last.fileName]?.floats))
    )
  }

  /// One output z is (0, z), or (z, 0) if the file says that it stands for real.
  @Test(arguments: heads.indices)
  func twoAnswers(index: Int) throws {
    for (beside, label, text) in [
      ([], VideoLabel.fake, "the file doesn't say"),
      (Self.classes("real", "fake"), .fake, "class_to_idx: real, fake"),
      (Self.classes("fake", "real"), .real, "class_to_idx: fake, real"),
    ] {
      let file = try File.recognize(beside: beside) {
        File.replaceHead(&$0, by: Self.heads[index])
      }
      let network = try file.network()
      #expect(network.singleOutput?.label == label && network.outputs == 1)
      let (real, fake, own) = try rows(file)
      #expect((label == .fake ? fake : real) == own && own.contains { $0 != 0 })
      #expect((label == .fake ? real : fake).allSatisfy { $0 == 0 })
      let diagnosis = ModelDiagnosis(file)
      #expect(diagnosis.condition == .sound, "\(diagnosis.summary)")
      #expect(diagnosis.network?.classes == 1)
      let note = diagnosis.findings.first { $0.identifier == .singleOutput }
      #expect(note?.measured.contains(text) == true && note?.outcome == .note)
      try AgreementTests.expectAgreement(file)
      // A training goes on with two outputs that give the same answers.
      var state = NetworkState(randomFor: network.architecture, seed: 4)
      let match = try file.load(into: &state)
      #expect(match.replaced.isEmpty && match.loaded.count == network.entries.count)
      #expect(state.parameters == (try file.state()).parameters)
    }
  }

  /// Statements that contradict each other leave it open.
  @Test func contradiction() throws {
    let beside =
      Self.classes("fake", "real") + [
        TorchEntry("id2label", .list([.string("real"), .string("fake")]))
      ]
    let file = try File.recognize(beside: beside) { File.replaceHead(&$0, by: Self.heads[0]) }
    #expect(try file.network().singleOutput?.label == .fake)
    #expect(ModelDiagnosis(file).findings.first?.identifier == .swappedClasses)
    #expect(ModelDiagnosis(file).verdict == .cannotTell)
  }

  /// Without statistics it is repairable, as with two outputs.
  @Test(arguments: heads.indices)
  func withoutStatistics(index: Int) throws {
    let file = try File.recognize { entries in
      File.replaceHead(&entries, by: Self.heads[index])
      File.removeStatistics(&entries)
    }
    let diagnosis = ModelDiagnosis(file)
    #expect(diagnosis.condition == .repairable, "\(diagnosis.summary)")
    #expect(diagnosis.findings.first?.advice?.contains("trainer repair") == true)
    try AgreementTests.expectAgreement(file)
  }

  /// The softmax of (0, z) is the sigmoid of z; exchanged outputs are those of (z, 0).
  @Test func exchanged() throws {
    let file = try File.recognize { File.replaceHead(&$0, by: Self.heads[0]) }
    let state = try file.state(inputSize: 32)
    let swapped = try File.recognize(beside: Self.classes("fake", "real")) {
      File.replaceHead(&$0, by: Self.heads[0])
    }
    #expect(state.exchangingClasses().parameters == (try swapped.state(inputSize: 32)).parameters)
  }
}
