import Contract
import Foundation
import ModelFiles
import NeuralNetwork
import ShardStore
import ShardStoreFixtures
import TestSupport
import Testing
import TensorFiles
import VideoCatalog

extension TrainerTests {
  /// Each kind of bad input ends in one clear sentence and the right exit status.
  @Suite struct BadInput {
    /// One error that has the words; the first line, where others list details.
    private func expectError(
      _ outcome: BuiltExecutable.Outcome, _ words: [String], status: Int32 = 1,
      location: SourceLocation = #_sourceLocation
    ) {
      #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: location)
      let errors = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("Error: ") }
      #expect(errors.count == 1, "\(outcome.errors)", sourceLocation: location)
      for word in words {
        #expect(
          outcome.errors.contains(word), "'\(word)' in \(outcome.errors)", sourceLocation: location)
      }
      for trace in ["Fatal error", "Stack dump", "Optional("] {
        #expect(!outcome.errors.contains(trace), "\(outcome.errors)", sourceLocation: location)
      }
    }

    private func run(_ folder: TemporaryDirectory, _ settings: [String] = []) -> TrainingRun {
      TrainingRun(folder: folder.path(of: "run"), settings: settings)
    }

    // MARK: The store

    @Test func aStoreThatIsMissingOrNone() throws {
      try withTemporaryDirectory { folder in
        var run = run(folder)
        run.store = folder.path(of: "missing")
        expectError(try run.train(), [run.store, "store.json"])
        try folder.makeFiles(["empty/notes.txt"])
        run.store = folder.path(of: "empty")
        expectError(try run.train(), [run.store, "store.json"])
        expectError(
          try TrainingRun.command([
            "evaluate", "--model", UndisturbedRun.twoWorkers.model, "--store", run.store,
          ]), [run.store])
      }
    }

    @Test func aStoreOfOneClass() throws {
      try withTemporaryDirectory { folder in
        var run = run(folder)
        run.store = folder.path(of: "store")
        try TrainingStore.make(run.store, TrainingStore.Plan(groups: 4, labels: { _ in [.real] }))
        expectError(
          try run.train(),
          ["the store has no picture of a fake video at all", "selfBlending.share=1"])
      }
    }

    @Test func noFakesInTheValidationSplit() throws {
      try withTemporaryDirectory { folder in
        var run = run(folder, ["data.split=dataset"])
        run.store = folder.path(of: "store")
        try TrainingStore.make(
          run.store,
          TrainingStore.Plan(
            groups: 6, labels: { $0 < 2 ? [.real] : [.real, .fake] },
            split: { group, _ in group < 2 ? .validation : .train }))
        expectError(
          try run.train(),
          ["validation split: no fakes", "validation has 2 real and 0 fake", "hash"])
      }
    }

    /// The shard's images have a byte changed each; its index is sound.
    @Test func aDamagedShardIsNamedAndNothingIsLost() throws {
      try withTemporaryDirectory { folder in
        var run = run(folder)
        run.store = folder.path(of: "store")
        try TrainingStore.make(run.store, TrainingStore.Plan(shardBytes: 1 << 30))
        #expect(try run.train(signalled: SIGKILL, afterStep: 14).status == 128 + SIGKILL)
        let saved = run.savedStep
        let shard = run.store + "/shard-000-000000.mdb"
        let sound = try Data(contentsOf: URL(fileURLWithPath: shard))
        var damaged = sound
        let reader = try ShardReader(directory: run.store)
        for sample in try reader.samples() {
          let image = Data(try reader.image(of: sample))
          let place = try #require(damaged.range(of: image))
          damaged[place.lowerBound + image.count / 2] ^= 0x20
        }
        try damaged.write(to: URL(fileURLWithPath: shard))
        let outcome = try run.train()
        expectError(outcome, ["shard-000-000000.mdb", "/person-", "CRC-32", "verify"])
        #expect(run.savedStep == saved)
        try sound.write(to: URL(fileURLWithPath: shard))
        #expect(try run.train().status == 4)
      }
    }

    @Test func aBatchLargerThanTheData() throws {
      try withTemporaryDirectory { folder in
        expectError(
          try run(folder, ["batchSize=4096"]).train(), ["batch of 4096", "lower the batch size"])
      }
    }

    // MARK: Settings

    @Test func misspeltKeys() throws {
      try withTemporaryDirectory { folder in
        let run = run(folder)
        expectError(
          try run.train(["--set", "optimizer.learningrate=1"]),
          ["learningrate", "did you mean 'learningRate'"])
        let good = try String(
          contentsOf: BuiltExecutable.packageFolder.appendingPathComponent("pipelines/demo.yaml"),
          encoding: .utf8)
        let lines = good.components(separatedBy: "\n")
        let line = try #require(lines.firstIndex { $0.hasPrefix("    weightDecay:") })
        try folder.write(
          good.replacingOccurrences(of: "    weightDecay:", with: "    weightDecy:"),
          to: "pipeline.yaml")
        expectError(
          try TrainingRun.command([
            "train", folder.path(of: "pipeline.yaml"), "--store", run.store, "--run", run.folder,
          ]), ["pipeline.yaml:\(line + 1):5", "weightDecy", "did you mean 'weightDecay'"])
        expectError(
          try TrainingRun.command(["train", folder.path(of: "none.yaml"), "--run", run.folder]),
          ["none.yaml"])
        #expect(!FileManager.default.fileExists(atPath: run.folder))
      }
    }

    @Test func wrongUsage() throws {
      for arguments in [
        ["train", "pipelines/demo.yaml", "--dry-run", "--overfit-batch"], ["train"],
        ["evaluate", "--model", "m.pt", "--store", "s", "--split", "tset"],
        ["export", "--checkpoint", "c.pt", "--output", "folder/"], ["trian"],
        ["export"], ["export", "--checkpoint", "c.pt"], ["export", "--model", "m.pt"],
        ["export", "--checkpoint", "c.pt", "--output", "m.pt", "--onnx-fold"],
        ["export", "--checkpoint", "c.pt", "--model", "m.pt", "--onnx", "m.onnx"],
        ["export", "--model", "m.pt", "--onnx", "folder/"],
        ["export", "--model", "m.pt", "--onnx", "-"],
        ["export", "--model", "m.pt", "--onnx", "m.onnx", "--output", "n.pt"],
        ["export", "--model", "m.pt", "--onnx", "m.onnx", "--store", "s"],
        ["export", "--model", "m.pt", "--onnx", "m.onnx", "--safetensors"],
        ["export", "--model", "m.pt", "--onnx", "./m.pt"],
        ["export", "--model", "m.pt", "--onnx", "m.onnx", "--json", "m.onnx"],
        ["export", "--checkpoint", "c.pt", "--output", "m.pt", "--onnx", "m.pt"],
      ] {
        let outcome = try TrainingRun.command(arguments)
        #expect(outcome.status == 64, "\(arguments): \(outcome.errors)")
        #expect(outcome.errors.contains("Error: "))
      }
    }

    // MARK: The run

    @Test func aRunFolderInUse() throws {
      try withTemporaryDirectory { folder in
        let run = run(folder, ["epochs=1000"])
        let outcome = try run.train { process in
          while run.savedStep == 0, kill(process, 0) == 0 { usleep(1000) }
          expectError(try run.train(), [run.folder, "another trainer is using this run"])
          kill(process, SIGKILL)
        }
        #expect(outcome.status == 128 + SIGKILL)
      }
    }

    @Test func aRunFolderThatCannotBe() throws {
      try withTemporaryDirectory { folder in
        try folder.write("in the way", to: "file")
        let run = TrainingRun(folder: folder.path(of: "file/run"))
        expectError(try run.train(), [run.folder, "can't make the folder"])
      }
    }

    @Test(.enabled(if: getuid() != 0, "root may write everywhere"))
    func aRunFolderWithoutPermission() throws {
      try withTemporaryDirectory { folder in
        try folder.makeFiles(["closed/notes.txt"])
        #expect(chmod(folder.path(of: "closed"), 0o555) == 0)
        defer { chmod(folder.path(of: "closed"), 0o755) }
        let run = TrainingRun(folder: folder.path(of: "closed/run"))
        expectError(try run.train(), [run.folder])
      }
    }

    @Test func aTruncatedCheckpointIsToldAndPassedOver() throws {
      try withTemporaryDirectory { folder in
        let run = run(folder)
        #expect(try run.train(signalled: SIGKILL, afterStep: 28).status == 128 + SIGKILL)
        let last = run.checkpoints.file(step: run.savedStep)
        let before = run.checkpoints.steps.dropLast().last ?? 0
        #expect(before > 0)
        try Data(contentsOf: URL(fileURLWithPath: last)).dropLast(500)
          .write(to: URL(fileURLWithPath: last))
        let outcome = try run.train()
        #expect(outcome.status == 4, "\(outcome.errors)")
        #expect(outcome.output.contains("Damaged    \(last)"))
        #expect(outcome.output.contains("step \(before) of 60"))
        #expect(try run.modelBytes() == UndisturbedRun.twoWorkers.modelBytes())
        #expect(try run.metricsRows().map { $0[0] } == ["20", "40", "60"])
      }
    }

    @Test func checkpointsThatAreAllDamaged() throws {
      try withTemporaryDirectory { folder in
        let run = run(folder)
        #expect(try run.train(signalled: SIGKILL, afterStep: 14).status == 128 + SIGKILL)
        let files = run.checkpoints.steps.map { run.checkpoints.file(step: $0) }
        for file in files {
          var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
          for place in stride(from: 1000, to: bytes.count, by: 501) { bytes[place] ^= 0x11 }
          try bytes.write(to: URL(fileURLWithPath: file))
        }
        expectError(
          try run.train(), ["none of the \(files.count) checkpoints can be read", "run folder"])
        expectError(
          try TrainingRun.command([
            "export", "--checkpoint", files[0], "--output", folder.path(of: "model.pt"),
          ]), [files[0]])
        #expect(!FileManager.default.fileExists(atPath: folder.path(of: "model.pt")))
      }
    }

    @Test func aCheckpointFromNowhere() throws {
      try withTemporaryDirectory { folder in
        let run = run(folder)
        #expect(try run.train(signalled: SIGKILL, afterStep: 7).status == 128 + SIGKILL)
        let file = run.checkpoints.file(step: run.savedStep)
        let sound = try Checkpoint(contentsOf: file)
        for sample in [1, 161, 1 << 53] {
          var changed = sound
          changed.sample = sample
          changed.progress = sound.progress.replacing(/"sample":\d+/, with: "\"sample\":\(sample)")
          try changed.write(to: file)
          expectError(try run.train(), ["position is not one of this training"])
        }
        var changed = sound
        changed.progress = "{}"
        try changed.write(to: file)
        expectError(try run.train(), ["progress can't be read"])
      }
    }

    @Test func aResumeWithOtherSettingsOrDataIsRefused() throws {
      try withTemporaryDirectory { folder in
        var run = run(folder)
        #expect(try run.train(signalled: SIGKILL, afterStep: 7).status == 128 + SIGKILL)
        let saved = run.savedStep
        run.settings = ["optimizer.learningRate=0.04", "augmentation.flip=0.25"]
        expectError(
          try run.train(),
          [
            "optimizer.learningRate: the checkpoint has 0.05, this run has 0.04",
            "augmentation.flip: the checkpoint has 0.5, this run has 0.25", "--run",
          ])
        run.settings = []
        run.store = folder.path(of: "other")
        try TrainingStore.make(run.store, TrainingStore.Plan(seed: 2))
        expectError(try run.train(), ["store.fingerprint"])
        #expect(run.savedStep == saved)
        // What is harmless may change, the number of workers too.
        run.store = TrainingStore.folder
        run.workers = 1
        run.settings = [
          "checkpoints.keep=1", "checkpoints.everySteps=11", "timeLimit=1h",
          "validation.bootstrap=0",
        ]
        let outcome = try run.train()
        #expect(outcome.status == 4, "\(outcome.errors)")
        #expect(outcome.output.contains("step \(saved) of 60"))
        #expect(run.checkpoints.steps == [60])
      }
    }

    // MARK: Weights and models

    @Test func initialWeightsThatDoNotFit() throws {
      try withTemporaryDirectory { folder in
        let file = folder.path(of: "weights.pt")
        let architecture = ResNet18Architecture(
          width: 8, inputSize: 32, head: .mlp(hidden: 16, batchNorm: true, dropout: 0))
        let tensors = NetworkState(randomFor: architecture, seed: 1).tensors
        func expectRefusal(_ words: [String]) throws {
          expectError(try run(folder, ["network.initialWeights=\(file)"]).train(), [file] + words)
        }
        func write(_ tensors: [TensorEntry]) throws {
          try TorchDocument(root: .tensors(tensors)).write(to: file)
        }
        try expectRefusal([])
        // ResNet34 has a third block in layer1.
        try write(
          tensors + [
            TensorEntry(
              "layer1.2.conv1.weight",
              TorchTensor(shape: [8, 8, 3, 3], [Float](repeating: 0, count: 576)))
          ])
        try expectRefusal(["layer1.2.conv1.weight", "[8, 8, 3, 3]"])
        // ResNet50's blocks begin with a convolution of one pixel.
        try write(
          tensors.map {
            $0.name == "layer1.0.conv1.weight"
              ? TensorEntry(
                $0.name, TorchTensor(shape: [8, 8, 1, 1], [Float](repeating: 0, count: 64)))
              : $0
          })
        try expectRefusal(["layer1.0.conv1.weight", "[8, 8, 3, 3]", "[8, 8, 1, 1]"])
        var wide = architecture
        wide.width = 16
        try write(NetworkState(randomFor: wide, seed: 1).tensors)
        try expectRefusal(["conv1.weight", "[8, 3, 7, 7]", "[16, 3, 7, 7]", "width"])
        try folder.write("These are no weights.\n", to: "weights.pt")
        try expectRefusal(["a text that begins with"])
        try folder.write(
          "<!DOCTYPE html>\n<html><title>404 Not Found</title></html>\n", to: "weights.pt")
        try expectRefusal(["download"])
        try folder.write(Data(), to: "weights.pt")
        try expectRefusal([])
        #expect(run(folder).savedStep == 0)
      }
    }

    @Test func modelsThatEvaluateRefuses() throws {
      try withTemporaryDirectory { folder in
        let plain = folder.path(of: "plain.pt")
        let model = UndisturbedRun.twoWorkers.model
        try TorchDocument(root: .tensors(try ModelFile(contentsOf: model).state.tensors))
          .write(to: plain)
        func evaluate(_ model: String, _ store: String) throws -> BuiltExecutable.Outcome {
          try TrainingRun.command(["evaluate", "--model", model, "--store", store])
        }
        expectError(
          try evaluate(plain, TrainingStore.folder),
          [plain, "deepfake_detection.json", "network.initialWeights"])
        let other = folder.path(of: "other")
        try TrainingStore.make(other, TrainingStore.Plan(groups: 4, sizePixels: 96))
        expectError(try evaluate(model, other), ["its crops are not those", "64", "96"])
        expectError(
          try evaluate(folder.path(of: "missing.pt"), TrainingStore.folder), ["missing.pt"])
        try Data(contentsOf: URL(fileURLWithPath: model)).dropLast(100)
          .write(to: URL(fileURLWithPath: plain))
        expectError(try evaluate(plain, TrainingStore.folder), [plain])
      }
    }
  }
}
