import Contract
import Foundation
import ModelFiles
import ONNXFiles
import TensorFiles
import TestSupport
import Testing

extension TrainerTests {
  /// `export --onnx`, of a finished model and beside one that is made of a checkpoint.
  @Suite struct ONNXExport {
    private let run = UndisturbedRun.twoWorkers

    /// The bytes that the trainer writes for a model.
    private func bytes(_ model: String, folds: Bool = false) throws -> Data {
      let version = try TrainingRun.command(["--version"]).output
      return Data(
        try ONNXFile(
          ModelFile(contentsOf: model), folds: folds,
          producer: ONNXFile.Producer(
            name: "deepfake-detection trainer",
            version: version.trimmingCharacters(in: .whitespacesAndNewlines))
        ).encoded())
    }

    private func contents(_ path: String) throws -> Data {
      try Data(contentsOf: URL(fileURLWithPath: path))
    }

    private func export(_ model: String, _ onnx: String, _ flags: [String] = []) throws
      -> BuiltExecutable.Outcome
    {
      try TrainingRun.command(["export", "--model", model, "--onnx", onnx] + flags)
    }

    /// Three people can't tell what a model is worth: that is said, and the model is exported.
    @Test(arguments: [false, true]) func ofAModel(folds: Bool) throws {
      try withTemporaryDirectory { folder in
        let file = folder.path(of: "model.onnx")
        let outcome = try export(run.model, file, folds ? ["--onnx-fold"] : [])
        #expect(outcome.status == 4, "\(outcome.errors)")
        #expect(outcome.output.hasPrefix("Verdict: cannot tell. "), "\(outcome.output)")
        #expect(outcome.output.contains("ONNX       \(file)\n"))
        #expect(
          outcome.output.contains(
            folds ? "opset 17, 51 nodes, " : "opset 17, 72 nodes, "))
        #expect(try contents(file) == bytes(run.model, folds: folds))
        // Again, over an ONNX model: the same.
        #expect(try export(run.model, file, folds ? ["--onnx-fold"] : []).status == 4)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.onnx"])
      }
    }

    @Test func forPrograms() throws {
      try withTemporaryDirectory { folder in
        let file = folder.path(of: "model.onnx")
        let outcome = try export(run.model, file, ["--json", "-"])
        let result = try #require(
          try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        #expect(result["format"] as? String == "onnx-export/1")
        #expect(result["verdict"] as? String == "cannot tell" && result["summary"] is String)
        let onnx = try #require(result["onnx"] as? [String: Any])
        #expect(onnx["path"] as? String == file && onnx["batchNorm"] as? String == "kept")
        #expect(onnx["bytes"] as? Int == (try contents(file).count))
      }
    }

