import Evaluation
import Foundation
import Imaging
import ModelFiles
import NeuralNetwork
import Configuration
import Contract
import Reporting
import ShardStore
import Terminal
import TrainingData

/// A training from the first or the last checkpoint to the exported model.
struct TrainingJob {
  let setup: TrainingSetup
  let folder: String
  let force: Bool

  /// - Returns: the process's exit status.
  func run() throws -> Int32 {
    // A write beyond a limit on file sizes shall fail like one on a full disk, not kill the process.
    signal(SIGXFSZ, SIG_IGN)
    let directory = try RunDirectory(folder)
    let checkpoints = CheckpointFolder(
      directory.checkpoints, keep: setup.configuration.checkpoints.keep)
    StandardOutput.write(setup.summary)
    let interruption = Interruption { request in
      FileHandle.standardError.write(
        Data(
          (request == .finish
            ? "\nEnding with a checkpoint; press Ctrl-C again to leave at once.\n"
            : "\nLeaving; what came after the last checkpoint is lost.\n").utf8))
      if request == .abandon { exit(130) }
    }
    let (progress, isNew, end) = try train(
      try start(checkpoints), checkpoints, directory, interruption)
    if case .interrupted(let status) = end {
      StandardOutput.write(
        "Stopped at step \(progress.step); the same command goes on from there.")
      return status
    }
    if !isNew, !force, isExported(progress, directory) {
      StandardOutput.write("This run has ended already; its model is \(directory.model).")
      StandardOutput.write(EpochTable.render(progress))
      return 0
    }
    guard FileManager.default.fileExists(atPath: checkpoints.best) else {
      throw TrainerError(
        "\(checkpoints.path): no epoch has a measurable validation, so there is no best checkpoint to "
          + "export; validation needs real and fake videos with faces")
    }
    let best = try Checkpoint(contentsOf: checkpoints.best)
    let status = try ModelExport(
      setup: setup, force: force, interruption: interruption
    ).run(
      best, progress: progress,
      to: ModelExport.Target(
        model: directory.model, safetensors: directory.safetensors,
        information: directory.information, predictions: directory.files.predictions))
    report(directory)
    return status
  }

  /// Trains to the end or to a signal, unless the learner is at its end.
  ///
  /// The learner is taken over: with a second owner of its arrays the first step would copy all of them.
  ///
  /// - Returns: how far it came, whether it got any further, and how it ended.
  private func train(
    _ learner: consuming Learner, _ folder: CheckpointFolder, _ directory: borrowing RunDirectory,
    _ interruption: Interruption
  ) throws -> (progress: TrainingProgress, isNew: Bool, end: TrainingLoop.End) {
    try record(directory)
    guard learner.progress.ending == nil else { return (learner.progress, false, .finished) }
    var loop = try TrainingLoop(
      setup: setup, folder: folder, directory: directory, learner: learner,
      interruption: interruption)
    let end = try loop.run()
    return (loop.learner.progress, true, end)
  }

  /// Writes the report. A training isn't lost because its report can't be written: that is a note.
  private func report(_ directory: borrowing RunDirectory) {
    do {
      let run = try RecordedRun(directory.path)
      var report = RunReport(run, ReportPictures(of: run, setup: setup))
      try ReportWriter.write(report.page(), to: run.files.report)
      StandardOutput.write("Report     \(run.files.report)")
    } catch {
      FileHandle.standardError.write(
        Data("The report can't be written: \(error)\nTry: trainer report \(folder)\n".utf8))
    }
  }

  /// Whether the folder has the model of this ended training, and not that of a time limit before.
  private func isExported(
    _ progress: TrainingProgress, _ directory: borrowing RunDirectory
  ) -> Bool {
    guard FileManager.default.fileExists(atPath: directory.model),
      let data = FileManager.default.contents(atPath: directory.information),
      let information = try? JSONDecoder().decode(TrainingInformation.self, from: data)
    else { return false }
    // Written last: what it tells of is there.
    return information.ending == progress.ending?.rawValue && information.behaviour.passed
  }

