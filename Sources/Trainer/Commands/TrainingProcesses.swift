import ArgumentParser
import Collectives
import PipelineConfiguration
import Foundation
import Kernels
import MPI
import NeuralNetwork
import PrintableText
import Terminal
import Workers

/// The options of a training in several processes.
struct ProcessOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The MPI library, for a training in several processes (mpirun, srun); by default that of the "
        + "launcher is searched for.", valueName: "path"), completion: .file())
  var mpi: String?

  @Option(
    help: ArgumentHelp(
      "With several processes: the longest silence of one of them before all end.",
      valueName: "10m"))
  var longestSilence = "10m"

  /// Seconds of `longestSilence`.
  var silenceSeconds: Double {
    get throws {
      guard let seconds = seconds(ofTimeText: longestSilence), seconds >= 2 else {
        throw ValidationError(
          "--longest-silence: expected a time of 2s or more such as 30s or 10m, got \(longestSilence)"
        )
      }
      return seconds
    }
  }
}

/// The processes that train together, from the start of the program to its end.
enum TrainingProcesses {
  private static let joined = Locked<MPICollective?>(nil)
  /// The original standard error, before a rank's messages went into its log.
  private static let terminal = Locked<Int32?>(nil)

  private static let launcher = MPILauncher(ProcessInfo.processInfo.environment)

  /// Number of processes that a launcher has started; 1 without a launcher.
  static var launchedCount: Int { launcher?.size ?? 1 }

  /// Whether another process prints for the user.
  static var isSilent: Bool { launchedCount > 1 && (launcher?.rank ?? 0) > 0 }

  /// Silences all processes except the first; called before anything is printed.
  static func muteOthers() {
    guard isSilent else { return }
    redirect(STDOUT_FILENO, to: "/dev/null")
  }

  /// Joins the job that this process was started for. Without a launcher that started several
  /// processes, and without `--mpi`, no library is searched for.
  static func join(_ options: ProcessOptions) throws -> any Collective {
    let silence = try options.silenceSeconds
    guard options.mpi != nil || launchedCount > 1 else { return LocalCollective() }
    let overlap = try Self.overlap
    let collective = try MPICollective.join(
      launcher, library: options.mpi,
      watch: .init(longestSilence: .seconds(silence)) { message in say("Error: " + message) },
      overlap: overlap)
    joined.withLock { $0 = collective }
    try agreeOnKernels(collective)
    return collective
  }

  /// With `DEEPFAKE_OVERLAP=none`, sums wait for the end of the backward pass,
  /// to measure their cost.
  private static var overlap: MPICollective.Overlap {
    get throws {
      let text = ProcessInfo.processInfo.environment["DEEPFAKE_OVERLAP"] ?? ""
      guard let overlap = text.isEmpty ? .backward : MPICollective.Overlap(rawValue: text) else {
        throw ValidationError(
          "DEEPFAKE_OVERLAP: expected backward or none, got \(text.printable)")
      }
      return overlap
    }
  }

  /// All processes take the fastest kernels that every processor supports,
  /// because others round differently.
  private static func agreeOnKernels(_ collective: MPICollective) throws {
    let all = Processor.available
    let own = all.firstIndex { $0.name == Processor.requested.name } ?? 0
    let slowest = try -collective.agree(own - all.count)
    Processor.limit(to: all[all.count - slowest].name)
    let convolutions = ProcessInfo.processInfo.environment["DEEPFAKE_CONVOLUTIONS"] ?? ""
    try collective.check(
      convolutions.isEmpty ? 0 : 1, isSameFor: "value of DEEPFAKE_CONVOLUTIONS")
  }

  /// The output of each rank except the first goes into a file: `RUN/ranks/rank-0001.log`.
  static func beginLog(run folder: String, of collective: any Collective) throws {
    guard !collective.isFirst else { return }
    let logs = folder + "/ranks"
    try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
    let number = String(collective.rank)
    let file = logs + "/rank-" + String(repeating: "0", count: max(4 - number.count, 0)) + number
    terminal.withLock { $0 = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3) }
    for descriptor in [STDOUT_FILENO, STDERR_FILENO] { redirect(descriptor, to: file + ".log") }
  }

  private static func redirect(_ descriptor: Int32, to path: String) {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard file >= 0 else { return }
    dup2(file, descriptor)
    close(file)
  }

  /// Prints a message for the user before the job ends, even if this
  /// process's output is redirected.
  private static func say(_ message: String) {
    guard let descriptor = terminal.withLock({ $0 }) else { return write() }
    // To the terminal first, because the log may be on a network that is gone.
    let log = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
    dup2(descriptor, STDERR_FILENO)
    write()
    guard log >= 0 else { return }
    dup2(log, STDERR_FILENO)
    close(log)
    write()

    func write() {
      StandardError.write(message)
      StandardError.waitUntilRead(atMost: .seconds(5))
    }
  }

  /// Handles a request to end this process, for instance by the launcher after
  /// another one was lost.
  static func endSoon() { joined.withLock { $0 }?.endSoon() }

  /// Ends this process's part in the job, before the program ends.
  ///
  /// - Parameters:
  ///   - message: The failure of this process; nil if all processes end like this one.
  static func end(failure message: String?, status: Int32) {
    defer { if isSilent { exit(status) } }
    guard let collective = joined.withLock({ $0 }) else { return }
    guard let message else { return collective.leave() }
    let work = collective.currentWork.isEmpty ? "" : " (\(collective.currentWork))"
    if collective.isFirst {
      say(work.isEmpty ? message : "rank 0\(work): " + message)
    } else if message.contains("rank 0: ") {
      // It is the failure of the first process, which reports it and ends the job.
      StandardError.write(message)
      sleep(5)
    } else {
      // A failure of all processes, such as a missing store, is reported by the first one.
      usleep(500_000)
      say("rank \(collective.rank)\(work): " + message)
    }
    collective.abort(status: status)
  }
}
