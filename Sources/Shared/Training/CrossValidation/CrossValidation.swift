internal import Contract
internal import Evaluation
internal import Foundation
internal import Judging
internal import ModelFiles
package import TrainingRun

/// Cross-validation by people: each fold is judged by a network that has learned from the people of
/// all other folds. Then one network learns from all people, for the number of epochs that the
/// folds have shown to be best.
///
/// The run's folder holds `fold-1`, `fold-2`, ..., each a run that can be resumed, and the files of
/// the last training, whose metrics are those of the folds.
package struct CrossValidation {
  private let configuration: TrainingSettings
  private let recorded: RecordedSettings
  private let store: String
  private let folder: String
  private let folds: Int
  private let force: Bool
  private let observer: any TrainingObserver

  /// - Parameters:
  ///   - folder: The run's folder; created if missing.
  ///   - folds: Number of folds, 2 or more.
  ///   - force: Whether to export the model even if it fails its behaviour check, and to export
  ///     again.
  /// - Throws: `TrainingRunError` if the settings have a time limit.
  package init(
    _ configuration: TrainingSettings, recorded: RecordedSettings, store: String, folder: String,
    folds: Int, force: Bool, observer: any TrainingObserver
  ) throws {
    guard configuration.timeLimitSeconds == nil else {
      throw TrainingRunError(
        "a time limit would give every fold another number of steps; expected none: limit epochs and "
          + "stepsPerEpoch, and stop with Ctrl-C at any time, the same command goes on")
    }
    self.configuration = configuration
    self.recorded = recorded
    self.store = store
    self.folder = folder
    self.folds = folds
    self.force = force
    self.observer = observer
  }

  package enum Outcome {
    /// The observer stopped the cross-validation, which left a checkpoint.
    case stopped(TrainingProgress)
    /// The one requested fold has ended.
    case foldEnded(TrainingProgress)
    /// All folds have ended and were measured; no model was requested.
    case measured(OutOfFold)
    /// All folds have ended, and so has the training on all of them.
    case ended(TrainingJob.Outcome)
  }

  /// Trains the folds and the model, as far as they aren't trained yet.
  ///
  /// - Parameters:
  ///   - fold: The only fold to train, counted from 0; nil trains all, then the model.
  ///   - measuresOnly: Whether to end after the folds were measured, without a model.
  ///   - onExport: Called after the model's files were written.
  package func run(
    only fold: Int? = nil, measuresOnly: Bool = false,
    onExport: (ModelExport.Result, RunFiles, TrainingSetup) -> Void
  ) throws -> Outcome {
    var ended: [PooledFolds.Fold] = []
    for number in fold.map({ $0...$0 }) ?? 0...(folds - 1) {
      var setup = try setup(.fold(number, of: folds))
      try setup.checkMemory()
      try setup.findNearDuplicates(observer: observer)
      // All folds have the same data, so the search is made once, before the first.
      if number == 0 { try setup.findShortcuts(observer: observer) }
      observer.observe(.foldBegan(number + 1, of: folds, summary: setup.summary))
      let run = Self.folder(ofFold: number, in: folder)
      switch try TrainingJob(setup: setup, folder: run, force: false, observer: observer)
        .run(onExport: { _, _ in })
      {
      case .stopped(let progress): return .stopped(progress)
      case .foldEnded(let progress):
        keepLastCheckpoint(of: run)
        let part = PooledFolds.Fold(setup: setup, progress: progress, run: run)
        try part.writePredictions()
        if fold != nil { return .foldEnded(progress) }
        ended.append(part)
      case .alreadyEnded, .judged, .judgedByFirst:
        throw TrainingRunError(run, "it holds a training that is no fold; take another run folder")
      }
    }
    let outOfFold = try PooledFolds(ended).outOfFold(configuration.validation)
    try write(outOfFold)
    if measuresOnly {
      observer.observe(.foldsEnded(outOfFold.summary, summary: nil))
      return .measured(outOfFold)
    }
    var setup = try setup(
      .allFolds(
        folds,
        TrainingSetup.ChosenLength(
          epochs: outOfFold.summary.epochs,
          videoLogLoss: outOfFold.predictions.logLoss(configuration.validation.videoScore))))
    try setup.findShortcuts(observer: observer)
    observer.observe(.foldsEnded(outOfFold.summary, summary: setup.summary))
    let job = TrainingJob(
      setup: setup, folder: folder, force: force, outOfFold: outOfFold, observer: observer)
    let outcome = try job.run { onExport($0, $1, setup) }
    if case .stopped(let progress) = outcome { return .stopped(progress) }
    return .ended(outcome)
  }

  /// Writes the folds' results for tables and other programs: `predictions.csv`, and
  /// `crossvalidation.json` with calibration and metrics.
  private func write(_ outOfFold: OutOfFold) throws {
    let files = RunFiles(folder)
    var table = PredictionTable()
    try table.append(outOfFold.predictions, side: "validation")
    try table.write(to: files.predictions)
    try InformationFile.write(
      Measurement(calibration: outOfFold.calibration, crossValidation: outOfFold.summary),
      to: folder + "/crossvalidation.json")
  }

  private struct Measurement: Encodable {
    var formatVersion = 1
    var calibration: Calibration
    var crossValidation: CrossValidationSummary
  }

  /// The results of the folds.
  ///
  /// - Throws: `TrainingRunError` if a fold's training hasn't ended.
  package func outOfFold() throws -> OutOfFold {
    let ended = try (0..<folds).map { number in
      let run = Self.folder(ofFold: number, in: folder)
      let setup = try setup(.fold(number, of: folds))
      let checkpoints = CheckpointFolder(RunFiles(run).checkpoints, keep: 1)
      guard let checkpoint = try checkpoints.latest(onDamage: { _ in }),
        case let learner = try Learner(checkpoint, setup: setup, folder: checkpoints),
        learner.progress.ending != nil
      else {
        throw TrainingRunError(
          run,
          "expected a fold whose training has ended; run 'trainer crossvalidate' to its end first")
      }
      return PooledFolds.Fold(setup: setup, progress: learner.progress, run: run)
    }
    return try PooledFolds(ended).outOfFold(configuration.validation)
  }

  /// The folder of a fold, counted from 0.
  package static func folder(ofFold fold: Int, in run: String) -> String {
    run + "/fold-\(fold + 1)"
  }

  private func setup(_ division: TrainingSetup.Division) throws -> TrainingSetup {
    try TrainingSetup(configuration, recorded: recorded, store: store, division: division)
  }

  /// Removes the checkpoints that an ended fold doesn't need any more, because they are large.
  private func keepLastCheckpoint(of run: String) {
    let checkpoints = CheckpointFolder(RunFiles(run).checkpoints, keep: 1)
    for step in checkpoints.steps.dropLast() {
      try? FileManager.default.removeItem(atPath: checkpoints.file(step: step))
    }
  }
}
