import Contract
import Foundation
import Imaging
import ModelFiles
import NeuralNetwork
import Randomness
import ShardStoreFixtures
import TestSupport
import Testing
import TensorFiles

extension TrainerTests {
  /// What a training leaves behind, as others read it.
  @Suite struct Files {
    private var run: TrainingRun { UndisturbedRun.twoWorkers }

    @Test func theModelHasAllEntries() throws {
      let file = try ModelFile(contentsOf: run.model)
      let architecture = file.state.architecture
      let weights = try ModelWeights.read(contentsOf: run.model)
      #expect(weights.tensors.map(\.name) == architecture.stateEntries.map(\.name))
      #expect(weights.tensors.count == 129)
      #expect(architecture.width == 8 && architecture.inputSize == 32)
      #expect(file.state.counters.allSatisfy { $0 > 0 })
      #expect(file.metadata.provenance.settings["seed"] == "1")
      #expect(file.metadata.geometry.sizePixels == 64)
      let tensors = try SafetensorsFile.read(contentsOf: run.folder + "/model.safetensors").tensors
      let byName = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor) })
      #expect(byName.count == 129)
      for entry in file.state.tensors {
        #expect(byName[entry.name] == entry.tensor, "\(entry.name)")
      }
    }

    @Test func exportGivesTheSameBytes() throws {
      try withTemporaryDirectory { folder in
        let model = folder.path(of: "fixed_deepfake_model.pt")
        let outcome = try TrainingRun.command([
          "export", "--checkpoint", run.checkpoints.best, "--output", model, "--safetensors",
        ])
        #expect(outcome.status == 4, "\(outcome.output) \(outcome.errors)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: model)) == run.modelBytes())
        #expect(
          try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
            "fixed_deepfake_model.pt", "fixed_deepfake_model.safetensors",
            "fixed_training_info.json",
          ])
        #expect(
          FileManager.default.contentsEqual(
            atPath: folder.path(of: "fixed_deepfake_model.safetensors"),
            andPath: run.folder + "/model.safetensors"))
      }
    }

    private func information() throws -> [String: Any] {
      let data = try Data(contentsOf: URL(fileURLWithPath: run.folder + "/training_info.json"))
      return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test func theInformationIsComplete() throws {
      let information = try information()
      let data = try #require(information["data"] as? [String: Any])
      #expect(data["store"] as? String == run.store)
      #expect(data["videos"] as? Int == 24 && data["crops"] as? Int == 192)
      let splits = try #require(data["splits"] as? [String: [String: Int]])
      #expect(Set(splits.keys) == ["train", "validation", "test"])
      #expect(splits.values.reduce(0) { $0 + ($1["groups"] ?? 0) } == 12)
      #expect(splits["validation"]?["realVideos"] == 3 && splits["validation"]?["fakeCrops"] == 24)
      let configuration = try #require(information["configuration"] as? String)
      #expect(configuration.contains("inputSize: 32"))
      let curve = try #require(information["curve"] as? [[String: Any]])
      #expect(curve.map { $0["epoch"] as? Int } == [1, 2, 3])
      #expect(curve.allSatisfy { $0["validation"] is [String: Any] })
      for side in ["validation", "test"] {
        let report = try #require(information[side] as? [String: Any])
        for part in ["frames", "videos"] {
          let metrics = try #require(report[part] as? [String: Any], "\(side) \(part)")
          for name in [
            "logLoss", "auc", "balancedAccuracy", "recallReal", "recallFake", "eer",
            "averagePrecision", "brier", "ece", "shareFake",
          ] { #expect(metrics[name] is Double, "\(side) \(part) \(name)") }
        }
        #expect(report["intervals"] is [String: Any])
        #expect(report["calibration"] is [String: Any])
      }
      let behaviour = try #require(information["behaviour"] as? [String: Any])
      // Three people on the test side are too few for any other word.
      #expect(behaviour["verdict"] as? String == "cannot tell")
      #expect(information["verdict"] as? String == "cannot tell")
      let model = try #require(information["model"] as? [String: Any])
      #expect((model["verdict"] as? [String: Any])?["verdict"] as? String == "cannot tell")
      #expect((behaviour["findings"] as? [Any])?.count == 8)
      #expect((information["software"] as? String)?.hasPrefix("trainer ") == true)
      let hardware = try #require(information["hardware"] as? [String: Any])
      #expect((hardware["cores"] as? Int ?? 0) > 0)
      #expect(information["ending"] as? String == "allEpochs")
      let best = try #require(information["best"] as? [String: Any])
      let file = try ModelFile(contentsOf: run.model)
      #expect(best["step"] as? Int == file.metadata.provenance.step)
    }

    @Test func curvesHaveOneRowPerEpoch() throws {
      let rows = try run.metricsRows()
      #expect(rows.map { $0[0] } == ["20", "40", "60"])
      #expect(rows.map { $0[1] } == ["1", "2", "3"])
      let events = try FileManager.default.contentsOfDirectory(atPath: run.folder + "/events")
      #expect(events.count == 1 && events[0].contains("tfevents"))
      #expect(
        try String(contentsOfFile: run.folder + "/pipeline.yaml", encoding: .utf8)
          .contains("width: 8"))
    }

    @Test func evaluateMeasuresTheModel() throws {
      try withTemporaryDirectory { folder in
        for split in ["test", "validation", "train", "all"] {
          let json = folder.path(of: split + ".json")
          let outcome = try TrainingRun.command([
            "evaluate", "--model", run.model, "--store", run.store, "--split", split,
            "--bootstrap", "50", "--json", json,
          ])
          #expect([0, 4].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
          #expect(outcome.output.contains("balanced accuracy"))
          #expect(
            outcome.output.contains(
              "Verdict: \(outcome.status == 0 ? "sound" : "cannot tell")."))
          let result = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: json)))
              as? [String: Any])
          let report = try #require(result["report"] as? [String: Any])
          guard split == "test" || split == "validation" else { continue }
          // The same numbers as at the end of the training.
          let told = try #require(try information()[split] as? [String: Any])
          for part in ["frames", "videos"] {
            #expect(
              (report[part] as? NSDictionary) == (told[part] as? NSDictionary), "\(split) \(part)")
          }
        }
      }
    }

    // MARK: PyTorch

    /// The narrow network as trained, and the full one with random weights and statistics, in
    /// torchvision: strict loading, also mapped, and the same logits.
    @Test(.enabled(if: TorchPython.path != nil, "needs PYTHON_WITH_TORCH with torchvision"))
    func torchvisionLoadsTheModelsAndAgrees() throws {
      try withTemporaryDirectory { folder in
        try TorchPython.expectAgreement(run.model, folder)
        let architecture = ResNet18Architecture()
        var state = NetworkState(randomFor: architecture, seed: 3)
        var stream = RandomStream(seed: 4, .check)
        for entry in state.entries {
          for place in entry.range {
            switch entry.role {
            case .runningMean: state.statistics[place] = 0.4 * stream.normal()
            case .runningVariance: state.statistics[place] = 0.5 + stream.uniform()
            case .batchNormScale: state.parameters[place] = 0.6 + 0.8 * stream.uniform()
            case .batchNormShift: state.parameters[place] = 0.2 * stream.normal()
            case .batchesTracked: state.counters[place] = 1000
            case .weight, .bias: break
            }
          }
        }
        let full = folder.path(of: "full.pt")
        let metadata = try ModelFile(contentsOf: run.model).metadata
        try ModelFile(
          state: state,
          metadata: ModelMetadata(
            architecture: architecture, recipe: try #require(metadata.recipe),
            normalization: metadata.normalization, calibration: Calibration(),
            provenance: metadata.provenance)
        ).write(to: full)
        #expect(try ModelWeights.read(contentsOf: full).tensors.count == 129)
        try TorchPython.expectAgreement(full, folder)
      }
    }
  }
}

