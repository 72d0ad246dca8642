import Foundation
import ShardStoreFixtures
import TestSupport
import Testing

extension TrainerTests {
  /// Little memory, by `ulimit -d` and `ulimit -v`: a command works, or says at the start what it needs.
  /// It neither hangs, as OpenBLAS and Dispatch do where they get none, nor crashes.
  @Suite struct MemoryLimits {
    private static let commands =
      PrintingCommand.trainer.filter { ["train", "evaluate", "repair"].contains($0.name) }
      + PrintingCommand.extractor.filter { $0.name == "run" }

    private static let hang: Int32 = 124

    private func run(
      _ command: PrintingCommand, _ option: String, kibibytes: Int
    ) throws -> BuiltExecutable.Outcome {
      try command.run("", before: "ulimit -\(option) \(kibibytes) && exec timeout 300")
    }

    /// From far too little to more than enough.
    @Test(arguments: commands, ["d", "v"]) func littleMemory(
      _ command: PrintingCommand, _ option: String
    ) throws {
      let usual = try command.run("").status
      let limits =
        option == "d"
        ? [64, 96, 128, 192, 256, 320, 384, 448, 512].map { $0 << 10 }
        : [384, 512, 640, 768, 896, 1024, 1280].map { $0 << 10 }
      var refused = 0
      for limit in limits {
        let outcome = try run(command, option, kibibytes: limit)
        #expect(outcome.status != Self.hang, "\(limit)")
        guard outcome.status != usual else { continue }
        refused += 1
        #expect(outcome.status == 1, "\(limit) \(outcome.errors.suffix(500))")
        #expect(
          outcome.errors.contains(/Error: not enough memory for .*ulimit -[dv] allows \d+;/),
          "\(limit) \(outcome.errors.suffix(500))")
      }
      #expect(refused > 0 && refused < limits.count)
    }

    /// With the limit that the sentence names, the command goes further, and in the end works.
    @Test(arguments: commands) func theLimitThatIsNamedIsEnough(
      _ command: PrintingCommand
    ) throws {
      let usual = try command.run("").status
      var limit = 64 << 10
      for _ in 0..<3 {
        let outcome = try run(command, "d", kibibytes: limit)
        guard outcome.status != usual else { return }
        let named = try #require(
          outcome.errors.firstMatch(of: /or raise ulimit -d to (\d+)/).flatMap { Int($0.1) },
          "\(limit) \(outcome.errors.suffix(500))")
        #expect(named > limit)
        limit = named
      }
      Issue.record("\(command): \(limit) KiB are not enough")
    }

    /// A smaller batch and fewer workers need less, as the sentence says.
    @Test func whatTheSentenceAdvisesWorks() throws {
      try withTemporaryDirectory { folder in
        func train(
          _ name: String, workers: Int, batch: Int, kibibytes: Int
        ) throws -> BuiltExecutable.Outcome {
          let run = TrainingRun(
            folder: folder.path(of: name), workers: workers,
            settings: [
              "network.width=16", "network.inputSize=96", "batchSize=\(batch)", "epochs=1",
              "stepsPerEpoch=1", "validation.bootstrap=0",
            ])
          return try BuiltExecutable.run(
            ["-c", "ulimit -d \(kibibytes); exec \"$0\" \"$@\"", TrainingRun.trainer.path]
              + run.arguments + ["--force"], program: URL(fileURLWithPath: "/bin/bash"))
        }
        let refused = try train("none", workers: 2, batch: 96, kibibytes: 200_000)
        let needed = try #require(
          refused.errors.firstMatch(of: /or raise ulimit -d to (\d+)/).flatMap { Int($0.1) },
          "\(refused.errors)")
        // A little less than that: half of the batch fits.
        let limit = needed - (40 << 10)
        let advised = try train("large", workers: 2, batch: 96, kibibytes: limit)
        #expect(advised.status == 1, "\(advised.errors)")
        let advice = try #require(
          advised.errors.firstMatch(of: /take --workers 1 --set batchSize=(\d+), or raise/),
          "\(advised.errors)")
        let batch = try #require(Int(advice.1))
        #expect(batch < 96)
        let followed = try train("small", workers: 1, batch: batch, kibibytes: limit)
        #expect([0, 3, 4].contains(followed.status), "\(followed.errors.suffix(500))")
      }
    }
  }
}
