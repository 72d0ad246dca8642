import CommandParts
import ArgumentParser
import Collectives
import Contract
import Evaluation
import Foundation
import Measure
import ModelFiles
import PipelineConfiguration
import PrintableText
import RunReports
import Shortcuts
import Terminal
import TrainingRun
import Workers

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
        mpirun -n 4 trainer train pipelines/dfdc.yaml --store faces --run runs/c \\
          --workers 8
        trainer train pipelines/dfdc.yaml --store faces --dry-run
        trainer train pipelines/dfdc.yaml --store faces --overfit-batch

      A run may be stopped at any moment, killed even. The same command goes on from the last \
      checkpoint, and ends exactly where an uninterrupted run with as many workers would have. \
      Ctrl-C writes a checkpoint first; a second one ends at once. A terminal that is closed \
      (SIGHUP) counts as the first one, unless the command was started by nohup.

      Exit codes: 0 trained, the model is sound; 1 failed; 3 trained, but the model is broken and was \
      not exported; 4 trained and exported, but the data can't tell whether the model is a detector; 64 \
      wrong usage; 129, 130 or 143 stopped by SIGHUP, Ctrl-C or SIGTERM.
      """)

  @OptionGroup var options: TrainingOptions

  @OptionGroup(title: "Several processes") var processes: ProcessOptions

  @Option(
    help: ArgumentHelp("Stop with a checkpoint and a model after this time.", valueName: "2h"))
  var time: String?

  @Flag(help: "Pass one batch through every part; print shapes, memory and speed; keep nothing.")
  var dryRun = false

  @Flag(help: "Overfit one batch, to prove that the network can learn; keep nothing.")
  var overfitBatch = false

  mutating func validate() throws {
    if dryRun, overfitBatch {
      throw ValidationError("--dry-run and --overfit-batch exclude each other")
    }
  }

  mutating func run() throws {
    var configuration = try options.settings(time.map { ["timeLimit=" + $0] } ?? [])
    try MemoryCheck.start(
      workers: configuration.workers, reading: configuration.run.map { RunFiles($0).checkpoints })
    let store = try options.store(of: configuration)
    let folder = dryRun || overfitBatch ? nil : try options.run(of: configuration)
    let collective = try join(run: folder)
    configuration = try inItsOrder(configuration)
    let setup = try TrainingSetup(
      configuration, recorded: configuration.recorded, store: store,
      joinsEqualVideos: try joinsEqualVideos(configuration), collective: collective)
    try setup.checkMemory(readsCheckpoint: dryRun)
    if dryRun {
      try tryOneBatch(setup)
    } else if overfitBatch {
      try learnOneBatch(setup)
    } else {
      try train(setup, folder: options.run(of: configuration))
    }
  }

  /// - Parameter folder: The folder of the run; nil if nothing is kept.
  private func join(run folder: String?) throws -> any Collective {
    guard folder != nil || TrainingProcesses.launchedCount == 1 else {
      throw ValidationError(
        "--dry-run and --overfit-batch run in one process, and \(TrainingProcesses.launchedCount) were "
          + "started; start them without mpirun or srun -n")
    }
    let collective = try TrainingProcesses.join(processes)
    if let folder { try TrainingProcesses.beginLog(run: folder, of: collective) }
    return collective
  }

  private func train(_ setup: TrainingSetup, folder: String) throws {
    StandardOutput.isLog = true
    let console = TrainingConsole()
    var setup = setup
    do {
      try setup.findNearDuplicates(observer: console)
      try setup.findShortcuts(observer: console)
    } catch is WorkStopped {
      throw try stopCode(console, setup)
    }
    StandardOutput.write(setup.summary)
    let job = TrainingJob(setup: setup, folder: folder, force: options.force, observer: console)
    do {
      switch try job.run(onExport: { $0.finish($1, setup) }) {
      case .stopped(let progress):
        StandardOutput.write(
          "Stopped at step \(progress.step); the same command goes on from there.")
        throw try stopCode(console, setup)
      case .alreadyEnded(let progress, let model, let verdict):
        StandardOutput.write("This run has ended already; its model is \(model).")
        StandardOutput.write(EpochTable.render(progress))
        StandardOutput.write(
          verdict.line("trainer report \(folder.shellWord) shows the reasons."))
        try verdict.endCommand(brokenCode: 3)
      case .judged(let result):
        try result.judgement.behaviour.verdict.endCommand(brokenCode: 3)
      case .judgedByFirst(let verdict):
        try verdict.endCommand(brokenCode: 3)
      case .foldEnded:
        // Only `crossvalidate` trains folds.
        break
      }
    } catch is WorkStopped {
      throw try stopCode(console, setup)
    }
  }

  /// The common exit code of all processes after one of them was asked to stop.
  private func stopCode(_ console: TrainingConsole, _ setup: TrainingSetup) throws -> ExitCode {
    // The signal may have reached one process only; the others have no code above 1.
    ExitCode(Int32(try setup.collective.agree(Int(console.interruption.exitCode))))
  }

  private func tryOneBatch(_ setup: TrainingSetup) throws {
    var setup = setup
    let console = ConsoleObserver()
    try console.exiting { try setup.findShortcuts(observer: console) }
    StandardOutput.write(setup.summary + "\n")
    if let shortcuts = setup.shortcuts { StandardOutput.write(shortcuts.shortText + "\n") }
    let report = try DryRun(setup: setup).run()
    StandardOutput.write(report.table.render())
    for line in report.weights.dropFirst() { StandardOutput.write("weights: " + line) }
    StandardOutput.write(
      "\n\(TableCell.number(report.imagesPerSecond, 1)) images/s; all \(setup.totalSteps) steps "
        + "would take \(TableCell.number(report.hours, 1)) hours without validation.")
    StandardOutput.write("Peak memory \(ProcessMemory.peakMebibytes) MiB.")
  }

  private func learnOneBatch(_ setup: TrainingSetup) throws {
    StandardOutput.write(setup.summary)
    let console = ConsoleObserver()
    let outcome = try console.exiting { try OverfitBatch(setup: setup).run(observer: console) }
    switch outcome {
    case .diverged(let steps):
      StandardOutput.write(
        "The loss is not finite after \(steps) steps; lower optimizer.learningRate.")
    case .finished(let first, let last, let steps, let pictures):
      StandardOutput.write(
        "\nLoss \(TableCell.number(first, 4)) at first, \(TableCell.number(last, 4)) after "
          + "\(steps) steps on the same \(pictures) pictures: "
          + (outcome.hasLearned
            ? "the network can learn."
            : "the network did not learn them (goal \(OverfitBatch.goal)); try another "
              + "optimizer.learningRate, or less network.dropout."))
    }
    if !outcome.hasLearned { throw ExitCode(1) }
  }

  /// The settings with the order of samples that the run began with: runs of older versions mix
  /// samples by shards, and continue to do so; a new run has the current order.
  private func inItsOrder(_ settings: TrainingSettings) throws -> TrainingSettings {
    var settings = settings
    if let run = settings.run,
      case let folder = CheckpointFolder(RunFiles(run).checkpoints, keep: 1), !folder.steps.isEmpty
    {
      settings.data.shuffleShards = try recordedShuffleShards(RunFiles(run), folder)
    } else if settings.data.shuffleShards != nil {
      throw ValidationError(TrainingSettings.Data.shuffleShardsNote)
    }
    return settings
  }

  /// Whether equal videos are kept on one side. False for a run of an older version that didn't,
  /// because it must end as it began.
  private func joinsEqualVideos(_ settings: TrainingSettings) throws -> Bool {
    guard let run = settings.run,
      case let folder = CheckpointFolder(RunFiles(run).checkpoints, keep: 1), !folder.steps.isEmpty
    else { return true }
    return try folder.latest(onDamage: { _ in })?.joinsEqualVideos ?? true
  }

  /// The setting of a run that has begun, from its pipeline file, which is faster to read, or else
  /// from a checkpoint, which always exists.
  private func recordedShuffleShards(
    _ files: RunFiles, _ folder: CheckpointFolder
  ) throws -> Int? {
    if FileManager.default.fileExists(atPath: files.pipeline) {
      return try TrainingSettings(contentsOf: files.pipeline).data.shuffleShards
    }
    return try folder.latest(onDamage: { _ in })?.settings["data.shuffleShards"].flatMap { Int($0) }
  }
}
