import Contract
import Foundation
import ModelFiles
import Randomness
import ShardStoreFixtures
import TestSupport
import Testing

extension TrainerTests {
  /// Cross-validation as a user runs it.
  @Suite struct CrossValidation {
    private static let settings = [
      "epochs=2", "stepsPerEpoch=12", "data.pairing=source", "selfBlending.share=0.5",
      "validation.selection=oneStandardError", "optimizer.averageLast=0.5",
    ]

    private func run(_ folder: String, _ store: String = TrainingStore.folder) -> TrainingRun {
      TrainingRun(folder: folder, store: store, settings: Self.settings)
    }

    private func crossValidate(
      _ run: TrainingRun, _ flags: [String] = [], whileRunning: (pid_t) throws -> Void = { _ in }
    ) throws -> BuiltExecutable.Outcome {
      try TrainingRun.command(
        // A few steps may leave a model that is broken; it is written all the same.
        ["crossvalidate"] + run.arguments.dropFirst() + ["--folds", "3", "--force"] + flags,
        whileRunning: whileRunning)
    }

    /// Every file whose bytes must be equal.
    private func results(_ run: TrainingRun) throws -> [String: Data] {
      var names = ["model.pt", "model.safetensors", "predictions.csv"]
      for fold in 1...3 {
        names.append("fold-\(fold)/predictions.csv")
        names += (1...2).map { "fold-\(fold)/answers/epoch-000\($0).npy" }
      }
      return try Dictionary(
        uniqueKeysWithValues: names.map {
          ($0, try Data(contentsOf: URL(fileURLWithPath: run.folder + "/" + $0)))
        })
    }

    private func step(_ run: TrainingRun, _ part: String) -> Int {
      CheckpointFolder(run.folder + part + "/checkpoints", keep: 1).steps.last ?? 0
    }

