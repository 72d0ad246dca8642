import Contract
import Evaluation
import Foundation
import ModelFiles
import NeuralNetwork
import ShardStoreFixtures
import TestSupport
import Testing
import TensorFiles

extension TrainerTests {
  /// A model that lost its statistics, from the diagnosis to a model that is as good as before.
  @Suite struct Repair {
    private var run: TrainingRun { UndisturbedRun.twoWorkers }

    private static let longer = [
      "epochs=40", "optimizer.emaDecay=0.95", "validation.everyEpochs=8",
    ]

    /// Videos of people that no training has seen.
    private static func makeUnseenStore(_ folder: String) throws {
      try TrainingStore.make(
        folder, TrainingStore.Plan(groups: 40, cropsPerVideo: 4, seed: 77))
    }

    /// The weights of the run's model without statistics, in a file of PyTorch's only, with the layers of
    /// the head named as in `nn.Sequential(Linear, BatchNorm1d, ReLU, Linear)`.
    private func writeBroken(_ model: String? = nil, to path: String) throws {
      let names = ["fc.1": "fc.0", "fc.2": "fc.1", "fc.5": "fc.3"]
      let entries = try ModelFile(contentsOf: model ?? run.model).state
      let parameters = Set(
        entries.entries.filter { $0.arena == .parameters }.map(\.name))
      let kept = entries.tensors.filter { parameters.contains($0.name) }.map { entry in
        let module = entry.name.split(separator: ".").dropLast().joined(separator: ".")
        let leaf = entry.name.split(separator: ".").last.map(String.init) ?? ""
        return TensorEntry((names[module] ?? module) + "." + leaf, entry.tensor)
      }
      #expect(kept.count == 66)
      try TorchDocument(root: .tensors(kept), records: [:]).write(to: path)
    }

    private func json(_ path: String) throws -> [String: Any] {
      try #require(
        try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
          as? [String: Any])
    }

    /// AUC and balanced accuracy of the crops and of the videos of a store.
    private func metrics(_ model: String, _ store: String, _ json: String) throws -> [Double] {
      let outcome = try TrainingRun.command([
        "evaluate", "--model", model, "--store", store, "--split", "all", "--bootstrap", "0",
        "--json", json,
      ])
      #expect([0, 1, 4].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
      let report = try #require(try self.json(json)["report"] as? [String: Any])
      return try ["frames", "videos"].flatMap { part in
        let metrics = try #require(report[part] as? [String: Any])
        return try ["auc", "balancedAccuracy"].map { try #require(metrics[$0] as? Double) }
      }
    }

    @Test func aModelWithoutStatisticsIsRepaired() throws {
      try withTemporaryDirectory { folder in
        // Enough people, and long enough, to be good on people it hasn't seen.
        let seen = folder.path(of: "seen")
        try TrainingStore.make(
          seen, TrainingStore.Plan(groups: 60, cropsPerVideo: 4, seed: 5))
        let run = TrainingRun(
          folder: folder.path(of: "run"), store: seen, settings: Self.longer)
        let training = try run.train()
        #expect(training.status == 0, "\(training.output) \(training.errors)")
        let unseen = folder.path(of: "unseen")
        try Self.makeUnseenStore(unseen)
        let broken = folder.path(of: "broken.pt")
        try writeBroken(run.model, to: broken)

        let diagnosis = try TrainingRun.command([
          "diagnose", broken, "--store", run.store, "--input-size", "32",
        ])
        #expect(diagnosis.status == 1, "\(diagnosis.errors)")
        #expect(diagnosis.output.hasPrefix("BROKEN, REPAIRABLE\n"), "\(diagnosis.output)")
        #expect(diagnosis.output.contains("66 of 129 entries"))
        #expect(diagnosis.output.contains("trainer repair"))

        let fixed = folder.path(of: "fixed_deepfake_model.pt")
        let repair = try TrainingRun.command([
          "repair", broken, "--store", run.store, "--output", fixed, "--input-size", "32",
          "--split", "hash",
        ])
        #expect(repair.status == 0, "\(repair.output) \(repair.errors)")
        let sound = try TrainingRun.command(["diagnose", fixed, "--store", run.store])
        #expect(sound.status == 0, "\(sound.output)")
        #expect(sound.output.hasPrefix("SOUND\n"))

        // The names are those of the broken file's network.
        let names = Set(try ModelWeights.read(contentsOf: fixed).tensors.map(\.name))
        #expect(names.count == 129)
        #expect(names.isSuperset(of: ["fc.0.weight", "fc.1.running_var", "fc.3.bias"]))
        #expect(names.isSuperset(of: try ModelWeights.read(contentsOf: broken).tensors.map(\.name)))

        let good = try metrics(run.model, unseen, folder.path(of: "good.json"))
        let repaired = try metrics(fixed, unseen, folder.path(of: "repaired.json"))
        #expect(good.allSatisfy { $0 > 0.8 }, "a model worth repairing: \(good)")
        for (good, repaired) in zip(good, repaired) {
          #expect(repaired >= good - 0.01, "AUC and balanced accuracy: \(good) \(repaired)")
        }

        if TorchPython.path != nil { try TorchPython.expectAgreement(fixed, folder) }

        let information = try json(folder.path(of: "fixed_training_info.json"))
        for part in ["before", "after"] {
          let measured = try #require(information[part] as? [String: Any])
          #expect(measured["validation"] is [String: Any] && measured["test"] is [String: Any])
        }
        #expect(
          (information["diagnosis"] as? [String: Any])?["condition"] as? String == "repairable")
        #expect((information["estimation"] as? [String: Any])?["passes"] as? Int == 18)
      }
    }

