internal import Contract
internal import Evaluation
internal import Foundation
internal import Judging
internal import ModelFiles
package import TrainingRun

/// Cross-validation by people: each fold of them is judged by a network that has learned from all others;
/// then one network learns from everybody, for as long as the folds have shown to be best.
///
/// In the run's folder lie `fold-1`, `fold-2`, ..., each a run of its own that goes on where it was
/// stopped, and besides them the files of the last training, whose numbers are those of the folds.
package struct CrossValidation {
  private let configuration: TrainingSettings
  private let recorded: RecordedSettings
  private let store: String
  private let folder: String
  private let folds: Int
  private let force: Bool
  private let observer: any TrainingObserver

  /// - Parameters:
  ///   - folder: the run's folder; made if missing.
  ///   - folds: number of folds, 2 or more.
  ///   - force: export the model even if it fails its behaviour check, and export again.
  /// - Throws: `TrainingRunError` where the settings don't fit.
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

  /// What became of a cross-validation.
  package enum Outcome {
    /// The observer stopped it, with a checkpoint.
    case stopped(TrainingProgress)
    /// The one fold that was asked for has ended.
    case foldEnded(TrainingProgress)
    /// All folds have ended and were measured; no model was wanted.
    case measured(OutOfFold)
    /// All folds have ended, and so has the training on all of them.
    case ended(TrainingJob.Outcome)
  }

  /// Trains what isn't trained yet.
  ///
  /// - Parameters:
  ///   - fold: the only fold to train, from 0; nil trains all, then the model.
  ///   - measuresOnly: whether to end when all folds are measured, without a model.
  ///   - onExport: called when the model's files are written.
  package func run(
    only fold: Int? = nil, measuresOnly: Bool = false,
    onExport: (ModelExport.Result, RunFiles, TrainingSetup) -> Void
  ) throws -> Outcome {
    var ended: [PooledFolds.Fold] = []
    for number in fold.map({ $0...$0 }) ?? 0...(folds - 1) {
      var setup = try setup(.fold(number, of: folds))
      try setup.checkMemory()
      try setup.findNearDuplicates(observer: observer)
      // The same data in every fold: it is said once, before the first.
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

  /// What the folds say of every video, for tables and other programs: `predictions.csv`, and
  /// `crossvalidation.json` with how they were measured.
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

  /// What the folds have shown, where all have ended.
  ///
  /// - Throws: `TrainingRunError` where one hasn't.
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

  /// The folder of a fold, from 0.
  package static func folder(ofFold fold: Int, in run: String) -> String {
    run + "/fold-\(fold + 1)"
  }

  private func setup(_ division: TrainingSetup.Division) throws -> TrainingSetup {
    try TrainingSetup(configuration, recorded: recorded, store: store, division: division)
  }

  /// Removes what an ended fold needs no more; checkpoints are large.
  private func keepLastCheckpoint(of run: String) {
    let checkpoints = CheckpointFolder(RunFiles(run).checkpoints, keep: 1)
    for step in checkpoints.steps.dropLast() {
      try? FileManager.default.removeItem(atPath: checkpoints.file(step: step))
    }
  }
}