    /// Every video has an answer of a network that hasn't seen its people; the story, the verdict's reason
    /// and the file say so; killed in three places, it ends with the same bytes.
    @Test func killedItEndsWithTheSameBytes() throws {
      try withTemporaryDirectory { folder in
        let undisturbed = run(folder.path(of: "undisturbed"))
        let outcome = try crossValidate(undisturbed)
        #expect([0, 3, 4].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
        #expect(outcome.output.contains("Fold 3 of 3"))
        let table = try String(
          contentsOfFile: undisturbed.folder + "/predictions.csv", encoding: .utf8)
        // 12 groups with two videos of 8 crops.
        #expect(table.split(separator: "\n").count == 1 + 12 * 2 * 8)
        let file = try ModelFile(contentsOf: undisturbed.model)
        #expect(file.metadata.verdict?.reason.contains("in 3 folds") == true)
        #expect(file.metadata.provenance.settings["crossValidation.fold"] == "all of 3")
        let story = try String(
          contentsOfFile: undisturbed.folder + "/training_info.json", encoding: .utf8)
        #expect(story.contains("\"crossValidation\""))
        let report = try String(
          contentsOfFile: undisturbed.folder + "/report.html", encoding: .utf8)
        #expect(report.contains("People were divided into 3 folds"))
        // A map of the model's beside a score of a fold's network would contradict it.
        #expect(report.contains("There are no activation maps: networks of the folds"))
        #expect(!report.contains("fitted on validation"))

        let killed = run(folder.path(of: "killed"))
        var random = RandomStream(seed: 21, .check)
        for part in ["/fold-1", "/fold-3", ""] {
          let outcome = try crossValidate(killed) { process in
            while step(killed, part) < 7, kill(process, 0) == 0 { usleep(500) }
            Thread.sleep(forTimeInterval: random.uniform(0, 0.01))
            kill(process, SIGKILL)
          }
          #expect(outcome.status == 128 + SIGKILL, "\(part): \(outcome.output)")
          #expect(!FileManager.default.fileExists(atPath: killed.model))
        }
        let last = try crossValidate(killed)
        #expect(last.status == outcome.status, "\(last.output) \(last.errors)")
        let expected = try results(undisturbed)
        for (name, bytes) in try results(killed) { #expect(expected[name] == bytes, "\(name)") }
        let again = try crossValidate(killed)
        #expect(again.status == outcome.status)
        for (name, bytes) in try results(killed) { #expect(expected[name] == bytes, "\(name)") }
      }
    }

    /// Folds as jobs of their own, in any order, give what one command gives; then the rest.
    @Test func foldsCanBeJobs() throws {
      try withTemporaryDirectory { folder in
        let jobs = run(folder.path(of: "jobs"))
        for fold in [3, 1, 2] {
          let outcome = try crossValidate(jobs, ["--fold", "\(fold)"])
          #expect(outcome.status == 0, "\(outcome.errors)")
          #expect(outcome.output.contains("Fold \(fold) of 3 has ended"))
        }
        #expect(!FileManager.default.fileExists(atPath: jobs.folder + "/predictions.csv"))
        let measured = try crossValidate(jobs, ["--measure-only"])
        #expect(measured.status == 0, "\(measured.errors)")
        #expect(!FileManager.default.fileExists(atPath: jobs.model))
        #expect(FileManager.default.fileExists(atPath: jobs.folder + "/crossvalidation.json"))
        let whole = run(folder.path(of: "whole"))
        _ = try crossValidate(whole)
        _ = try crossValidate(jobs)
        let expected = try results(whole)
        for (name, bytes) in try results(jobs) { #expect(expected[name] == bytes, "\(name)") }
        // Exported again from its checkpoint, it is the same model with the same numbers.
        let exported = folder.path(of: "exported.pt")
        let outcome = try TrainingRun.command([
          "export", "--checkpoint", jobs.folder + "/checkpoints/best.pt", "--output", exported,
          "--force",
        ])
        #expect([0, 1, 4].contains(outcome.status), "\(outcome.errors)")
        #expect(
          try Data(contentsOf: URL(fileURLWithPath: exported)) == expected["model.pt"])
      }
    }

    /// A network that has learned from everybody isn't sound because it knows them.
    @Test func itsOwnVideosProveNothing() throws {
      try withTemporaryDirectory { folder in
        let run = run(folder.path(of: "run"))
        _ = try crossValidate(run)
        let all = try TrainingRun.command([
          "evaluate", "--model", run.model, "--store", run.store, "--split", "all",
          "--bootstrap", "0",
        ])
        #expect([1, 4].contains(all.status), "\(all.output)")
        let test = try TrainingRun.command([
          "evaluate", "--model", run.model, "--store", run.store, "--bootstrap", "0",
        ])
        #expect(test.status == 1)
        let diagnosis = try TrainingRun.command(["diagnose", run.model, "--store", run.store])
        #expect(diagnosis.output.contains("learned from every video"), "\(diagnosis.output)")
      }
    }

    /// A training that few people validate proposes it.
    @Test func itIsProposed() throws {
      try withTemporaryDirectory { folder in
        let run = run(folder.path(of: "run"))
        let outcome = try run.train(["--dry-run"])
        #expect(outcome.output.contains("'trainer crossvalidate' judges all people"))
      }
    }

    @Test func wrongUseIsAnError() throws {
      try withTemporaryDirectory { folder in
        let run = run(folder.path(of: "run"))
        #expect(try crossValidate(run, ["--fold", "4"]).status == 64)
        #expect(try crossValidate(run, ["--fold", "1", "--measure-only"]).status == 64)
        let limited = try crossValidate(run, ["--set", "timeLimit=1h"])
        #expect(limited.status == 1 && limited.errors.contains("time limit"))
        let many = try TrainingRun.command(
          ["crossvalidate"] + run.arguments.dropFirst() + ["--folds", "13"])
        #expect(many.status == 1 && many.errors.contains("got 12; take fewer folds"))
        // The folder of another number of folds.
        _ = try crossValidate(run, ["--fold", "1"])
        let other = try TrainingRun.command(
          ["crossvalidate"] + run.arguments.dropFirst() + ["--folds", "4", "--fold", "1"])
        #expect(other.status == 1 && other.errors.contains("1 of 3"), "\(other.errors)")
      }
    }
  }
}
