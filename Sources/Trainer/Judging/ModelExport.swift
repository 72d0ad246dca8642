import Evaluation
import Foundation
import Imaging
import ModelFiles
import NeuralNetwork
import Configuration
import Contract
import Terminal
import TrainingData

/// From the best checkpoint to `model.pt`: calibration, evaluation, behaviour check, files.
struct ModelExport {
  let setup: TrainingSetup
  let force: Bool
  let interruption: Interruption

  /// What was measured of some weights.
  struct Judgement {
    var metadata: ModelMetadata
    var validation: EvaluationReport
    var test: EvaluationReport?
    var behaviour: BehaviourCheck
    /// Of validation and test.
    var predictions: PredictionTable
  }

  /// Where the files go.
  struct Target {
    var model: String
    var safetensors: String?
    var information: String
    /// Where each prediction is told; nil where that isn't wanted.
    var predictions: String?
  }

  /// Judges a checkpoint and writes model and information.
  ///
  /// - Parameters:
  ///   - checkpoint: the weights, with the epoch and step they are of.
  ///   - progress: the training as a whole; the checkpoint's own where it is exported alone.
  /// - Returns: the process's exit status: 0, or 3 where the model failed its behaviour check.
  func run(
    _ checkpoint: Checkpoint, progress: TrainingProgress, to target: Target
  ) throws -> Int32 {
    let state = checkpoint.evaluated
    // Written beside its place, judged, and only then renamed: a broken model never takes the place
    // of a sound one.
    let candidate = target.model + ".candidate"
    defer { unlink(candidate) }
    let judgement = try judge(state, checkpoint, candidate: candidate)
    let passed = judgement.behaviour.passed
    var verdict = judgement.behaviour.verdictLine
    if passed || force {
      guard rename(candidate, target.model) == 0 else {
        throw TrainerError("\(target.model): can't write: \(String(cString: strerror(errno)))")
      }
      if let path = target.safetensors {
        try ModelFile(state: state, metadata: judgement.metadata).writeSafetensors(to: path)
      }
    } else {
      verdict += "; not exported (--force does it all the same)"
    }
    if let path = target.predictions { try judgement.predictions.write(to: path) }
    // Last: what it tells of is there.
    try information(judgement, checkpoint, progress, verdict: verdict).write(to: target.information)
    ResultTable(judgement).print()
    StandardOutput.write("\n" + verdict)
    if passed || force {
      StandardOutput.write("Model      \(target.model)")
      if let path = target.safetensors { StandardOutput.write("           \(path)") }
    }
    StandardOutput.write("Told in    \(target.information)")
    return passed ? 0 : 3
  }

  private func judge(
    _ state: NetworkState, _ checkpoint: Checkpoint, candidate: String
  ) throws -> Judgement {
    let judge = ModelJudge(
      catalog: setup.catalog,
      validator: Validator(
        architecture: setup.architecture, catalog: setup.catalog,
        normalization: setup.normalization, workers: setup.workers),
      draws: setup.configuration.validation.bootstrap, seed: setup.seed, interruption: interruption)
    let validation = try judge.predict(state, videos: setup.split.validation, name: "validation")
    let calibration = try Calibration.fitted(
      frames: validation.frames, videosWithoutFaces: validation.videosWithoutFaces,
      score: setup.configuration.videoScore)
    var table = PredictionTable()
    try table.append(validation, side: "validation")
    var side = ModelJudge.Side(
      predictions: validation, report: try judge.report(validation, calibration))
    let validationReport = side.report
    var testReport: EvaluationReport?
    let test = setup.split.counts(of: .test)
    if test.samples > 0 {
      let predictions = try judge.predict(state, videos: setup.split.test, name: "test")
      let report = try judge.report(predictions, calibration)
      testReport = report
      try table.append(predictions, side: "test")
      // A test split of one class can't show how the model behaves.
      if test.realSamples > 0, test.fakeSamples > 0 {
        side = ModelJudge.Side(predictions: predictions, report: report)
      }
    }
    let metadata = ModelMetadata(
      architecture: setup.architecture, geometry: checkpoint.geometry,
      normalization: checkpoint.normalization, temperature: calibration.temperature,
      threshold: calibration.threshold, videoScore: calibration.score.rawValue,
      provenance: ModelMetadata.Provenance(
        software: "trainer \(softwareVersion)", epoch: checkpoint.weightsEpoch,
        step: checkpoint.step, settings: checkpoint.settings))
    try ModelFile(state: state, metadata: metadata).write(to: candidate)
    let reloaded = try ModelFile(contentsOf: candidate)
    let behaviour = try judge.behaviour(
      state, side: side, presentEntries: reloaded.state.entries.map(\.name),
      reloaded: reloaded.state)
    return Judgement(
      metadata: metadata, validation: validationReport, test: testReport, behaviour: behaviour,
      predictions: table)
  }

  private func information(
    _ judgement: Judgement, _ checkpoint: Checkpoint, _ progress: TrainingProgress, verdict: String
  ) -> TrainingInformation {
    TrainingInformation(
      software: "trainer \(softwareVersion)", hardware: .current, verdict: verdict,
      model: judgement.metadata, data: TrainingInformation.DataSummary(setup.catalog, setup.split),
      configuration: checkpoint.configuration, curve: progress.history, best: progress.best,
      ending: progress.ending?.rawValue, trainedSeconds: progress.trainedSeconds,
      workers: progress.workers, validation: judgement.validation, test: judgement.test,
      behaviour: judgement.behaviour)
  }
}

extension Checkpoint {
  /// Epoch of the weights, from 1: the one that ended last, or the one under way.
  var weightsEpoch: Int { sample == 0 ? max(epoch, 1) : epoch + 1 }
}
