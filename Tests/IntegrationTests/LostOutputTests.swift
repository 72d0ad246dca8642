import Foundation
import ShardStoreFixtures
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

extension TrainerTests {
  /// Every command with a standard output or error that is closed, full, or a terminal that is gone: no
  /// result is lost silently, and nothing else changes.
  @Suite struct LostOutput {
    private static let commands =
      PrintingCommand.extractor + PrintingCommand.trainer + PrintingCommand.detector

    /// The statuses of a command that did its work: sound, some inputs skipped, broken, can't be told.
    private static let done: Set<Int32> = [0, 2, 3, 4]

    /// The commands above are all that the programs have.
    @Test func everyCommandIsTried() throws {
      for (program, tried) in [
        (BuiltExecutable.extractor, PrintingCommand.extractor.map(\.name)),
        (TrainingRun.trainer, PrintingCommand.trainer.map(\.name)),
        (DetectorModels.detector, PrintingCommand.detector.map(\.name)),
      ] {
        let help = try BuiltExecutable.run(["--help"], program: program).output
        let list = try #require(help.components(separatedBy: "SUBCOMMANDS:").last)
        let names = list.split(separator: "\n").compactMap {
          $0.wholeMatch(of: /\s\s(\S+)(\s\s+.*)?/).map { String($0.1) }
        }
        #expect(names.count >= 2)
        // The server ends by a signal only: see Serving.
        let untried = Set(names).subtracting(tried + ["serve"])
        #expect(
          untried.isEmpty
            || (!BuiltExecutable.hasWeights
              && untried.isSubset(of: ["sample-clips", "predict", "compare"]))
        )
      }
    }

    /// A result that can't be printed is a failure; a log that can't is not.
    @Test(arguments: commands) func outputThatIsLost(_ command: PrintingCommand) throws {
      let usual = try command.run("")
      #expect(Self.done.contains(usual.status), "\(usual.errors)")
      #expect(!usual.output.isEmpty)
      for (redirection, reason) in [
        (">/dev/full", "No space left"), (">&-", "Bad file descriptor"),
        ("<&- >&-", "Bad file descriptor"),
      ] {
        let lost = try command.run(redirection)
        #expect(lost.status == (command.isLog ? usual.status : 1), "\(redirection) \(lost.errors)")
        #expect(lost.errors.contains("standard output can't be written"), "\(redirection)")
        #expect(lost.errors.contains(reason), "\(redirection) \(lost.errors)")
      }
      let silent = try command.run("<&- >&- 2>&-")
      #expect(silent.status == (command.isLog ? usual.status : 1))
    }

    /// Progress and notes that can't be printed are dropped.
    @Test(arguments: commands) func errorsThatAreLost(_ command: PrintingCommand) throws {
      let usual = try command.run("")
      for redirection in ["2>/dev/full", "2>&-", "<&- 2>&-"] {
        let outcome = try command.run(redirection)
        #expect(outcome.status == usual.status, "\(redirection)")
        #expect(!outcome.output.isEmpty, "\(redirection)")
      }
    }

    /// Who reads the first line only, as `head -1`, has what it wanted.
    @Test(arguments: commands) func aReaderThatLeaves(_ command: PrintingCommand) throws {
      let usual = try command.run("")
      let outcome = try command.run(
        "; } | true; exit ${PIPESTATUS[0]}", before: "{ sleep 0.2; ")
      #expect(outcome.status == usual.status, "\(outcome.errors)")
      #expect(!outcome.errors.contains("standard output"), "\(outcome.errors)")
    }

    /// A terminal that is gone has nobody who misses what it would have shown.
    @Test(arguments: commands) func aTerminalThatIsGone(_ command: PrintingCommand) throws {
      let usual = try command.run("")
      try withTemporaryDirectory { folder in
        var (terminal, other): (Int32, Int32) = (-1, -1)
        try #require(openpty(&terminal, &other, nil, nil, nil) == 0)
        close(terminal)
        let screen = FileHandle(fileDescriptor: other, closeOnDealloc: true)
        let process = Process()
        process.executableURL = command.program
        process.currentDirectoryURL = BuiltExecutable.packageFolder
        process.arguments = try command.arguments(folder)
        process.standardInput = screen
        process.standardOutput = screen
        process.standardError = screen
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == usual.status)
      }
    }

    /// Started by nohup, a command goes on when its terminal is closed.
    @Test(arguments: commands) func nohup(_ command: PrintingCommand) throws {
      let usual = try command.run("")
      let outcome = try command.run(
        "& while kill -HUP $! 2>/dev/null; do sleep 0.02; done; wait $!",
        // The shell ignores the signal as well: it could come before nohup does.
        before: "trap '' HUP; exec nohup")
      #expect(outcome.status == usual.status, "\(outcome.errors)")
      #expect(!outcome.output.isEmpty)
    }

    /// Help and version are results too.
    @Test func helpThatIsLost() throws {
      for program in [BuiltExecutable.extractor, TrainingRun.trainer] {
        for arguments in [["--help"], ["--version"], ["help", "benchmark"]] {
          let outcome = try BuiltExecutable.run(
            ["-c", "exec \"$0\" \"$@\" >/dev/full", program.path] + arguments,
            program: URL(fileURLWithPath: "/bin/bash"))
          #expect(outcome.status == 1, "\(arguments)")
          #expect(outcome.errors.contains("No space left"))
        }
      }
    }

    /// Wrong usage stays wrong usage, and a failure a failure.
    @Test func errorsKeepTheirStatus() throws {
      for (arguments, status) in [(["--nonsense"], 64), (["verify", "/nowhere"], 1)] {
        for redirection in ["2>/dev/full", ">&- 2>&-", ">/dev/full"] {
          let outcome = try BuiltExecutable.run(
            ["-c", "exec \"$0\" \"$@\" \(redirection)", BuiltExecutable.extractor.path] + arguments,
            program: URL(fileURLWithPath: "/bin/bash"))
          #expect(outcome.status == Int32(status), "\(arguments) \(redirection)")
        }
      }
    }

    /// With closed descriptors no file of the store gets what was meant for a terminal.
    @Test func nothingIsPrintedIntoFiles() throws {
      try withTemporaryDirectory { folder in
        let command = PrintingCommand.extractor[0]
        let outcome = try BuiltExecutable.run(
          ["-c", "exec \"$0\" \"$@\" <&- >&- 2>&-", command.program.path]
            + command.arguments(folder), program: URL(fileURLWithPath: "/bin/bash"))
        #expect(outcome.status == 0)
        let store = folder.path(of: "store")
        let files = try FileManager.default.contentsOfDirectory(atPath: store)
        #expect(files.contains { $0.hasSuffix(".lock") })
        for file in files where file.hasSuffix(".lock") {
          #expect(try Data(contentsOf: URL(fileURLWithPath: store + "/" + file)).isEmpty, "\(file)")
        }
        #expect(try BuiltExecutable.run(["verify", store]).status == 0)
      }
    }
  }
}
