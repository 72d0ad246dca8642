import Foundation
import ModelFiles
import NeuralNetwork
import TestSupport
import Testing

extension TrainerTests {
  /// Training in several processes, by the MPI libraries that are installed.
  @Suite(
    .enabled(
      if: !MPIJobLauncher.installed.isEmpty,
      "no MPI is installed (apt: openmpi-bin, mpich); scripts/test installs them"))
  struct Processes {
    private static let settings = ["epochs=2", "stepsPerEpoch=10"]

    private func run(
      _ folder: TemporaryDirectory, _ name: String, workers: Int, synchronized: Bool = false
    ) -> TrainingRun {
      TrainingRun(
        folder: folder.path(of: name), workers: workers,
        settings: Self.settings + ["network.synchronizedBatchNorm=\(synchronized)"])
    }

    /// Sends a signal to one process of the job that trains in a folder: the one that began last.
    private static func send(_ signal: String, toProcessOf folder: TemporaryDirectory) throws {
      _ = try BuiltExecutable.run(
        [
          "-c",
          "pgrep -f '^[^ ]*/trainer train.*\(folder.path)' | tail -n 1 | xargs kill -\(signal)",
        ], program: URL(fileURLWithPath: "/bin/bash"))
    }

    private static let canMount: Bool = {
      let outcome = try? BuiltExecutable.run(
        ["-c", "unshare --mount mount -t tmpfs tmpfs /mnt"],
        program: URL(fileURLWithPath: "/bin/bash"))
      return geteuid() == 0 && outcome?.status == 0
    }()

    private func weights(_ run: TrainingRun) throws -> NetworkState {
      try ModelFile(contentsOf: run.model).state
    }

