import ArgumentParser
import PipelineConfiguration
import TrainingRun

/// The common options of the commands that train.
struct TrainingOptions: ParsableArguments {
  @Argument(help: "The pipeline file, e.g. pipelines/dfdc.yaml.", completion: .file())
  var pipeline: String

  @Option(help: "The folder of the shard store.", completion: .directory)
  var store: String?

  @Option(
    name: .customLong("run"), help: "The folder of the run; created if missing.",
    completion: .directory)
  var runFolder: String?

  @Option(
    help:
      "Workers that share each batch; 0 is one per core, fewer where BatchNorm would have too few pictures."
  )
  var workers: Int?

  @Option(
    help: ArgumentHelp(
      "One setting of the pipeline file, e.g. optimizer.learningRate=0.02. May be repeated.",
      valueName: "key=value"))
  var set: [String] = []

  @Flag(help: "Export the model even if it is broken.")
  var force = false

  /// The settings of the pipeline file, with those of the command line and `others`.
  func settings(_ others: [String] = []) throws -> TrainingSettings {
    try TrainingSettings(
      contentsOf: pipeline, overrides: set + others,
      arguments: [
        store.map { SettingArgument("store", path: $0, option: "--store") },
        runFolder.map { SettingArgument("run", path: $0, option: "--run") },
        workers.map { SettingArgument("workers", integer: $0, option: "--workers") },
      ].compactMap(\.self))
  }

  /// The folder of the store.
  ///
  /// - Throws: `ValidationError` if neither option nor pipeline file names it.
  func store(of settings: TrainingSettings) throws -> String {
    guard let store = settings.store else {
      throw ValidationError("no store: say --store DIR, or set 'store' in \(pipeline)")
    }
    return store
  }

  /// The folder of the run.
  ///
  /// - Throws: `ValidationError` if neither option nor pipeline file names it.
  func run(of settings: TrainingSettings) throws -> String {
    guard let run = settings.run else {
      throw ValidationError("no run folder: say --run DIR, or set 'run' in \(pipeline)")
    }
    return run
  }
}
