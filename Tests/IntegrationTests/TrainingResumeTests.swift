import Foundation
import ModelFiles
import Randomness
import TestSupport
import Testing

extension TrainerTests {
  /// A training that is killed, stopped or out of time, and run again, ends with the same bytes.
  @Suite struct Resume {
    /// Kills at three random moments, each proved to lie between the start and the last step.
    private func expectSameAfterKills(_ expected: TrainingRun, seed: UInt64) throws {
      try withTemporaryDirectory { folder in
        let run = TrainingRun(
          folder: folder.path(of: "run"), workers: expected.workers, settings: expected.settings,
          isForced: expected.isForced)
        var stream = RandomStream(seed: seed, .check)
        for third in 0..<3 {
          let before = run.savedStep
          // In ascending thirds, and at least ten steps before the end.
          let target = max(before, 18 * third + stream.below(14))
          let killed = try run.train(
            signalled: SIGKILL, afterStep: target, moment: stream.uniform(0, 0.008))
          #expect(killed.status == 128 + SIGKILL, "\(killed.output) \(killed.errors)")
          #expect(run.savedStep >= before && run.savedStep < 60, "kill \(third) came too late")
          #expect(!FileManager.default.fileExists(atPath: run.model))
        }
        // What a kill in the midst of writing leaves goes away.
        try folder.makeFiles([
          "run/checkpoints/.step-00000007.pt.x1y2z3.partial", "run/metrics.csv.x1y2z3.partial",
        ])
        let last = try run.train()
        #expect(
          expected.expectedStatuses.contains(last.status), "\(last.output) \(last.errors)")
        #expect(last.output.contains("Resume"))
        #expect(try run.modelBytes() == expected.modelBytes())
        #expect(
          try Data(contentsOf: URL(fileURLWithPath: run.folder + "/model.safetensors"))
            == Data(contentsOf: URL(fileURLWithPath: expected.folder + "/model.safetensors")))
        #expect(try run.metricsRows().map { $0[0] } == ["20", "40", "60"])
        for part in ["", "/checkpoints"] {
          #expect(
            try FileManager.default.contentsOfDirectory(atPath: run.folder + part).sorted()
              == FileManager.default.contentsOfDirectory(atPath: expected.folder + part).sorted())
        }
      }
    }

    @Test func killsAtOneWorker() throws {
      try expectSameAfterKills(UndisturbedRun.oneWorker, seed: 11)
    }

    @Test func killsAtTwoWorkers() throws {
      try expectSameAfterKills(UndisturbedRun.twoWorkers, seed: 12)
    }

    @Test func killsWithAdamW() throws {
      try expectSameAfterKills(UndisturbedRun.adamWTwoWorkers, seed: 13)
    }

    @Test func killsWithPairsAndBlends() throws {
      try expectSameAfterKills(UndisturbedRun.pairsTwoWorkers, seed: 14)
    }

    @Test func killsWithFrozenStagesRatesAndBalance() throws {
      try expectSameAfterKills(UndisturbedRun.fineTunedTwoWorkers, seed: 15)
    }

    /// The comparison can fail: another seed, and another number of workers, give other bytes.
    @Test func otherRunsDiffer() throws {
      let bytes = try UndisturbedRun.twoWorkers.modelBytes()
      #expect(try UndisturbedRun.oneWorker.modelBytes() != bytes)
      #expect(try UndisturbedRun.adamWTwoWorkers.modelBytes() != bytes)
      #expect(try UndisturbedRun.pairsTwoWorkers.modelBytes() != bytes)
      #expect(try UndisturbedRun.fineTunedTwoWorkers.modelBytes() != bytes)
    }

    @Test(arguments: [SIGINT, SIGTERM]) func aSignalLeavesACheckpointOfTheVeryStep(
      signal: Int32
    ) throws {
      try withTemporaryDirectory { folder in
        let run = TrainingRun(folder: folder.path(of: "run"))
        let stopped = try run.train(signalled: signal, afterStep: 14, moment: 0.005)
        #expect(stopped.status == 128 + signal, "\(stopped.output) \(stopped.errors)")
        let step = try #require(
          stopped.output.firstMatch(of: /Stopped at step (\d+);/).flatMap { Int($0.1) })
        #expect(step >= 14 && step < 60)
        #expect(run.savedStep == step)
        #expect(try Checkpoint(contentsOf: run.checkpoints.file(step: step)).step == step)
        let rest = try run.train()
        #expect(rest.status == 4, "\(rest.output) \(rest.errors)")
        #expect(rest.output.contains("step \(step) of 60"))
        #expect(try run.modelBytes() == UndisturbedRun.twoWorkers.modelBytes())
      }
    }

    @Test func theTimeLimitGivesAModelAndTheNextRunGoesOn() throws {
      try withTemporaryDirectory { folder in
        let run = TrainingRun(folder: folder.path(of: "run"))
        // So short that the first epoch does not end: there is no validation to choose by.
        let first = try run.train(["--time", "0.05s", "--force"])
        #expect([0, 3, 4].contains(first.status), "\(first.output) \(first.errors)")
        #expect(first.errors.contains("time limit"))
        #expect(run.savedStep > 0 && run.savedStep < 60)
        let early = try run.modelBytes()
        let story = URL(fileURLWithPath: run.folder + "/training_info.json")
        let earlyStory = try Data(contentsOf: story)
        let second = try run.train()
        #expect(second.status == 4, "\(second.output) \(second.errors)")
        #expect(try run.modelBytes() != early)
        #expect(try run.modelBytes() == UndisturbedRun.twoWorkers.modelBytes())
        #expect(try run.metricsRows().map { $0[0] } == ["20", "40", "60"])
        // Nothing is left to do, and nothing is done.
        let third = try run.train()
        #expect(third.status == 4)
        #expect(third.output.contains("ended already"))
        #expect(try run.modelBytes() == UndisturbedRun.twoWorkers.modelBytes())
        // As if the second run had been killed before its export: the early model is no result.
        try early.write(to: URL(fileURLWithPath: run.model))
        try earlyStory.write(to: story)
        let fourth = try run.train()
        #expect(fourth.status == 4)
        #expect(try run.modelBytes() == UndisturbedRun.twoWorkers.modelBytes())
      }
    }

    /// As if the process had been killed between the best checkpoint and its second name.
    @Test func theBestCheckpointIsNamedAgain() throws {
      try withTemporaryDirectory { folder in
        let run = TrainingRun(folder: folder.path(of: "run"), settings: ["epochs=1"])
        #expect([0, 3, 4].contains(try run.train(["--force"]).status))
        let expected = try run.modelBytes()
        #expect(try Checkpoint(contentsOf: run.checkpoints.best).step == 20)
        for file in [run.checkpoints.best, run.model, run.folder + "/training_info.json"] {
          try FileManager.default.removeItem(atPath: file)
        }
        try FileManager.default.copyItem(
          atPath: run.checkpoints.file(step: 14), toPath: run.checkpoints.best)
        #expect([0, 3, 4].contains(try run.train(["--force"]).status))
        #expect(try run.modelBytes() == expected)
      }
    }

    /// A signal while the end of an epoch is validated: that epoch is validated again.
    @Test func aSignalDuringValidation() throws {
      try withTemporaryDirectory { folder in
        let expected = TrainingRun(
          folder: folder.path(of: "whole"), settings: ["checkpoints.everySteps=10"])
        #expect(try expected.train().status == 4)
        var hits = 0
        for attempt in 0..<4 {
          let run = TrainingRun(
            folder: folder.path(of: "run-\(attempt)"), settings: expected.settings)
          // The checkpoint of step 20 lies right before the validation.
          let stopped = try run.train(
            signalled: attempt % 2 == 0 ? SIGINT : SIGKILL, afterStep: 20,
            moment: Double(attempt) * 0.002)
          #expect([128 + SIGINT, 128 + SIGKILL].contains(stopped.status))
          let saved = try #require(try run.checkpoints.latest { _ in })
          // Its epoch is complete, but has not ended.
          if saved.step == 20, saved.sample == 160 { hits += 1 }
          let rest = try run.train()
          #expect(rest.status == 4, "\(rest.output) \(rest.errors)")
          #expect(try run.modelBytes() == expected.modelBytes())
          #expect(try run.metricsRows().map { $0[0] } == ["20", "40", "60"])
        }
        #expect(hits > 0, "no signal came during a validation")
      }
    }
  }
}
