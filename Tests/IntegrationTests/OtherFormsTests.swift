import Foundation
import ModelFiles
import NeuralNetwork
import ShardStoreFixtures
import TensorFiles
import TestSupport
import Testing

extension TrainerTests {
  /// Networks in other forms than this product writes them: what is advised works in every command.
  @Suite struct OtherForms {
    private var run: TrainingRun { UndisturbedRun.twoWorkers }

    private typealias Entries = [TensorEntry]

    /// The parameters of the run's model; without statistics, as a broken export leaves it.
    private func parameters() throws -> Entries {
      let state = try ModelFile(contentsOf: run.model).state
      let names = Set(state.entries.filter { $0.arena == .parameters }.map(\.name))
      return state.tensors.filter { names.contains($0.name) }
    }

    private func renamed(_ entries: Entries, _ modules: [String: String]) -> Entries {
      entries.map { entry in
        let parts = entry.name.split(separator: ".")
        let module = parts.dropLast().joined(separator: ".")
        return TensorEntry((modules[module] ?? module) + "." + (parts.last ?? ""), entry.tensor)
      }
    }

    /// The same network with one output: z = fake - real.
    private func withOneOutput(_ entries: Entries) -> Entries {
      entries.map { entry in
        guard entry.name.hasPrefix("fc.5."), let floats = entry.tensor.floats else { return entry }
        let values = Array(floats)
        let half = values.count / 2
        return TensorEntry(
          entry.name,
          TorchTensor(
            shape: [1] + entry.tensor.shape.dropFirst(),
            (0..<half).map { values[half + $0] - values[$0] }))
      }
    }

    private func repair(
      _ path: String, to fixed: String, _ arguments: [String] = []
    ) throws -> BuiltExecutable.Outcome {
      try TrainingRun.command(
        [
          "repair", path, "--store", run.store, "--output", fixed, "--input-size", "32",
          "--frames", "3",
        ] + arguments)
    }

