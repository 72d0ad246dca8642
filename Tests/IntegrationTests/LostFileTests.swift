import Foundation
import ShardStoreFixtures
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

extension TrainerTests {
  /// Shards that are cut while a training reads them, and terminals that are closed meanwhile.
  @Suite struct LostFile {
    /// Names with letters, and with what would command a terminal.
    private static let names = ["store \u{e9}\u{4e2d}", "store\u{1B}[31m\u{202E}"]

    private func waitForCheckpoint(_ run: TrainingRun, _ process: pid_t) {
      while run.savedStep < 7, kill(process, 0) == 0 { usleep(500) }
    }

    /// A shard that somebody truncates ends the training with a line that names it, and copied back it
    /// is all there.
    @Test(arguments: names) func aShardCutWhileItIsRead(_ name: String) throws {
      try withTemporaryDirectory { folder in
        let store = folder.path(of: name)
        try TrainingStore.make(store)
        let shards = try FileManager.default.contentsOfDirectory(atPath: store)
          .filter { $0.hasSuffix(".mdb") }
        try FileManager.default.copyItem(atPath: store, toPath: folder.path(of: "kept"))
        let run = TrainingRun(
          folder: folder.path(of: "run"), store: store, settings: ["stepsPerEpoch=100"])
        let outcome = try run.train { process in
          waitForCheckpoint(run, process)
          for shard in shards { truncate(store + "/" + shard, 8192) }
        }
        #expect(outcome.status == 1, "\(outcome.output) \(outcome.errors)")
        let lines = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("Error: ") }
        #expect(lines.count == 1, "\(outcome.errors)")
        let line = String(lines.first ?? "")
        #expect(line.contains(/\/shard-000-\d{6}\.mdb: byte \d+ can't be read any more/), "\(line)")
        #expect(
          line.contains("/store ") ? line.contains(name) : line.contains(#"\x1b[31m\xe2\x80\xae"#))
        #expect(!line.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })

        // As the line says: copied back, the same command goes on.
        try FileManager.default.removeItem(atPath: store)
        try FileManager.default.copyItem(atPath: folder.path(of: "kept"), toPath: store)
        let rest = try run.train()
        #expect([0, 3, 4].contains(rest.status), "\(rest.output) \(rest.errors)")
        #expect(rest.output.contains("Resume"))
      }
    }

    /// The same signal for another reason does what it always does: it ends the process.
    @Test func anotherBusErrorEndsAsEver() throws {
      try withTemporaryDirectory { folder in
        let run = TrainingRun(folder: folder.path(of: "run"), settings: ["stepsPerEpoch=1000"])
        // Swift's own handler prints where the program is, and survives a signal that is only sent.
        let outcome = try BuiltExecutable.run(
          ["SWIFT_BACKTRACE=enable=no", TrainingRun.trainer.path] + run.arguments,
          program: URL(fileURLWithPath: "/usr/bin/env")
        ) { process in
          waitForCheckpoint(run, process)
          kill(process, SIGBUS)
        }
        #expect(outcome.status == 128 + SIGBUS)
        #expect(!outcome.errors.contains("can't be read any more"))
      }
    }

    /// A closed terminal, of which system and shell both tell, ends a training with a checkpoint.
    @Test func twoHangUpsEndWithACheckpoint() throws {
      try withTemporaryDirectory { folder in
        let run = TrainingRun(folder: folder.path(of: "run"))
        // Whoever runs the tests may ignore the signal.
        let stopped = try BuiltExecutable.run(
          ["--default-signal=HUP", TrainingRun.trainer.path] + run.arguments,
          program: URL(fileURLWithPath: "/usr/bin/env")
        ) { process in
          waitForCheckpoint(run, process)
          kill(process, SIGHUP)
          kill(process, SIGHUP)
          usleep(20_000)
          kill(process, SIGHUP)
        }
        #expect(stopped.status == 128 + SIGHUP, "\(stopped.errors)")
        #expect(stopped.output.contains("Stopped at step \(run.savedStep)"), "\(stopped.output)")
        let rest = try run.train()
        #expect(rest.status == 4, "\(rest.errors)")
        #expect(try run.modelBytes() == UndisturbedRun.twoWorkers.modelBytes())
      }
    }

    /// A terminal that disappears in the middle: without the signal, the training goes on to its end.
    @Test func aTerminalThatDisappears() throws {
      try withTemporaryDirectory { folder in
        let run = TrainingRun(folder: folder.path(of: "run"))
        var (terminal, other): (Int32, Int32) = (-1, -1)
        try #require(openpty(&terminal, &other, nil, nil, nil) == 0)
        let screen = FileHandle(fileDescriptor: other, closeOnDealloc: true)
        let process = Process()
        process.executableURL = TrainingRun.trainer
        process.currentDirectoryURL = BuiltExecutable.packageFolder
        process.arguments = run.arguments
        process.standardInput = screen
        process.standardOutput = screen
        process.standardError = screen
        try process.run()
        waitForCheckpoint(run, process.processIdentifier)
        #expect(process.isRunning, "the terminal goes away while the training works")
        try screen.close()
        close(terminal)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 4)
        #expect(try run.modelBytes() == UndisturbedRun.twoWorkers.modelBytes())
      }
    }
  }
}