  /// The learner of the last sound checkpoint, or a new one.
  private func start(_ folder: CheckpointFolder) throws -> Learner {
    let checkpoint = try folder.latest { error in
      StandardOutput.write(
        "Damaged    \(error)\n           Going on from the checkpoint before it.")
    }
    guard let checkpoint else {
      var (learner, report) = try setup.makeLearner()
      learner.progress.workers = setup.workers
      for (place, line) in report.enumerated() {
        StandardOutput.write((place == 0 ? "Start      " : "           ") + line)
      }
      return learner
    }
    var learner = try Learner(checkpoint, setup: setup, folder: folder)
    if learner.progress.best?.step == checkpoint.step {
      // The process that wrote it may have been killed before it could say so.
      try folder.markBest(step: checkpoint.step)
    }
    StandardOutput.write(
      "Resume     epoch \(learner.progress.epoch + 1), step \(learner.progress.step) of "
        + "\(setup.totalSteps)")
    if let workers = learner.progress.workers, workers != setup.workers,
      !setup.configuration.network.synchronizedBatchNorm
    {
      StandardOutput.write(
        "Note       \(setup.workers) workers instead of \(workers): BatchNorm normalises per worker, "
          + "so the result will not be exactly that of an uninterrupted run.")
    }
    learner.progress.workers = setup.workers
    return learner
  }

  /// Keeps the pipeline as used.
  private func record(_ directory: borrowing RunDirectory) throws {
    try AtomicFile.write(text: setup.configuration.yaml, to: directory.pipeline)
  }
}

extension Learner {
  /// The learner of a checkpoint, if that belongs to this run.
  init(_ checkpoint: Checkpoint, setup: TrainingSetup, folder: CheckpointFolder) throws {
    let differences = setup.differences(from: checkpoint.settings)
    guard differences.isEmpty, checkpoint.state.architecture == setup.architecture else {
      throw TrainerError(
        "\(folder.path): the run was begun with other settings or data:\n  "
          + differences.joined(separator: "\n  ")
          + "\nTake the same ones to resume it, or another folder (--run) to begin a new run.")
    }
    let progress: TrainingProgress
    do {
      progress = try JSONDecoder().decode(
        TrainingProgress.self, from: Data(checkpoint.progress.utf8))
    } catch {
      throw TrainerError("\(folder.path): the checkpoint's progress can't be read: \(error)")
    }
    guard
      progress.step == checkpoint.step, progress.epoch == checkpoint.epoch,
      progress.sample == checkpoint.sample
    else { throw TrainerError("\(folder.path): the checkpoint's two positions differ") }
    guard
      (0...setup.configuration.epochs).contains(progress.epoch),
      (0...setup.order.samplesPerEpoch).contains(progress.sample),
      (0...setup.totalSteps).contains(progress.step),
      progress.step * setup.configuration.batchSize
        == progress.epoch * setup.order.samplesPerEpoch + progress.sample
    else {
      throw TrainerError(
        "\(folder.path): the checkpoint's position is not one of this training: step "
          + "\(progress.step), epoch \(progress.epoch), sample \(progress.sample)")
    }
    self.init(
      state: checkpoint.state, optimizer: checkpoint.optimizer, average: checkpoint.average,
      progress: progress)
  }

  /// The checkpoint of this learner.
  func checkpoint(_ setup: TrainingSetup) throws -> Checkpoint {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return Checkpoint(
      state: state, average: average, optimizer: optimizer, step: progress.step,
      epoch: progress.epoch, sample: progress.sample,
      progress: String(decoding: try encoder.encode(progress), as: UTF8.self),
      settings: setup.settings, configuration: setup.configuration.yaml,
      geometry: setup.catalog.description.geometry, normalization: setup.normalization)
  }
}