/// A Python with PyTorch and torchvision, the independent referee: `PYTHON_WITH_TORCH` names it.
enum TorchPython {
  static let path = ProcessInfo.processInfo.environment["PYTHON_WITH_TORCH"]

  /// PyTorch loads the model strictly and gives the logits of our engine.
  static func expectAgreement(_ model: String, _ folder: TemporaryDirectory) throws {
    let python = try #require(path)
    let file = try ModelFile(contentsOf: model)
    let size = file.state.architecture.inputSize
    // As bytes, (count, height, width, 3), so that both sides normalise for themselves.
    let pictures = (0..<4).map { number in
      TrainingStore.draw(
        TrainingStore.Plan(sizePixels: size, seed: 9), group: number, frame: 0,
        isMarked: number % 2 == 1)
    }
    var bytes = Data()
    for picture in pictures {
      for pixel in 0..<(size * size) {
        bytes.append(contentsOf: picture.bytes[(4 * pixel)..<(4 * pixel + 3)])
      }
    }
    try folder.write(bytes, to: "pictures.bin")
    let outcome = try BuiltExecutable.run(
      [
        BuiltExecutable.packageFolder.path + "/Tests/Fixtures/models/check_model.py", model,
        folder.path(of: "pictures.bin"), "\(pictures.count)",
      ], program: URL(fileURLWithPath: python))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let theirs = outcome.output.split(whereSeparator: \.isWhitespace).compactMap { Float($0) }
    let engine = InferenceEngine(
      architecture: file.state.architecture, maximumBatch: 4, workers: 1,
      kernels: Processor.selected)
    engine.load(file.state)
    let ours = engine.logits(count: pictures.count) { sample, buffer in
      file.metadata.normalization.write(pictures[sample], into: buffer)
    }
    #expect(theirs.count == ours.count)
    let largest = theirs.reduce(0) { max($0, abs($1)) }
    let difference = zip(ours, theirs).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(largest > 0.01)
    #expect(difference <= 1e-4 * largest, "\(difference) of \(largest)")
    // Logits that are all the same would agree too easily.
    #expect(Set(ours.map(\.bitPattern)).count > 4)
  }
}