    @Test func besideAModel() throws {
      try withTemporaryDirectory { folder in
        let json = folder.path(of: "export.json")
        let outcome = try TrainingRun.command([
          "export", "--checkpoint", run.checkpoints.best, "--output", folder.path(of: "model.pt"),
          "--onnx", folder.path(of: "model.onnx"), "--json", json,
        ])
        #expect(outcome.status == 4, "\(outcome.output) \(outcome.errors)")
        #expect(outcome.output.contains("ONNX       \(folder.path(of: "model.onnx"))\n"))
        #expect(try contents(folder.path(of: "model.onnx")) == bytes(run.model))
        let result = try #require(
          try JSONSerialization.jsonObject(with: contents(json)) as? [String: Any])
        #expect((result["onnx"] as? [String: Any])?["nodes"] as? Int == 72)
      }
    }

    /// What its own file calls broken is not passed on.
    @Test func aBrokenModelIsRefused() throws {
      try withTemporaryDirectory { folder in
        let sound = try ModelFile(contentsOf: run.model)
        var metadata = sound.metadata
        metadata.verdict = StatedVerdict(.broken, reason: "No better than chance")
        let model = folder.path(of: "broken.pt")
        let file = folder.path(of: "model.onnx")
        try ModelFile(state: sound.state, metadata: metadata).write(to: model)
        let refused = try export(model, file)
        #expect(refused.status == 1)
        for words in [model, "broken", "No better than chance", "--force"] {
          #expect(refused.errors.contains(words), "\(refused.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: file))
        let forced = try export(model, file, ["--force"])
        #expect(forced.status == 1 && forced.output.contains("Verdict: BROKEN. No better"))
        #expect(try contents(file) == bytes(model))
        metadata.verdict = nil
        try ModelFile(state: sound.state, metadata: metadata).write(to: model)
        let silent = try export(model, file)
        #expect(silent.status == 0 && silent.output.contains("doesn't say"), "\(silent.output)")
      }
    }

    /// Another program's file has no description; what the message advises gives it one.
    @Test func aForeignFileIsRefused() throws {
      try withTemporaryDirectory { folder in
        let foreign = folder.path(of: "foreign.pth")
        let file = folder.path(of: "model.onnx")
        try TorchDocument(
          root: .tensors(try ModelFile(contentsOf: run.model).state.tensors), records: [:]
        ).write(to: foreign)
        let refused = try export(foreign, file)
        #expect(refused.status == 1 && refused.errors.contains(foreign))
        #expect(
          refused.errors.contains(
            "trainer repair \(foreign) --store DIR --output fixed.pt (with --force if"),
          "\(refused.errors)")
        #expect(!FileManager.default.fileExists(atPath: file))
        let model = folder.path(of: "fixed.pt")
        let repair = try TrainingRun.command([
          "repair", foreign, "--store", run.store, "--output", model, "--input-size", "32",
          "--split", "hash", "--force",
        ])
        #expect(FileManager.default.fileExists(atPath: model), "\(repair.errors)")
        let outcome = try export(model, file, ["--force"])
        #expect(outcome.status == repair.status, "\(outcome.errors)")
        #expect(try contents(file) == bytes(model))
        let checkpoint = try export(run.checkpoints.best, file)
        #expect(checkpoint.status == 1)
        #expect(checkpoint.errors.contains("trainer export --checkpoint"), "\(checkpoint.errors)")
      }
    }

    /// Places that can't be written to are found before the work, and nothing else is replaced.
    @Test func placesThatAreRefused() throws {
      try withTemporaryDirectory { folder in
        try folder.makeFiles(["folder/inside"])
        let other = folder.path(of: "other.pt")
        try folder.write(run.modelBytes(), to: "other.pt")
        try folder.makeLink("link.onnx", to: run.model)
        for (place, words) in [
          ("none/model.onnx", "its folder is missing"), ("folder", "expected a regular file"),
          ("other.pt", "is no ONNX model, so it is not replaced"),
        ] {
          // A model that isn't there: the place is looked at first.
          let outcome = try export(folder.path(of: "no.pt"), folder.path(of: place))
          #expect(outcome.status == 1 && outcome.errors.contains(words), "\(outcome.errors)")
        }
        let linked = try export(run.model, folder.path(of: "link.onnx"))
        #expect(linked.status == 64 && linked.errors.contains("--model: expected two files"))
        #expect(try contents(other) == run.modelBytes())
      }
    }

    /// A disk that ends in the middle of the file leaves the former one, and nothing beside it.
    @Test func aFullDisk() throws {
      try withTemporaryDirectory { folder in
        let file = folder.path(of: "model.onnx")
        #expect(try export(run.model, file).status == 4)
        let before = try contents(file)
        let outcome = try BuiltExecutable.run(
          [
            "-c", "ulimit -f 100; exec \"$0\" \"$@\"", TrainingRun.trainer.path, "export",
            "--model",
            run.model, "--onnx", file, "--onnx-fold",
          ], program: URL(fileURLWithPath: "/bin/bash"))
        #expect(outcome.status == 1 && outcome.errors.contains(file), "\(outcome.errors)")
        #expect(try contents(file) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.onnx"])
      }
    }
  }
}