    /// One process of four workers, two of two and four of one end in the same bits.
    @Test(arguments: MPIJobLauncher.installed, [false, true])
    func dividedAnyWayItIsTheSame(_ launcher: MPIJobLauncher, synchronized: Bool) throws {
      try withTemporaryDirectory { folder in
        let alone = run(folder, "alone", workers: 4, synchronized: synchronized)
        let outcome = try alone.train(["--force"])
        #expect([3, 4].contains(outcome.status), "\(outcome.errors)")
        for (processes, workers) in [(1, 4), (2, 2), (4, 1)] {
          let divided = run(
            folder, "\(processes)", workers: workers, synchronized: synchronized)
          let together = try launcher.train(divided, processes: processes, flags: ["--force"])
          #expect(
            together.status == outcome.status,
            "\(processes): \(together.output) \(together.errors)")
          // The whole file: weights, calibration, verdict.
          #expect(
            try Data(contentsOf: URL(fileURLWithPath: divided.model))
              == Data(contentsOf: URL(fileURLWithPath: alone.model)), "\(processes) processes")
          // But for speed and waiting.
          #expect(
            try divided.metricsRows().map { $0[..<5] + $0[7...] }
              == alone.metricsRows().map { $0[..<5] + $0[7...] })
          // Tables and progress come once; the other processes have logs.
          #expect(
            together.output.components(separatedBy: "val frame").count == 2, "\(together.output)")
          let logs = try FileManager.default.subpathsOfDirectory(atPath: divided.folder)
            .filter { $0.hasPrefix("ranks/") }.sorted()
          #expect(logs == (1..<max(processes, 1)).map { "ranks/rank-000\($0).log" })
        }
      }
    }

    /// A network of the real size, whose sums go in many buckets, by three processes: the tree of sums is
    /// that of three workers.
    @Test(arguments: MPIJobLauncher.installed)
    func threeProcessesTrainALargeNetwork(_ launcher: MPIJobLauncher) throws {
      try withTemporaryDirectory { folder in
        func run(_ name: String, workers: Int, precision: String = "float32") -> TrainingRun {
          TrainingRun(
            folder: folder.path(of: name), workers: workers,
            settings: [
              "network.width=64", "network.hidden=256", "epochs=1", "stepsPerEpoch=3",
              "checkpoints.everySteps=0", "communication.precision=\(precision)",
            ])
        }
        let alone = run("alone", workers: 3)
        _ = try alone.train(["--force"])
        let divided = run("divided", workers: 1)
        let outcome = try launcher.train(divided, processes: 3, flags: ["--force"])
        #expect([3, 4].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
        #expect(try divided.modelBytes() == alone.modelBytes())
        let rounded = run("rounded", workers: 1, precision: "bfloat16")
        _ = try launcher.train(rounded, processes: 3, flags: ["--force"])
        let (expected, found) = (try weights(alone), try weights(rounded))
        #expect(expected.parameters.count > 11_000_000)
        let difference = relativeDifference(found.parameters, expected.parameters)
        #expect(difference > 0 && difference < 0.01, "\(difference)")
      }
    }

    /// Stopped with two processes and gone on with four and with one: the same batches, none lost and none
    /// doubled; with as many workers in all to the same bits.
    @Test(arguments: MPIJobLauncher.installed)
    func anotherNumberOfProcessesGoesOn(_ launcher: MPIJobLauncher) throws {
      try withTemporaryDirectory { folder in
        // Long enough that a signal comes before the end.
        let settings = ["epochs=40", "stepsPerEpoch=10", "validation.everyEpochs=20"]
        func run(_ name: String, workers: Int) -> TrainingRun {
          TrainingRun(folder: folder.path(of: name), workers: workers, settings: settings)
        }
        let undisturbed = run("undisturbed", workers: 4)
        _ = try undisturbed.train(["--force"])
        for (processes, workers) in [(4, 1), (1, 4)] {
          let divided = run("then \(processes)", workers: 2)
          let first = try launcher.train(divided, processes: 2, flags: ["--force"]) { process in
            while divided.savedStep < 7, kill(process, 0) == 0 { usleep(500) }
            // To one process of the job, which is not the first one.
            try? Self.send("TERM", toProcessOf: folder)
          }
          #expect(first.status == 143, "\(first.status) \(first.output) \(first.errors)")
          let stopped = divided.savedStep
          #expect((7..<400).contains(stopped), "\(stopped)")
          let resumed = TrainingRun(
            folder: divided.folder, workers: workers, settings: divided.settings)
          let second = try launcher.train(resumed, processes: processes, flags: ["--force"])
          #expect(resumed.expectedStatuses.contains(second.status) || second.status == 3)
          #expect(second.output.contains("step \(stopped) of 400"), "\(second.output)")
          #expect(try weights(resumed) == weights(undisturbed), "\(processes)")
        }
      }
    }

    /// With any library, gradients that travel rounded come to the same weights, which are others than
    /// those of gradients that don't.
    @Test func roundedGradientsTrainTheSame() throws {
      try withTemporaryDirectory { folder in
        var found: [NetworkState] = []
        let exact = run(folder, "exact", workers: 2)
        _ = try exact.train(["--force"])
        for (number, launcher) in MPIJobLauncher.installed.enumerated() {
          let rounded = TrainingRun(
            folder: folder.path(of: "\(number)"), workers: 1,
            settings: Self.settings + ["communication.precision=bfloat16"])
          let outcome = try launcher.train(rounded, processes: 2, flags: ["--force"])
          #expect([3, 4].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
          #expect(outcome.output.contains("gradients travel as bfloat16"), "\(outcome.output)")
          found.append(try weights(rounded))
        }
        #expect(found.allSatisfy { $0 == found[0] })
        #expect(try found[0] != weights(exact))
      }
    }

    /// A process that fails by itself ends the job, and says why.
    @Test(arguments: MPIJobLauncher.installed)
    func failureEndsTheJob(_ launcher: MPIJobLauncher) throws {
      try withTemporaryDirectory { folder in
        var broken = run(folder, "run", workers: 1)
        broken.store = folder.path(of: "nowhere")
        let outcome = try launcher.train(broken, processes: 2)
        #expect(outcome.status != 0)
        #expect(outcome.errors.contains("nowhere"), "\(outcome.errors)")
        // One line of the first one's failure is enough.
        let wrong = try launcher.train(
          run(folder, "run", workers: 1), processes: 2, flags: ["--set", "batchSize=3"])
        #expect(wrong.status != 0)
        #expect(
          (wrong.errors + wrong.output).components(separatedBy: "two or more for each").count <= 3,
          "\(wrong.errors)")
      }
    }

    /// A process that is killed ends the others; one that is stopped does so after a while, by name.
    @Test(arguments: MPIJobLauncher.installed, [SIGKILL, SIGSTOP])
    func deathAndSilence(_ launcher: MPIJobLauncher, signal: Int32) throws {
      try withTemporaryDirectory { folder in
        let run = TrainingRun(
          folder: folder.path(of: "run"), workers: 1,
          settings: ["epochs=1000", "schedule.warmupEpochs=0"])
        var struck: ContinuousClock.Instant?
        let outcome = try launcher.train(
          run, processes: 2, flags: ["--longest-silence", "3s"],
          // Time for a word before mpirun kills the others.
          environment: ["OMPI_MCA_odls_base_sigkill_timeout": "5"]
        ) { process in
          while run.savedStep < 7, kill(process, 0) == 0 { usleep(500) }
          try? Self.send("\(signal)", toProcessOf: folder)
          struck = .now
        }
        let seconds = try #require(struck).duration(to: .now) / .seconds(1)
        #expect(outcome.status != 0)
        #expect(seconds < 60, "\(seconds)")
        // Where a process is killed, some launchers kill the others before they can say so.
        if signal == SIGSTOP || launcher.waitsForWords {
          #expect(
            outcome.errors.contains(
              signal == SIGSTOP
                ? /rank \d: nothing was heard of it for \d+ seconds by rank \d \(step \d+/
                : /rank \d: its process has ended, which rank \d saw \(step \d+/),
            "\(outcome.errors)")
        }
        // The brackets keep the search from finding itself.
        let left = try BuiltExecutable.run(
          [
            "-c",
            "for i in {1..40}; do pgrep -f '[t]rainer train.*\(folder.path)' || exit 0; sleep 0.5; done; exit 1",
          ], program: URL(fileURLWithPath: "/bin/bash"))
        #expect(left.status == 0, "\(left.output)")
        #expect(run.savedStep >= 7)
        try run.expectToGoOn()
      }
    }

    /// A disk that is full where the first process writes ends all, with a word on where; with room again
    /// the same command goes on.
    @Test(
      .enabled(if: Self.canMount, "a disk of its own, which can be full, needs root"),
      arguments: MPIJobLauncher.installed)
    func aFullDiskEndsTheJob(_ launcher: MPIJobLauncher) throws {
      func shell(_ command: String) throws -> Int32 {
        try BuiltExecutable.run(["-c", command], program: URL(fileURLWithPath: "/bin/bash")).status
      }
      try withTemporaryDirectory { folder in
        let disk = folder.path(of: "disk")
        try #require(
          try shell("mkdir '\(disk)' && mount -t tmpfs -o size=64m tmpfs '\(disk)'") == 0)
        defer { _ = try? shell("umount -l '\(disk)'") }
        let run = TrainingRun(
          folder: disk + "/run", workers: 1,
          settings: ["epochs=1000", "schedule.warmupEpochs=0"])
        var filled: ContinuousClock.Instant?
        let outcome = try launcher.train(
          run, processes: 2, flags: ["--longest-silence", "30s"]
        ) { process in
          while run.savedStep < 7, kill(process, 0) == 0 { usleep(500) }
          _ = try shell("cat /dev/zero > '\(disk)/filler'")
          filled = .now
        }
        let seconds = try #require(filled).duration(to: .now) / .seconds(1)
        #expect(outcome.status != 0)
        #expect(seconds < 60, "\(seconds)")
        #expect(
          outcome.errors.contains(/rank 0 \(step \d+.*\): Error: .*No space left on device/),
          "\(outcome.errors)")
        #expect(run.savedStep >= 7)
        _ = try shell("rm '\(disk)/filler'")
        try run.expectToGoOn()
      }
    }

    /// Where one processor lacks the fastest kernels, all take those that it has.
    @Test func theLeastKernelsAreTaken() throws {
      let launcher = try #require(MPIJobLauncher.installed.first)
      try withTemporaryDirectory { folder in
        let portable = run(folder, "portable", workers: 2)
        let fastest = run(folder, "fastest", workers: 2)
        let mixed = run(folder, "mixed", workers: 1)
        _ = try BuiltExecutable.run(
          portable.arguments + ["--force"], program: TrainingRun.trainer,
          environment: ["DEEPFAKE_KERNELS": "portable"])
        _ = try fastest.train(["--force"])
        let outcome = try launcher.train(
          mixed, processes: 2, flags: ["--force"],
          by: [
            "/bin/bash", "-c",
            "[ \"${OMPI_COMM_WORLD_RANK:-$PMI_RANK}\" = 1 ] && export DEEPFAKE_KERNELS=portable; "
              + "exec \"$0\" \"$@\"",
          ])
        #expect([3, 4].contains(outcome.status), "\(outcome.errors)")
        #expect(try weights(mixed) == weights(portable))
        #expect(try weights(fastest) != weights(portable), "else nothing could be seen")
      }
    }

    /// Processes of a launcher that the library doesn't know would each train by itself, over the same
    /// files.
    @Test func aWrongLauncherIsRefused() throws {
      try withTemporaryDirectory { folder in
        let run = run(folder, "run", workers: 1)
        let environment = ["SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "0"]
        let outcome = try BuiltExecutable.run(
          run.arguments, program: TrainingRun.trainer, environment: environment)
        #expect(outcome.status == 1)
        #expect(
          outcome.errors.contains("SLURM_STEP_NUM_TASKS says that 2 processes were started"),
          "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: run.folder))
      }
    }

    /// What isn't a training runs in one process.
    @Test func othersRunInOneProcess() throws {
      for command in PrintingCommand.trainer where !["train", "report"].contains(command.name) {
        let outcome = try command.run("", before: "exec env OMPI_COMM_WORLD_SIZE=2")
        #expect(outcome.status == 64, "\(command)")
        #expect(outcome.errors.contains("\(command.name) runs in one process, and 2 were started"))
      }
    }
  }

  /// Without a launcher no library is looked for.
  @Suite struct OneProcess {
    @Test func noLibraryIsOpened() throws {
      try withTemporaryDirectory { folder in
        let run = TrainingRun(
          folder: folder.path(of: "run"), settings: ["epochs=1", "stepsPerEpoch=2"])
        let outcome = try BuiltExecutable.run(
          run.arguments + ["--force"], program: TrainingRun.trainer,
          environment: ["LD_DEBUG": "files", "LD_DEBUG_OUTPUT": folder.path(of: "ld")])
        #expect(run.expectedStatuses.contains(outcome.status) || outcome.status == 3)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
          .filter { $0.hasPrefix("ld.") }
        #expect(!files.isEmpty)
        for file in files {
          let text = try String(contentsOfFile: folder.path(of: file), encoding: .utf8)
          #expect(!text.contains("libmpi") && text.contains("liblmdb"))
        }
      }
    }

    /// A library that isn't there, or is none, is an error that says what to try.
    @Test func aWrongLibraryIsRefused() throws {
      try withTemporaryDirectory { folder in
        let run = TrainingRun(folder: folder.path(of: "run"))
        let missing = try run.train(["--mpi", folder.path(of: "libmpi.so")])
        #expect(missing.status == 1)
        #expect(missing.errors.contains("no MPI library can be opened"), "\(missing.errors)")
        let other = try run.train(["--mpi", "liblmdb.so.0"])
        #expect(other.status == 1)
        #expect(other.errors.contains("liblmdb.so.0 has no function MPI_Init_thread"))
        #expect(!FileManager.default.fileExists(atPath: run.folder))
      }
    }
  }
}
