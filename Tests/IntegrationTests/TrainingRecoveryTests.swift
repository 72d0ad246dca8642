import Contract
import Foundation
import ModelFiles
import NeuralNetwork
import TestSupport
import Testing
import TensorFiles

extension TrainerTests {
  /// Losses that are not finite, and the two looks at a training before it begins.
  @Suite struct Recovery {
    private struct Progress: Decodable {
      var recoveries: Int
      var learningRateScale: Double
    }

    /// Decay of 0.35 at a rate of 10 multiplies the weights by -2.5 each step, until they overflow; at
    /// half the rate it shrinks them.
    @Test func halfTheRateSavesATrainingThatDiverges() throws {
      try withTemporaryDirectory { folder in
        let settings = [
          "optimizer.learningRate=10", "optimizer.weightDecay=0.35", "optimizer.momentum=0",
          "optimizer.nesterov=false", "schedule.warmupEpochs=0", "schedule.finalShare=1",
          "optimizer.emaDecay=0", "epochs=8", "checkpoints.everySteps=33",
        ]
        let run = TrainingRun(folder: folder.path(of: "run"), settings: settings)
        let outcome = try run.train(["--force"])
        #expect([0, 3, 4].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
        #expect(outcome.errors.contains("with half the learning rate (1 of 3)."))
        #expect(outcome.errors.contains("is not finite at step"))
        let last = try #require(try run.checkpoints.latest { _ in })
        #expect(last.step == 160)
        let progress = try JSONDecoder().decode(Progress.self, from: Data(last.progress.utf8))
        #expect((1...3).contains(progress.recoveries))
        #expect(progress.learningRateScale == pow(0.5, Double(progress.recoveries)))
        #expect(last.state.parameters.allSatisfy { $0.isFinite })
        #expect(last.state.statistics.allSatisfy { $0.isFinite })
        #expect(try run.metricsRows().map { $0[0] } == (1...8).map { "\($0 * 20)" })

        // Killed near the step back, it ends the same.
        let killed = TrainingRun(folder: folder.path(of: "killed"), settings: settings)
        for step in [33, 66] {
          #expect(
            try killed.train(signalled: SIGKILL, afterStep: step).status == 128 + SIGKILL)
        }
        #expect(try [0, 3, 4].contains(killed.train(["--force"]).status))
        #expect(try killed.modelBytes() == run.modelBytes())
      }
    }

    @Test func threeStepsBackAreEnough() throws {
      try withTemporaryDirectory { folder in
        let architecture = ResNet18Architecture(
          width: 8, inputSize: 32, head: .mlp(hidden: 16, batchNorm: true, dropout: 0))
        var state = NetworkState(randomFor: architecture, seed: 1)
        let head = try #require(state.entries.first { $0.name == "fc.5.weight" })
        for place in head.range { state.parameters[place] = .greatestFiniteMagnitude }
        let weights = folder.path(of: "weights.pt")
        try TorchDocument(root: .tensors(state.tensors)).write(to: weights)
        let run = TrainingRun(
          folder: folder.path(of: "run"), settings: ["network.initialWeights=\(weights)"])
        let outcome = try run.train()
        #expect(outcome.status == 1, "\(outcome.output) \(outcome.errors)")
        for number in 1...3 {
          #expect(outcome.errors.contains("half the learning rate (\(number) of 3)"))
        }
        #expect(!outcome.errors.contains("(4 of 3)"))
        let errors = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("Error: ") }
        #expect(errors.count == 1)
        #expect(errors.first?.contains("not finite at step 1, for the fourth time") == true)
        #expect(errors.first?.contains("lower optimizer.learningRate") == true)
        #expect(!FileManager.default.fileExists(atPath: run.model))
      }
    }

    @Test func aDryRunLeavesNothingBehind() throws {
      try withTemporaryDirectory { folder in
        let run = TrainingRun(folder: folder.path(of: "run"))
        let temporary = FileManager.default.temporaryDirectory.path
        func leftovers() throws -> [String] {
          try FileManager.default.contentsOfDirectory(atPath: temporary)
            .filter { $0.contains("dry-run") }
        }
        let before = try leftovers()
        let store = try FileManager.default.contentsOfDirectory(atPath: run.store).sorted()
        let outcome = try run.train(["--dry-run"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        for word in [
          "8 pictures of 32 pixels", "MiB of activations", "images/s", "Peak memory",
          "written and read", "pictures of one video", "second step",
        ] { #expect(outcome.output.contains(word), "\(word) in \(outcome.output)") }
        #expect(!FileManager.default.fileExists(atPath: run.folder))
        #expect(try before == leftovers())
        #expect(try FileManager.default.contentsOfDirectory(atPath: run.store).sorted() == store)
      }
    }

    @Test func oneBatchIsLearnedByHeart() throws {
      try withTemporaryDirectory { folder in
        let run = TrainingRun(folder: folder.path(of: "run"), settings: ["network.dropout=0.1"])
        let outcome = try run.train(["--overfit-batch"])
        #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
        #expect(outcome.output.contains("the network can learn."))
        #expect(!FileManager.default.fileExists(atPath: run.folder))
        // It can fail: nothing is learned at a rate of nearly 0.
        let idle = try run.train(["--overfit-batch", "--set", "optimizer.learningRate=1e-9"])
        #expect(idle.status == 1)
        #expect(idle.output.contains("did not learn them"))
      }
    }

    /// What can't be told apart is not learned, and the exit status says so.
    @Test func aModelThatFailsItsCheckIsNotExported() throws {
      try withTemporaryDirectory { folder in
        // Nothing is ever learned: the head's weights stay as they were, and the logits all alike.
        let run = TrainingRun(
          folder: folder.path(of: "run"),
          settings: ["optimizer.learningRate=1e-12", "epochs=1", "optimizer.emaDecay=0"])
        let outcome = try run.train()
        #expect(outcome.status == 3, "\(outcome.output) \(outcome.errors)")
        #expect(outcome.output.contains("Verdict: BROKEN"))
        #expect(outcome.output.contains("--force"))
        #expect(!FileManager.default.fileExists(atPath: run.model))
        let information = try String(
          contentsOfFile: run.folder + "/training_info.json", encoding: .utf8)
        #expect(information.contains("\"verdict\" : \"broken\""))
        let forced = try run.train(["--force"])
        #expect(forced.status == 3)
        // Whoever has the file alone learns of it too.
        let alone = try TrainingRun.command(["diagnose", run.model])
        #expect(alone.status == 1 && alone.output.contains("the file says of itself: broken"))
      }
    }
  }
}
