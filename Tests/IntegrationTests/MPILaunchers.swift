import Foundation
import TestSupport
import Testing

/// A launcher of MPI jobs on this machine.
struct MPIJobLauncher: Sendable, CustomTestStringConvertible {
  let name: String
  /// The program and what it needs so that several processes share this machine's cores, also for root.
  let command: [String]
  /// What the processes get besides.
  var environment: [String: String] = [:]
  /// `--mpi PATH`, where the library isn't one that the system finds.
  var library: String?
  /// Whether it gives the others time for a word where a process is killed.
  var waitsForWords = true

  var testDescription: String { name }

  /// Those that are installed: Debian's Open MPI and MPICH, and the one of PyPI's mpich, whose library has
  /// the interface of MPI 5.
  static let installed: [MPIJobLauncher] = {
    var launchers: [MPIJobLauncher] = []
    if let program = executable("mpirun.openmpi") {
      launchers.append(
        MPIJobLauncher(
          name: "Open MPI",
          command: [
            program, "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "--quiet",
          ]))
    }
    if let program = executable("mpirun.mpich") {
      launchers.append(
        MPIJobLauncher(name: "MPICH", command: [program], waitsForWords: false))
    }
    if let folder = ProcessInfo.processInfo.environment["PYTHON_WITH_MPICH"],
      case let program = folder + "/bin/mpiexec",
      FileManager.default.isExecutableFile(atPath: program)
    {
      let library = ["libmpi_abi.so.1", "libmpi_abi.so.0"].map { folder + "/lib/" + $0 }
        .first { FileManager.default.fileExists(atPath: $0) }
      launchers.append(
        MPIJobLauncher(
          name: "MPI 5 ABI", command: [program], library: library, waitsForWords: false))
    }
    return launchers
  }()

  private static func executable(_ name: String) -> String? {
    ["/usr/bin/", "/usr/local/bin/"].map { $0 + name }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Trains in so many processes.
  ///
  /// - Parameter shell: a command that each process runs with the trainer and its arguments after it.
  func train(
    _ run: TrainingRun, processes: Int, flags: [String] = [],
    environment: [String: String] = [:], by shell: [String] = [],
    whileRunning: (pid_t) throws -> Void = { _ in }
  ) throws -> BuiltExecutable.Outcome {
    try BuiltExecutable.run(
      Array(command.dropFirst()) + ["-n", "\(processes)"] + shell + [TrainingRun.trainer.path]
        + run.arguments + flags + (library.map { ["--mpi", $0] } ?? []),
      program: URL(fileURLWithPath: command[0]),
      environment: self.environment.merging(environment) { $1 }, whileRunning: whileRunning)
  }
}
