internal import Collectives
package import Contract
internal import Evaluation
internal import Files
internal import Foundation
internal import ModelFiles
internal import NeuralNetwork

/// A whole training, from the beginning or the last checkpoint to the exported model.
package struct TrainingJob {
  private let setup: TrainingSetup
  private let folder: String
  private let force: Bool
  private let outOfFold: OutOfFold?
  private let observer: any TrainingObserver

  /// - Parameters:
  ///   - folder: The run's folder; created if missing.
  ///   - force: Whether to export the model even if it fails its behaviour check, and to export
  ///     again.
  ///   - outOfFold: Results of the folds, for a training on all of them.
  package init(
    setup: TrainingSetup, folder: String, force: Bool, outOfFold: OutOfFold? = nil,
    observer: any TrainingObserver
  ) {
    self.outOfFold = outOfFold
    self.setup = setup
    self.folder = folder
    self.force = force
    self.observer = observer
  }

  package enum Outcome {
    /// The observer stopped the training, which left a checkpoint.
    case stopped(TrainingProgress)
    /// The training had ended before, and its model exists.
    case alreadyEnded(TrainingProgress, model: String, ModelVerdict)
    /// The training of a fold has ended, and its answers are written.
    case foldEnded(TrainingProgress)
    /// The training has ended, possibly only at its time limit, and its model was judged.
    case judged(ModelExport.Result)
    /// The model was judged by the first of the processes, which is not this one.
    case judgedByFirst(ModelVerdict)
  }

  /// Trains and exports.
  ///
  /// - Parameter onExport: Called after the model's files were written, while the run's folder is
  ///   still locked.
  /// - Throws: `TrainingRunError` if the run can't begin or continue, `WorkStopped` if the observer
  ///   ended the judging.
  package func run(onExport: (ModelExport.Result, RunFiles) -> Void) throws -> Outcome {
    let files = RunFiles(folder)
    // Only the first process holds the folder.
    var directory: RunDirectory?
    try setup.collective.onFirst { directory = try RunDirectory(folder) }
    let checkpoints = CheckpointFolder(
      files.checkpoints, keep: setup.configuration.checkpoints.keep)
    let (progress, isNew, end) = try train(try start(checkpoints), checkpoints, directory)
    if case .stopped = end { return .stopped(progress) }
    if case .fold = setup.division { return .foldEnded(progress) }
    let known = try setup.collective.fromFirst {
      isNew || force ? nil : exportedVerdict(progress, files)
    }
    if let known {
      return setup.collective.isFirst
        ? .alreadyEnded(progress, model: files.model, known) : .judgedByFirst(known)
    }
    var best: Checkpoint?
    try setup.collective.onFirst { best = try readBest(checkpoints) }
    return try export(best, progress, files, onExport: onExport)
  }

  /// All processes compute predictions; the first one, which has the checkpoint, does the rest.
  private func export(
    _ best: Checkpoint?, _ progress: TrainingProgress, _ files: RunFiles,
    onExport: (ModelExport.Result, RunFiles) -> Void
  ) throws -> Outcome {
    let export = ModelExport(
      setup: setup, force: force, outOfFold: outOfFold, observer: observer)
    var state = try best?.evaluated ?? setup.makeLearner(readingFiles: false).learner.state
    if !setup.collective.isAlone { try state.share(over: setup.collective) }
    let answers = try export.answers(of: state)
    var outcome: Outcome?
    let verdict = try setup.collective.fromFirst {
      guard let best else { throw TrainingRunError("the first process has no checkpoint") }
      let result = try export.run(
        best, answers, progress: progress,
        to: ModelExport.Target(
          model: files.model, safetensors: files.safetensors, information: files.information,
          predictions: files.predictions))
      onExport(result, files)
      outcome = .judged(result)
      return result.judgement.behaviour.verdict
    }
    return outcome ?? .judgedByFirst(verdict)
  }

  private func readBest(_ checkpoints: CheckpointFolder) throws -> Checkpoint {
    guard FileManager.default.fileExists(atPath: checkpoints.best) else {
      throw TrainingRunError(
        checkpoints.path,
        "no epoch has a measurable validation, so there is no best checkpoint to export; validation "
          + "needs real and fake videos with faces")
    }
    return try Checkpoint(contentsOf: checkpoints.best)
  }

  /// Trains to the end or until the observer stops it, unless training has already ended.
  ///
  /// Consumes the learner: with a second owner of its arrays, the first step would
  /// copy all of them.
  ///
  /// - Returns: The progress, whether it is new, and how the loop ended.
  private func train(
    _ learner: consuming Learner, _ folder: CheckpointFolder, _ directory: RunDirectory?
  ) throws -> (progress: TrainingProgress, isNew: Bool, end: TrainingLoop.End) {
    try setup.collective.onFirst {
      guard let directory else { return }
      try AtomicFile.write(text: setup.recorded.yaml, to: directory.files.pipeline)
    }
    guard learner.progress.ending == nil else { return (learner.progress, false, .finished) }
    var loop = try TrainingLoop(
      setup: setup, folder: folder, directory: directory, learner: learner, observer: observer)
    let end = try loop.run()
    return (loop.learner.progress, true, end)
  }

  /// The verdict on the model in the folder, if it is the result of this ended training rather than
  /// of an earlier time limit; otherwise nil.
  private func exportedVerdict(
    _ progress: TrainingProgress, _ files: RunFiles
  ) -> ModelVerdict? {
    guard FileManager.default.fileExists(atPath: files.model),
      let data = FileManager.default.contents(atPath: files.information),
      let information = try? ContractDocument.decode(TrainingInformation.self, from: [UInt8](data))
    else { return nil }
    // The information is written last, so the files that it describes exist.
    let isExported =
      information.ending == progress.ending?.rawValue && information.verdict != .broken
    return isExported ? information.verdict : nil
  }

  /// The learner of the last readable checkpoint, or a new one; the first process reads the files.
  private func start(_ folder: CheckpointFolder) throws -> Learner {
    var learner: Learner?
    try setup.collective.onFirst { learner = try readLearner(folder) }
    return try Learner.shared(
      try learner ?? setup.makeLearner(readingFiles: false).learner, over: setup.collective)
  }

  private func readLearner(_ folder: CheckpointFolder) throws -> Learner {
    let checkpoint = try folder.latest { observer.observe(.damagedCheckpoint($0)) }
    guard let checkpoint else {
      var (learner, report) = try setup.makeLearner()
      learner.progress.workers = setup.allWorkers
      observer.observe(.started(weights: report))
      return learner
    }
    var learner = try Learner(checkpoint, setup: setup, folder: folder)
    if learner.progress.best?.step == checkpoint.step {
      // The process that wrote the checkpoint may have been killed before it marked it as the best.
      try folder.markBest(step: checkpoint.step)
    }
    var note: String?
    if let workers = learner.progress.workers, workers != setup.allWorkers,
      !setup.configuration.network.synchronizedBatchNorm
    {
      note =
        "\(setup.allWorkers) workers instead of \(workers): BatchNorm normalises per worker, so the "
        + "result will not be exactly that of an uninterrupted run."
    }
    observer.observe(.resumed(learner.progress, totalSteps: setup.totalSteps, note: note))
    learner.progress.workers = setup.allWorkers
    return learner
  }
}
