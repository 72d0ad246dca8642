import Contract
import Foundation
import ModelFiles
import NeuralNetwork
import ShardStoreFixtures
import TensorFiles
import TestSupport
import Testing

extension TrainerTests {
  /// The same three words from every command, in terminal, JSON, metadata, report and exit code.
  @Suite struct ModelVerdicts {
    /// A detector of the drawn fakes: learned from sixty people.
    private static let detector: TrainingRun = {
      let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("verdict-runs-\(getpid())").path
      atexit {
        try? FileManager.default.removeItem(
          atPath: FileManager.default.temporaryDirectory
            .appendingPathComponent("verdict-runs-\(getpid())").path)
      }
      let run = TrainingRun(
        folder: folder + "/run", store: folder + "/store",
        settings: [
          "epochs=20", "optimizer.emaDecay=0.95", "validation.everyEpochs=5",
          "optimizer.kind=adamw", "optimizer.learningRate=0.003",
        ])
      do {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try TrainingStore.make(
          run.store, TrainingStore.Plan(groups: 60, cropsPerVideo: 6, seed: 9))
        let outcome = try run.train()
        if outcome.status != 0 { Issue.record("\(outcome.output) \(outcome.errors)") }
      } catch {
        Issue.record("\(error)")
      }
      return run
    }()

    private var run: TrainingRun { Self.detector }

    /// A store of people that the detector hasn't seen.
    private func people(_ count: Int, in folder: TemporaryDirectory, seed: UInt64 = 50) throws
      -> String
    {
      let store = folder.path(of: "people-\(count)-\(seed)")
      try TrainingStore.make(
        store, TrainingStore.Plan(groups: count, cropsPerVideo: 8, seed: seed))
      return store
    }

    private func json(_ path: String) throws -> [String: Any] {
      try #require(
        try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
          as? [String: Any])
    }

    /// The detector's weights as another program would have them: a plain state_dict, fake first.
    private func writeInverted(to path: String, remarks: [TorchEntry] = []) throws {
      let state = try ModelFile(contentsOf: run.model).state.exchangingClasses()
      let root: TorchValue =
        remarks.isEmpty
        ? .tensors(state.tensors)
        : .dictionary([TorchEntry("state_dict", .tensors(state.tensors))] + remarks)
      try TorchDocument(root: root, records: [:]).write(to: path)
    }

    /// A training with enough people says sound everywhere.
    @Test func aSoundModelIsCalledSoundEverywhere() throws {
      let information = try json(run.folder + "/training_info.json")
      #expect(information["verdict"] as? String == "sound")
      #expect((information["behaviour"] as? [String: Any])?["verdict"] as? String == "sound")
      let stated = try #require(try ModelFile(contentsOf: run.model).metadata.verdict)
      #expect(stated.verdict == .sound)
      #expect(stated.reason.contains("groups of people (on the test side)"), "\(stated.reason)")
      let page = try String(contentsOfFile: run.folder + "/report.html", encoding: .utf8)
      #expect(page.contains("Sound: behaves like a detector"))
      let again = try run.train()
      #expect(again.status == 0 && again.output.contains("Verdict: sound."), "\(again.output)")
      try withTemporaryDirectory { folder in
        let file = folder.path(of: "result.json")
        let evaluation = try TrainingRun.command([
          "evaluate", "--model", run.model, "--store", run.store, "--json", file,
        ])
        #expect(evaluation.status == 0 && evaluation.output.contains("Verdict: sound. 7 of 7"))
        #expect(try json(file)["verdict"] as? String == "sound")
        let export = try TrainingRun.command([
          "export", "--checkpoint", run.folder + "/checkpoints/best.pt", "--output",
          folder.path(of: "model.pt"),
        ])
        #expect(export.status == 0 && export.output.contains("Verdict: sound. 8 of 8"))
        let diagnosis = try TrainingRun.command(["diagnose", run.model, "--store", run.store])
        #expect(diagnosis.status == 0 && diagnosis.output.hasPrefix("SOUND\n"))
        // Of the store that it was trained on, only the people that it has not seen say anything.
        #expect(diagnosis.output.contains("the model was trained on this store"))
      }
    }