    private func auc(_ model: String, _ json: String) throws -> Double {
      let outcome = try TrainingRun.command([
        "evaluate", "--model", model, "--store", run.store, "--split", "all", "--bootstrap", "0",
        "--json", json,
      ])
      #expect([0, 1, 4].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
      let content = try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: json)))
      let report = try #require((content as? [String: Any])?["report"] as? [String: Any])
      return try #require((report["frames"] as? [String: Any])?["auc"] as? Double)
    }

    /// One output, under a key of two, is diagnosed, repaired, evaluated and trained from; the answers
    /// are those of the same network with two outputs.
    @Test func oneOutput() throws {
      try withTemporaryDirectory { folder in
        let (two, one) = (folder.path(of: "two.pth"), folder.path(of: "one.pth"))
        let entries = try parameters()
        try TorchDocument(root: .tensors(entries)).write(to: two)
        let other = [TensorEntry("w", TorchTensor(shape: [1], [Float(1)]))]
        try TorchDocument(
          root: .dictionary([
            TorchEntry("tutor", .tensors(other)),
            TorchEntry("pupil", .tensors(withOneOutput(entries))),
          ])
        ).write(to: one)

        let unclear = try TrainingRun.command(["diagnose", one])
        #expect(unclear.status == 4 && unclear.output.contains("'pupil'"), "\(unclear.output)")
        let diagnosis = try TrainingRun.command(["diagnose", one, "--key", "pupil"])
        #expect(diagnosis.status == 1 && diagnosis.output.hasPrefix("BROKEN, REPAIRABLE\n"))
        #expect(diagnosis.output.contains("one output"))

        let (fixed, fixedTwo) = (folder.path(of: "fixed.pt"), folder.path(of: "fixed-two.pt"))
        let repaired = try repair(one, to: fixed, ["--key", "pupil", "--force"])
        #expect([0, 1, 4].contains(repaired.status), "\(repaired.output) \(repaired.errors)")
        #expect(repaired.output.contains("had one output"))
        #expect(repaired.output.components(separatedBy: "Verdict:").count == 2)
        let reference = try repair(two, to: fixedTwo, ["--force"])
        #expect([0, 1, 4].contains(reference.status))
        let (state, other2) = (
          try ModelFile(contentsOf: fixed).state, try ModelFile(contentsOf: fixedTwo).state
        )
        #expect(state.statistics == other2.statistics)
        let weight = try #require(state.entries.last { $0.role == .weight })
        #expect(state.parameters[weight.range].prefix(16).allSatisfy { $0 == 0 })
        #expect(
          abs(
            try auc(fixed, folder.path(of: "1.json")) - auc(fixedTwo, folder.path(of: "2.json")))
            < 1e-3)

        let training = TrainingRun(
          folder: folder.path(of: "run"),
          settings: [
            "network.initialWeights=\(one)", "network.initialWeightsKey=pupil", "epochs=1",
            // The file has parameters alone.
            "network.initialWeightsGaps=true",
          ])
        let outcome = try training.train()
        #expect([0, 3, 4].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
        #expect(outcome.output.contains("one output, z, taken as the answer fake"))

        // A checkpoint is no model, and what is said of it works.
        let checkpoint = training.folder + "/checkpoints/best.pt"
        let evaluation = try TrainingRun.command([
          "evaluate", "--model", checkpoint, "--store", run.store,
        ])
        #expect(evaluation.status == 1)
        #expect(
          evaluation.errors.contains("trainer export --checkpoint \(checkpoint) --output model.pt"))
        let export = try TrainingRun.command([
          "export", "--checkpoint", checkpoint, "--output", folder.path(of: "model.pt"), "--force",
        ])
        #expect([0, 1, 4].contains(export.status), "\(export.output) \(export.errors)")
        #expect(
          try ModelFile(contentsOf: folder.path(of: "model.pt")).state.architecture.width == 8)
      }
    }

    /// Where BatchNorm may stand before or behind ReLU, nothing is repaired until somebody says so.
    @Test func orderOfTheHead() throws {
      try withTemporaryDirectory { folder in
        let (clear, unclear) = (folder.path(of: "clear.pth"), folder.path(of: "unclear.pth"))
        let entries = try parameters()
        try TorchDocument(root: .tensors(entries)).write(to: clear)
        let names = ["fc.1": "fc.0", "fc.2": "fc.2", "fc.5": "fc.4"]
        try TorchDocument(root: .tensors(renamed(entries, names))).write(to: unclear)
        let fixed = folder.path(of: "fixed.pt")
        for arguments in [[], ["--force"], ["--head-order", "relu-batchnorm"]] {
          let refused = try repair(unclear, to: fixed, arguments)
          #expect(refused.status == 1 && !FileManager.default.fileExists(atPath: fixed))
          #expect(refused.errors.contains("ReLU, BatchNorm"), "\(refused.errors)")
        }
        let refused = try repair(unclear, to: fixed)
        for order in ["Linear, BatchNorm, ReLU, Linear", "Linear, ReLU, BatchNorm, Linear"] {
          #expect(refused.errors.contains(order))
        }
        #expect(refused.errors.contains("--head-order batchnorm-relu"))
        let told = try repair(unclear, to: fixed, ["--head-order", "batchnorm-relu", "--force"])
        #expect([0, 1, 4].contains(told.status), "\(told.output) \(told.errors)")
        let reference = folder.path(of: "reference.pt")
        #expect([0, 1, 4].contains(try repair(clear, to: reference, ["--force"]).status))
        #expect(
          try ModelFile(contentsOf: fixed).state == ModelFile(contentsOf: reference).state)
      }
    }

    /// A model that is refused leaves the story of the one that stands there as it was.
    @Test func refusedModel() throws {
      try withTemporaryDirectory { folder in
        let path = folder.path(of: "constant.pth")
        // Whatever the picture, the answer is real.
        let entries = try parameters().map { entry in
          entry.name == "fc.5.bias"
            ? TensorEntry(entry.name, TorchTensor(shape: [2], [Float(1e4), -1e4])) : entry
        }
        try TorchDocument(root: .tensors(entries)).write(to: path)
        let (fixed, story) = (
          folder.path(of: "fixed.pt"), folder.path(of: "fixed_training_info.json")
        )
        let first = try repair(path, to: fixed)
        #expect(first.status == 1 && first.output.contains("Details"), "\(first.output)")
        #expect(FileManager.default.fileExists(atPath: story))
        try Data("an older story".utf8).write(to: URL(fileURLWithPath: story))
        let second = try repair(path, to: fixed)
        #expect(second.status == 1 && !second.output.contains("Details"))
        #expect(try String(contentsOfFile: story, encoding: .utf8) == "an older story")
        #expect(!FileManager.default.fileExists(atPath: fixed))
      }
    }
  }
}
