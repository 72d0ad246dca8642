internal import ArgumentParser
internal import Glibc

/// Damaged inputs of every kind that the product reads, each in a process that may end: what crashes,
/// hangs, takes too much memory, runs a file's code, takes damage in silence or answers with raw text of
/// the language's own errors is a failure. `scripts/fuzz` builds and runs it.
@main
struct Fuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scripts/fuzz",
    abstract: "Gives damaged files of all kinds to the product's readers.",
    discussion: """
      Examples:
        scripts/fuzz                          # the long round: hours
        scripts/fuzz --short                  # some of each kind: a minute or two
        scripts/fuzz --only store --runs 500
        scripts/fuzz --only store --case 123  # one case again; its input is kept

      Cases are a function of kind, seed and number. Exit code 1 if any case fails.
      """,
    subcommands: [DriveCommand.self, WorkerCommand.self], defaultSubcommand: DriveCommand.self)
}

/// Runs the cases in worker processes and shows the table.
struct DriveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "drive", shouldDisplay: false)

  @Option(help: "Cases of each kind, if not those of the round.")
  var runs: Int?

  @Option(help: ArgumentHelp("Kinds, separated by commas: \(FuzzKinds.names)."))
  var only: String?

  @Option(help: "Another seed gives other cases.")
  var seed: UInt64 = 1

  @Option(name: .customLong("case"), help: "Runs this case alone and keeps its input.")
  var number: Int?

  @Option(help: "Where the inputs of failures are kept.")
  var failures = "fuzz-failures"

  @Option(help: "Processes at the same time; 0 is one per core.")
  var workers = 0

  @Option(help: "MiB of address space that a worker may take; 0 is without bound (for sanitizers).")
  var memory = 4096

  @Flag(help: "A short round.")
  var short = false

  func validate() throws {
    guard (runs ?? 1) > 0, (number ?? 0) >= 0, workers >= 0, memory >= 0 else {
      throw ValidationError("numbers must not be negative")
    }
  }

  func run() throws {
    let driver = try FuzzDriver(
      seed: seed, failureFolder: failures, workerCount: workers, memoryMebibytes: memory)
    defer { driver.cleanUp() }
    // A backtrace takes longer than most cases; one that runs alone shows it.
    if number == nil { setenv("SWIFT_BACKTRACE", "enable=no", 0) }
    // Sanitizers have their own way with memory.
    if number == nil, memory > 0 { try FuzzDriver.checkItself() }
    var table = FuzzTable()
    for kind in try FuzzKinds.named(only) {
      let numbers =
        number.map { $0..<$0 + 1 } ?? 0..<(runs ?? (short ? kind.shortRuns : kind.longRuns))
      let result = try driver.run(kind, numbers, keepsInput: number != nil)
      table.add(kind, result)
    }
    table.finish()
    if table.hasFailures { throw ExitCode.failure }
  }
}

/// A process of the driver's: some cases of one kind.
struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "worker", shouldDisplay: false)

  @Option var kind: String
  @Option var seed: UInt64
  @Option var from: Int
  @Option var to: Int
  @Option var bases: String
  @Option var folder: String
  @Option var memory: Int

  func run() throws {
    for kind in try FuzzKinds.named(kind) {
      try FuzzWorker(kind: kind, seed: seed, bases: bases, folder: folder, memoryMebibytes: memory)
        .run(from..<to)
    }
  }
}
