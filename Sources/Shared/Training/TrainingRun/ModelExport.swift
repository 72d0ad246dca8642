internal import Contract
package import Evaluation
internal import Foundation
internal import Imaging
package import Judging
internal import Measure
package import ModelFiles
package import NeuralNetwork
internal import Prediction
internal import ShardStore
package import Shortcuts
internal import Terminal
internal import TrainingData
internal import VideoCatalog
package import Workers

/// Exports a checkpoint as `model.pt`: calibration, evaluation, behaviour check, files.
package struct ModelExport {
  private let setup: TrainingSetup
  private let force: Bool
  private let outOfFold: OutOfFold?
  private let observer: any WorkObserver

  /// - Parameters:
  ///   - force: Whether to write the model even if it fails its behaviour check.
  ///   - outOfFold: Results of the folds, for a network that has learned from all videos; nil
  ///     judges the network by the split's other sides.
  package init(
    setup: TrainingSetup, force: Bool, outOfFold: OutOfFold? = nil, observer: any WorkObserver
  ) {
    self.setup = setup
    self.force = force
    self.outOfFold = outOfFold
    self.observer = observer
  }

  /// Measurements of a network.
  package struct Judgement {
    package var metadata: ModelMetadata
    package var validation: EvaluationReport
    /// Whether `validation` comes from the networks of folds, each judging people that
    /// it had not seen.
    package var isOutOfFold: Bool
    package var test: EvaluationReport?
    package var behaviour: BehaviourCheck
    /// Predictions on validation and test.
    package var predictions: PredictionTable
    /// Whether the scores on validation and test follow features that a detector must not use; nil
    /// if the features aren't known.
    package var scoresAgainstFeatures: ScoreAudit?
  }

  /// Paths of the files to write.
  package struct Target {
    package var model: String
    package var safetensors: String?
    package var information: String
    /// Whether the information of a refused model may replace that of an older one. In a run's
    /// folder it is written each time.
    package var replacesInformation: Bool
    /// Path of the table of predictions; nil writes none.
    package var predictions: String?

    package init(
      model: String, safetensors: String?, information: String, replacesInformation: Bool = true,
      predictions: String? = nil
    ) {
      self.model = model
      self.safetensors = safetensors
      self.information = information
      self.replacesInformation = replacesInformation
      self.predictions = predictions
    }
  }

  /// The judgement, and what was written.
  package struct Result {
    package var judgement: Judgement
    /// Whether the model was written.
    package var isExported: Bool
    /// Reason for the verdict, in one line.
    package var summary: String
    package var target: Target
    /// Whether the information was written. It isn't if the model was refused and the information
    /// of an older one exists.
    package var isInformationWritten: Bool

    /// The verdict and its reason.
    package var verdictLine: String { judgement.behaviour.verdict.line(summary) }
  }

  /// Predictions of a network on the videos by which it is judged.
  package struct Answers {
    /// Nil if the folds' predictions are used.
    var validation: VideoPredictions?
    /// Nil if there is no test side.
    var test: VideoPredictions?
  }

  /// Computes the predictions of a network; all processes share the work.
  ///
  /// - Throws: `WorkStopped` if the observer ended the work; `TrainingRunError` if the network has
  ///   learned from every video.
  package func answers(of state: NetworkState) throws -> Answers {
    var answers = Answers()
    let judge = makeJudge()
    if outOfFold == nil {
      guard setup.division == .sides || setup.isValidated else {
        throw TrainingRunError(
          "this network has learned from every video, so none can show what it is worth; the model of "
            + "a cross-validation is model.pt in its folder, as 'trainer crossvalidate' wrote it")
      }
      answers.validation = try judge.predict(
        state, videos: setup.split.validation, blends: setup.validationBlends, name: "validation")
    }
    if setup.split.counts(of: .test).samples > 0 {
      answers.test = try judge.predict(state, videos: setup.split.test, name: "test")
    }
    return answers
  }

  private func makeJudge() -> ModelJudge {
    ModelJudge(
      catalog: setup.catalog,
      predictor: Predictor(
        architecture: setup.architecture, catalog: setup.catalog,
        normalization: setup.normalization, workers: setup.workers,
        sharedOver: setup.collective),
      draws: setup.configuration.validation.bootstrap, seed: setup.seed, observer: observer)
  }

  /// Judges a checkpoint and writes model and information. Without `force` a broken model never
  /// replaces an existing one.
  ///
  /// - Parameters:
  ///   - checkpoint: The weights, with their epoch and step.
  ///   - answers: The predictions of these weights.
  ///   - progress: Progress of the whole training; that of the checkpoint if it is exported alone.
  package func run(
    _ checkpoint: Checkpoint, _ answers: Answers, progress: TrainingProgress, to target: Target
  ) throws -> Result {
    let (judgement, isExported) = try judge(checkpoint, answers, target: target.model)
    var summary = judgement.behaviour.reason
    if isExported {
      if let path = target.safetensors {
        try ModelFile(state: checkpoint.evaluated, metadata: judgement.metadata)
          .writeSafetensors(to: path)
      }
    } else {
      summary += "; not exported (--force does it anyway)"
    }
    if let path = target.predictions { try judgement.predictions.write(to: path) }
    // Written last, when the files that it describes exist.
    let isInformationWritten =
      isExported || target.replacesInformation
      || !FileManager.default.fileExists(atPath: target.information)
    if isInformationWritten {
      try information(judgement, checkpoint, progress, summary: summary)
        .write(to: target.information)
    }
    return Result(
      judgement: judgement, isExported: isExported, summary: summary, target: target,
      isInformationWritten: isInformationWritten)
  }

  private func judge(
    _ checkpoint: Checkpoint, _ answers: Answers, target: String
  ) throws -> (Judgement, isExported: Bool) {
    let state = checkpoint.evaluated
    let judge = makeJudge()
    let (calibration, validationSide) = try validationSide(judge, answers.validation)
    var side = validationSide
    var table = PredictionTable()
    try table.append(side.predictions, side: "validation")
    let validationReport = side.report
    var scores = try Self.scores(side.predictions, calibration)
    var testReport: EvaluationReport?
    if let predictions = answers.test {
      let report = try judge.report(predictions, calibration)
      testReport = report
      try table.append(predictions, side: "test")
      scores.merge(try Self.scores(predictions, calibration)) { first, _ in first }
      // A test split of one class can't show how the model behaves.
      let test = setup.split.counts(of: .test)
      if test.realSamples > 0, test.fakeSamples > 0 {
        side = ModelJudge.Side("test", predictions: predictions, report: report)
      }
    }
    let metadata = ModelMetadata(
      architecture: setup.architecture,
      // A checkpoint of version 1 has no recipe; the store is the one that it was trained on.
      recipe: checkpoint.recipe ?? setup.catalog.description.recipe,
      normalization: checkpoint.normalization, calibration: calibration,
      provenance: ModelMetadata.Provenance(
        software: "trainer \(softwareVersion)", epoch: checkpoint.weightsEpoch,
        step: checkpoint.step, settings: checkpoint.settings))
    let publication = try judge.publish(state, metadata, side: side, force: force, to: target)
    return (
      Judgement(
        metadata: publication.metadata, validation: validationReport,
        isOutOfFold: outOfFold != nil, test: testReport,
        behaviour: publication.behaviour, predictions: table,
        scoresAgainstFeatures: setup.auditedVideos.isEmpty
          ? nil : ScoreAudit(scores: scores, setup.auditedVideos, seed: setup.seed)),
      publication.isPublished
    )
  }

  /// Calibration and metrics on people that the network was not trained on: computed here, or
  /// before by folds.
  private func validationSide(
    _ judge: ModelJudge, _ answers: VideoPredictions?
  ) throws -> (Calibration, ModelJudge.Side) {
    let blends = setup.validationBlends
    if let outOfFold {
      let side = ModelJudge.Side(
        "validation", predictions: outOfFold.predictions,
        report: try judge.report(outOfFold.predictions, outOfFold.calibration),
        novelty: blends == nil ? .unseen : .blended, folds: outOfFold.summary.folds.count)
      return (outOfFold.calibration, side)
    }
    let predictions = answers ?? VideoPredictions()
    let calibration = try Calibration.fitted(
      frames: predictions.frames, videosWithoutFaces: predictions.videosWithoutFaces,
      score: setup.configuration.videoScore)
    let side = ModelJudge.Side(
      "validation", predictions: predictions, report: try judge.report(predictions, calibration),
      novelty: blends == nil ? .unseen : .blended)
    return (calibration, side)
  }

  /// Probability of fake of each video with a face, by name.
  private static func scores(
    _ predictions: VideoPredictions, _ calibration: Calibration
  ) throws -> [String: Double] {
    let videos = try VideoPrediction.predictions(
      frames: predictions.frames, score: calibration.score, temperature: calibration.temperature)
    return Dictionary(
      videos.map { ($0.video.name, $0.probability) }, uniquingKeysWith: { first, _ in first })
  }

  private func information(
    _ judgement: Judgement, _ checkpoint: Checkpoint, _ progress: TrainingProgress, summary: String
  ) -> TrainingInformation {
    TrainingInformation(
      software: "trainer \(softwareVersion)", hardware: .current, summary: summary,
      model: judgement.metadata,
      data: DataSummary(setup.catalog, setup.split, nearDuplicates: setup.nearDuplicates),
      configuration: checkpoint.configuration, curve: progress.history, best: progress.best,
      ending: progress.ending?.rawValue, trainedSeconds: progress.trainedSeconds,
      workers: progress.workers, validation: judgement.validation, test: judgement.test,
      behaviour: judgement.behaviour, crossValidation: outOfFold?.summary,
      shortcuts: setup.shortcuts, scoresAgainstFeatures: judgement.scoresAgainstFeatures)
  }
}

extension Checkpoint {
  /// Epoch of the weights, counted from 1: the one that has just ended, or the one in progress.
  package var weightsEpoch: Int { sample == 0 ? max(epoch, 1) : epoch + 1 }
}
