import ArgumentParser
import Foundation
import Configuration

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains a network; run again, it goes on where it ended.",
    discussion: """
      Examples:
        trainer train pipelines/dfdc.yaml --store /data/dfdc-faces --run runs/dfdc
        trainer train pipelines/dfdc.yaml --store faces --run runs/a --time 2h
        trainer train pipelines/folders.yaml --store faces --run runs/b \\
          --set network.initialWeights=resnet18-f37072fd.pth \\
          --set optimizer.learningRate=0.005
        trainer train pipelines/dfdc.yaml --store faces --dry-run
        trainer train pipelines/dfdc.yaml --store faces --overfit-batch

      A run may be stopped at any moment, killed even. The same command goes on from the last \
      checkpoint, and ends exactly where an uninterrupted run with as many workers would have. \
      Ctrl-C writes a checkpoint first; a second one leaves at once.

      Exit codes: 0 done; 1 failed; 3 trained, but the model failed its behaviour check and was not \
      exported; 64 wrong usage; 130 or 143 stopped by Ctrl-C or SIGTERM.
      """)

  @Argument(help: "The pipeline file, e.g. pipelines/dfdc.yaml.", completion: .file())
  var pipeline: String

  @Option(help: "The folder of the shard store.", completion: .directory)
  var store: String?

  @Option(
    name: .customLong("run"), help: "The folder of the run; made if missing.",
    completion: .directory)
  var runFolder: String?

  @Option(help: "Workers that share each batch; 0 is one per core.")
  var workers: Int?

  @Option(
    help: ArgumentHelp("Stop with a checkpoint and a model after this time.", valueName: "2h"))
  var time: String?

  @Option(
    help: ArgumentHelp(
      "One setting of the pipeline file, e.g. optimizer.learningRate=0.02. May be repeated.",
      valueName: "key=value"))
  var set: [String] = []

  @Flag(help: "Do one batch through everything; print shapes, memory and speed; keep nothing.")
  var dryRun = false

  @Flag(help: "Learn one batch by heart, to prove that the network can learn; keep nothing.")
  var overfitBatch = false

  @Flag(help: "Export the model even if it fails its behaviour check.")
  var force = false

  mutating func validate() throws {
    if dryRun, overfitBatch {
      throw ValidationError("--dry-run and --overfit-batch exclude each other")
    }
  }

  mutating func run() throws {
    let configuration = try settings()
    guard let store = configuration.store else {
      throw ValidationError("no store: say --store DIR, or set 'store' in \(pipeline)")
    }
    let setup = try TrainingSetup(configuration, store: store)
    if dryRun {
      try DryRun(setup: setup).run()
    } else if overfitBatch {
      throw ExitCode(try OverfitBatch(setup: setup).run())
    } else {
      guard let run = configuration.run else {
        throw ValidationError("no run folder: say --run DIR, or set 'run' in \(pipeline)")
      }
      throw ExitCode(try TrainingJob(setup: setup, folder: run, force: force).run())
    }
  }

  private func settings() throws -> TrainConfiguration {
    var overrides = set
    if let store { overrides.append("store=" + CommandLinePath.yaml(store)) }
    if let runFolder { overrides.append("run=" + CommandLinePath.yaml(runFolder)) }
    if let workers { overrides.append("workers=\(workers)") }
    if let time { overrides.append("timeLimit=" + time) }
    return try TrainConfiguration(contentsOf: pipeline, overrides: overrides)
  }
}

/// Paths from the command line.
enum CommandLinePath {
  static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }

  /// The absolute path as a YAML string in single quotes.
  static func yaml(_ path: String) -> String {
    "'" + absolute(path).replacingOccurrences(of: "'", with: "''") + "'"
  }
}
