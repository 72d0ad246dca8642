import Foundation
import TestSupport
import Testing

extension TrainerTests {
  /// Training on two hosts of this machine, with a network between them.
  @Suite(
    .serialized,
    .enabled(if: TwoHosts.reasonAgainst == nil, "needs two hosts: \(TwoHosts.reasonAgainst ?? "")"))
  struct OverANetwork {
    /// A cable of 1 Gbit/s that takes a millisecond changes nothing.
    @Test(arguments: [false, true]) func aSlowCableGivesTheSame(synchronized: Bool) throws {
      try withTemporaryDirectory { folder in
        func run(_ name: String, workers: Int) -> TrainingRun {
          TrainingRun(
            folder: folder.path(of: name), workers: workers,
            settings: [
              "epochs=1", "stepsPerEpoch=10", "network.synchronizedBatchNorm=\(synchronized)",
            ])
        }
        let alone = run("alone", workers: 4)
        _ = try alone.train(["--force"])
        let divided = run("divided", workers: 2)
        let hosts = TwoHosts(folder: folder.path(of: "hosts"))
        try hosts.whileUp(megabits: 1000, microseconds: 1000) {
          let outcome = try hosts.train(divided, processes: 2, flags: ["--force"])
          #expect([3, 4].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
        }
        #expect(try divided.modelBytes() == alone.modelBytes())
      }
    }

    /// A cable that is cut ends all processes and the launcher, with a word on where; the same command
    /// goes on.
    @Test(.timeLimit(.minutes(4))) func aCutCableEndsTheJob() throws {
      try withTemporaryDirectory { folder in
        let run = TrainingRun(
          folder: folder.path(of: "run"), workers: 1,
          settings: ["epochs=1000", "schedule.warmupEpochs=0"])
        let hosts = TwoHosts(folder: folder.path(of: "hosts"))
        var cut: ContinuousClock.Instant?
        var seconds = 0.0
        let outcome = try hosts.whileUp {
          let outcome = try hosts.train(
            run, processes: 2, flags: ["--longest-silence", "30s"]
          ) { process in
            while run.savedStep < 7, kill(process, 0) == 0 { usleep(500) }
            try hosts.cut()
            cut = .now
          }
          // Also the process on the other host, before the hosts are taken away.
          let left = try BuiltExecutable.run(
            [
              "-c",
              "for i in {1..120}; do pgrep -f '[t]rainer train.*\(folder.path)' || exit 0; "
                + "sleep 0.5; done; exit 1",
            ], program: URL(fileURLWithPath: "/bin/bash"))
          #expect(left.status == 0, "\(left.output)")
          seconds = try #require(cut).duration(to: .now) / .seconds(1)
          return outcome
        }
        #expect(outcome.status != 0)
        #expect(seconds < 60, "\(seconds)")
        #expect(
          outcome.errors.contains(
            /rank \d: nothing was heard of it for \d+ seconds by rank \d \(step \d+/),
          "\(outcome.errors)")
        #expect(run.savedStep >= 7)
        try run.expectToGoOn()
      }
    }
  }
}