    /// A perfectly inverted detector is broken for every command, on as few people as three.
    @Test(arguments: [3, 5, 12]) func anInvertedDetectorIsCaught(count: Int) throws {
      try withTemporaryDirectory { folder in
        let store = try people(count, in: folder)
        let inverted = folder.path(of: "inverted.pth")
        try writeInverted(to: inverted)
        let diagnosis = try TrainingRun.command([
          "diagnose", inverted, "--store", store, "--input-size", "32",
        ])
        #expect(diagnosis.status == 1)
        #expect(
          diagnosis.output.hasPrefix("BROKEN, CLASSES ARE SWAPPED\n"), "\(diagnosis.output)")
        #expect(diagnosis.output.contains("--swap-classes"))

        let fixed = folder.path(of: "fixed.pt")
        let arguments = [
          "repair", inverted, "--store", store, "--input-size", "32", "--split", "hash",
          "--output", fixed,
        ]
        let refused = try TrainingRun.command(arguments)
        #expect(refused.status == 1 && refused.errors.contains("--swap-classes"))
        #expect(!FileManager.default.fileExists(atPath: fixed))

        // With the metadata of the sound model, as a mistake in an export would leave it.
        let sound = try ModelFile(contentsOf: run.model)
        let own = folder.path(of: "own.pt")
        try ModelFile(state: sound.state.exchangingClasses(), metadata: sound.metadata)
          .write(to: own)
        let evaluation = try TrainingRun.command([
          "evaluate", "--model", own, "--store", store, "--split", "all",
        ])
        #expect(evaluation.status == 1 && evaluation.output.contains("The classes are swapped"))
      }
    }

    /// What the message tells to do gives the detector back, to the bit.
    @Test func swappedClassesAreExchanged() throws {
      try withTemporaryDirectory { folder in
        let store = try people(60, in: folder)
        let inverted = folder.path(of: "inverted.pth")
        try writeInverted(to: inverted)
        let fixed = folder.path(of: "fixed_deepfake_model.pt")
        let repair = try TrainingRun.command([
          "repair", inverted, "--store", store, "--input-size", "32", "--split", "hash",
          "--output", fixed, "--swap-classes",
        ])
        #expect(repair.status == 0, "\(repair.output) \(repair.errors)")
        let original = try ModelFile(contentsOf: run.model).state
        #expect(try ModelFile(contentsOf: fixed).state.parameters == original.parameters)
        #expect(try ModelFile(contentsOf: fixed).state.statistics == original.statistics)
        let information = try json(folder.path(of: "fixed_training_info.json"))
        #expect(information["verdict"] as? String == "sound")
        #expect(information["swappedClasses"] as? Bool == true)
        #expect(information["estimation"] == nil)

        // Exchanged once too often it is broken, and not written.
        let worse = folder.path(of: "worse.pt")
        let again = try TrainingRun.command([
          "repair", fixed, "--store", store, "--output", worse, "--swap-classes",
        ])
        #expect(again.status == 1 && again.output.contains("The classes are swapped"))
        #expect(!FileManager.default.fileExists(atPath: worse))
      }
    }

    /// A file that says so itself is caught without any data, and repaired with some.
    @Test func aFileThatSaysSoIsCaughtAlone() throws {
      try withTemporaryDirectory { folder in
        let order = TorchEntry(
          "class_to_idx",
          .dictionary([TorchEntry("fake", .integer(0)), TorchEntry("real", .integer(1))]))
        let path = folder.path(of: "imagefolder.pth")
        try writeInverted(to: path, remarks: [order])
        let diagnosis = try TrainingRun.command(["diagnose", path, "--json", "-"])
        #expect(diagnosis.status == 1)
        #expect(diagnosis.output.contains("\"condition\" : \"swappedClasses\""))
        #expect(diagnosis.output.contains("class_to_idx: fake, real"))
        let store = try people(40, in: folder)
        let arguments = [
          "repair", path, "--store", store, "--input-size", "32", "--split", "hash", "--output",
          folder.path(of: "fixed.pt"),
        ]
        let refused = try TrainingRun.command(arguments)
        #expect(refused.status == 1 && refused.errors.contains("--swap-classes"))
        let repaired = try TrainingRun.command(arguments + ["--swap-classes"])
        #expect([0, 4].contains(repaired.status), "\(repaired.output) \(repaired.errors)")

        // A file that says so and answers in the right order after all: the answers count.
        let wrong = folder.path(of: "wrong.pth")
        let state = try ModelFile(contentsOf: run.model).state
        try TorchDocument(
          root: .dictionary([TorchEntry("model", .tensors(state.tensors)), order]), records: [:]
        ).write(to: wrong)
        let judged = try TrainingRun.command([
          "diagnose", wrong, "--store", store, "--input-size", "32",
        ])
        #expect(judged.status == 0, "\(judged.output)")
        #expect(judged.output.contains("But fakes score higher than reals"))
      }
    }

    /// A model that can't be told is written with exit code 4, and its file says so to whoever has it:
    /// three people, each with one video of either kind, are too few even for a detector without a mistake.
    @Test func aModelThatCannotBeToldSaysSoEverywhere() throws {
      try withTemporaryDirectory { folder in
        let run = TrainingRun(folder: folder.path(of: "run"))
        let training = try run.train()
        #expect(training.status == 4, "\(training.output)")
        #expect(training.output.contains("Verdict: cannot tell. 7 of 8 checks passed"))
        #expect(training.output.contains("of 3 groups of people"))
        #expect(training.output.contains("7 groups with real and fake videos each"))
        let information = try json(run.folder + "/training_info.json")
        #expect(information["verdict"] as? String == "cannot tell")
        let stated = try #require(try ModelFile(contentsOf: run.model).metadata.verdict)
        #expect(stated.verdict == .cannotTell && stated.reason.contains("of 3 groups of people"))
        let page = try String(contentsOfFile: run.folder + "/report.html", encoding: .utf8)
        #expect(page.contains("Cannot tell: not shown to be useful"))
        let again = try run.train()
        #expect(again.status == 4, "\(again.output)")
        #expect(again.output.contains("ended already") && again.output.contains("cannot tell"))
        let diagnosis = try TrainingRun.command(["diagnose", run.model])
        #expect(diagnosis.status == 4 && diagnosis.output.hasPrefix("CANNOT TELL\n"))
        #expect(diagnosis.output.contains("the file says of itself: cannot tell"))
        let evaluation = try TrainingRun.command([
          "evaluate", "--model", run.model, "--store", run.store,
        ])
        #expect(evaluation.status == 4)
        #expect(evaluation.output.contains("The file says of itself: cannot tell"))
        let export = try TrainingRun.command([
          "export", "--checkpoint", run.folder + "/checkpoints/best.pt", "--output",
          folder.path(of: "model.pt"),
        ])
        #expect(export.status == 4 && export.output.contains("Verdict: cannot tell."))
        #expect(FileManager.default.fileExists(atPath: folder.path(of: "model.pt")))
        // On more people it can be told, and then the file's own word counts no more.
        let more = try TrainingRun.command([
          "diagnose", run.model, "--store", try people(60, in: folder),
        ])
        #expect(more.status != 4, "\(more.output)")
        #expect(more.output.contains("note: the file says of itself: cannot tell"))
      }
    }

    /// People of one class only can't tell anything, and the exit code says so.
    @Test func oneClassCannotTell() throws {
      try withTemporaryDirectory { folder in
        let store = folder.path(of: "reals")
        try TrainingStore.make(
          store, TrainingStore.Plan(groups: 8, labels: { _ in [.real] }, seed: 6))
        let evaluation = try TrainingRun.command([
          "evaluate", "--model", run.model, "--store", store, "--split", "all",
        ])
        #expect(evaluation.status == 4 && evaluation.output.contains("Verdict: cannot tell."))
        let diagnosis = try TrainingRun.command(["diagnose", run.model, "--store", store])
        #expect(diagnosis.status == 4 && diagnosis.output.hasPrefix("CANNOT TELL\n"))
        #expect(diagnosis.output.contains("Only predictions of real and of fake videos"))

        // A file that knows of itself that it is broken stays so, in every word of the answer.
        let sound = try ModelFile(contentsOf: run.model)
        var metadata = sound.metadata
        metadata.verdict = StatedVerdict(.broken, reason: "AUC 0.000")
        let broken = folder.path(of: "broken.pt")
        try ModelFile(state: sound.state, metadata: metadata).write(to: broken)
        let file = folder.path(of: "result.json")
        let again = try TrainingRun.command([
          "evaluate", "--model", broken, "--store", store, "--split", "all", "--json", file,
        ])
        #expect(again.status == 1 && again.output.contains("Verdict: BROKEN."), "\(again.output)")
        #expect(try json(file)["verdict"] as? String == "broken")
        let alone = try TrainingRun.command(["diagnose", broken, "--store", store])
        #expect(alone.status == 1 && alone.output.hasPrefix("BROKEN"), "\(alone.output)")
      }
    }
  }
}