    /// Neither the number of workers nor the memory for feature maps changes a bit.
    @Test func theResultIsAlwaysTheSame() throws {
      try withTemporaryDirectory { folder in
        let broken = folder.path(of: "broken.pt")
        try writeBroken(to: broken)
        var files: [[TensorEntry]] = []
        for (place, arguments) in [
          ["--workers", "1", "--cache", "0"], ["--workers", "2", "--cache", "1"],
          ["--workers", "3"],
        ].enumerated() {
          let fixed = folder.path(of: "fixed-\(place).pt")
          let repair = try TrainingRun.command(
            [
              "repair", broken, "--store", run.store, "--output", fixed, "--input-size", "32",
              "--frames", "3", "--force",
            ] + arguments)
          #expect([0, 1, 4].contains(repair.status), "\(repair.output) \(repair.errors)")
          files.append(try ModelWeights.read(contentsOf: fixed).tensors)
        }
        // The temperature may differ in its last bits: which pictures are judged together does.
        #expect(files[0] == files[1] && files[1] == files[2])
        #expect(files[0].count == 129)
      }
    }

    @Test func whatCannotBeRepairedIsSaid() throws {
      try withTemporaryDirectory { folder in
        let fixed = folder.path(of: "fixed.pt")
        let sound = try TrainingRun.command([
          "repair", run.model, "--store", run.store, "--output", fixed,
        ])
        #expect(sound.status == 4 && sound.output.contains("nothing to repair"))

        var state = try ModelFile(contentsOf: run.model).state.tensors
        let place = try #require(state.firstIndex { $0.name == "layer2.1.conv1.weight" })
        state[place] = TensorEntry(
          state[place].name,
          TorchTensor(
            shape: state[place].tensor.shape,
            [Float](repeating: .nan, count: state[place].tensor.count)))
        let ruined = folder.path(of: "ruined.pt")
        try TorchDocument(root: .tensors(state), records: [:]).write(to: ruined)
        let training = try TrainingRun.command([
          "repair", ruined, "--store", run.store, "--output", fixed,
        ])
        #expect(training.status == 1)
        #expect(training.errors.contains("network.initialWeights=\(ruined)"))
        #expect(training.errors.contains("--set network.initialWeightsGaps=true"))
        #expect(!FileManager.default.fileExists(atPath: fixed))

        // What the message tells to do works.
        var again = TrainingRun(
          folder: folder.path(of: "run"),
          settings: ["network.initialWeights=\(ruined)", "epochs=1"])
        let refused = try again.train()
        #expect(refused.status == 1)
        #expect(refused.errors.contains("not finite: layer2.1.conv1.weight"), "\(refused.errors)")
        #expect(refused.errors.contains("--set network.initialWeightsGaps=true"))
        again.settings.append("network.initialWeightsGaps=true")
        let outcome = try again.train()
        #expect([0, 3, 4].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
        #expect(outcome.output.contains("begin at random: layer2.1.conv1.weight"))

        for file in [folder.path(of: "missing.pt"), run.metrics] {
          let outcome = try TrainingRun.command([
            "repair", file, "--store", run.store, "--output", fixed,
          ])
          #expect(outcome.status == 1 && outcome.errors.contains(file))
        }
        let nowhere = try TrainingRun.command([
          "repair", run.model, "--store", run.store, "--force",
          "--output", folder.path(of: "missing/fixed.pt"),
        ])
        #expect(nowhere.status == 1 && nowhere.errors.contains("its folder is missing"))
        #expect(!nowhere.errors.contains("statistics"), "known before the work")
        let same = try TrainingRun.command([
          "repair", ruined, "--store", run.store, "--output", ruined, "--force",
        ])
        #expect(same.status != 0)
      }
    }

    /// The commands of docs/models.md, word for word, on a file and a store of these names.
    @Test func thePageOfModelsGoesFromABrokenFileToARepairedOne() throws {
      let page = try String(
        contentsOf: BuiltExecutable.packageFolder.appendingPathComponent("docs/models.md"),
        encoding: .utf8)
      let section = try #require(
        page.components(separatedBy: "\n## ").first { $0.hasPrefix("Is my model broken?") })
      let block = try #require(section.components(separatedBy: "```").dropFirst().first)
      let commands = block.split(separator: "\n").map(String.init).filter {
        $0.hasPrefix("$trainer ")
      }
      #expect(commands.count == 2)
      try withTemporaryDirectory { folder in
        // Of the size of the store's crops, as a user's would be.
        let store = folder.path(of: "store")
        try TrainingStore.make(
          store, TrainingStore.Plan(groups: 60, cropsPerVideo: 4, seed: 5))
        let run = TrainingRun(
          folder: folder.path(of: "run"), store: store,
          settings: Self.longer + ["network.inputSize=64"])
        #expect(try run.train().status == 0)
        try writeBroken(run.model, to: folder.path(of: "baseline_student.pkl"))
        try FileManager.default.createSymbolicLink(
          atPath: folder.path(of: "faces"), withDestinationPath: run.store)
        var outcomes: [BuiltExecutable.Outcome] = []
        for command in commands {
          outcomes.append(
            try BuiltExecutable.run(
              [
                "-c", "cd '\(folder.path)' && trainer='\(TrainingRun.trainer.path)' && " + command,
              ], program: URL(fileURLWithPath: "/bin/sh")))
        }
        #expect(outcomes.map(\.status) == [1, 0], "\(outcomes)")
        #expect(outcomes[0].output.hasPrefix("BROKEN, REPAIRABLE"))
        let fixed = folder.path(of: "fixed_deepfake_model.pt")
        let verdict = try TrainingRun.command(["diagnose", fixed])
        #expect(verdict.status == 0, "\(verdict.output)")
      }
    }
  }
}
