internal import Contract
package import Evaluation
internal import Foundation
internal import ModelFiles
internal import NeuralNetwork
internal import Prediction
internal import Terminal
internal import TrainingData
package import Workers

/// Predictions of a model on the crops of a store, summarised.
package struct PredictionSummary: Encodable {
  package var store: String
  package var crops: Int
  package var videos: Int
  /// Share of the videos that are classified as fake.
  package var shareFake: Double?
  /// Mean and standard deviation of the crops' probability of fake.
  package var meanProbability: Double?
  package var spread: Double?
  package var videoAUC: Double?
  package var videoAUCInterval: ConfidenceInterval?
  /// Result of the sharpness of the faces alone on the same videos.
  package var sharpness: SharpnessBaseline?
  /// How many pairs of a real and a fake video of one person are ranked correctly.
  package var pairs: PairRanking?
  package var balancedAccuracy: Double?
  package var balancedAccuracyInterval: ConfidenceInterval?
  /// Differences between the store's crops and those that the model was trained on, and other
  /// notes; a line each.
  package var notes: [String]
}

/// The unchanged model's predictions on the crops of a store, with findings about them.
package struct ModelTrial {
  package private(set) var summary: PredictionSummary
  package let findings: [Finding]
  /// Whether fakes score higher than reals, by more than chance explains.
  package let ranksFakesHigher: Bool
  /// Whether fakes score higher than reals at all.
  package let leansRight: Bool

  package init(
    _ subject: SubjectModel, store: String, frames: Int, inputSize: Int?, workers: Int,
    observer: any WorkObserver
  ) throws {
    let catalog = try SampleCatalog(directory: store, framesPerVideo: frames, workerCount: workers)
    let state = try subject.state(for: catalog, inputSize: inputSize)
    let judge = ModelJudge(
      catalog: catalog,
      predictor: Predictor(
        architecture: state.architecture, catalog: catalog,
        normalization: subject.normalization,
        workers: WorkerPool(workerCount: workers).workerCount),
      draws: 1000, seed: 1, observer: observer)
    var unseen = try Self.unseenVideos(of: catalog, by: subject.metadata, workers: workers)
    // A model that cross-validation trained has learned from the whole store.
    let hasLearnedAll = unseen?.isEmpty ?? false
    if hasLearnedAll { unseen = nil }
    let predictions = try judge.predict(
      state, videos: unseen ?? Array(catalog.videos.indices), name: "judging")
    guard !predictions.frames.isEmpty else {
      throw JudgingError(store, "there is no face crop to judge; extract videos first")
    }
    let report = try judge.report(predictions, try subject.calibration())
    let behaviour = try judge.behaviour(
      state,
      side: ModelJudge.Side(
        "judged", predictions: predictions, report: report,
        novelty: hasLearnedAll ? .learned : .unseen),
      presentEntries: state.entries.map(\.name), reloaded: nil)
    summary = PredictionSummary(
      predictions, report, store: store,
      notes: subject.metadata?.recipeDifferences(from: catalog) ?? [])
    if hasLearnedAll {
      summary.notes.append(
        "the model has learned from every video of this store: that it answers them right says nothing"
      )
    }
    if let unseen {
      summary.notes.append(
        "the model was trained on this store: only the \(unseen.count) of "
          + "\(catalog.videos.count) videos that it has not learned from are judged")
    }
    findings = Self.findings(behaviour, report)
    leansRight = (report.videos.auc ?? 0.5) > 0.5
    ranksFakesHigher = behaviour.findings.contains {
      $0.identifier == .betterThanChance && $0.outcome == .passed
    }
  }

  /// The videos from which the model has not learned, if it was trained on this store; nil if it
  /// was not, or if the file doesn't say.
  private static func unseenVideos(
    of catalog: SampleCatalog, by metadata: ModelMetadata?, workers: Int
  ) throws -> [Int]? {
    guard let metadata, let settings = metadata.splitSettings else { return nil }
    let known = metadata.provenance.settings
    guard let trained = known["store.fingerprint"].flatMap({ UInt64($0, radix: 16) }) else {
      return nil
    }
    // The fingerprint also depends on the number of frames per video.
    let whole = try SampleCatalog(
      directory: catalog.directory,
      framesPerVideo: known["data.framesPerVideo"].flatMap(Int.init) ?? 0, workerCount: workers)
    guard whole.hasFingerprint(trained) else { return nil }
    let split = try DataSplit(catalog, settings: settings)
    return (split.validation + split.test).sorted()
  }

  /// The checks of answers; the diagnosis checks entries and statistics.
  private static let checks: Set<Finding.Identifier> = [
    .outputFollowsInput, .predictsBothClasses, .confidenceSpread, .betterThanChance,
  ]

  private static func findings(
    _ behaviour: BehaviourCheck, _ report: EvaluationReport
  ) -> [Finding] {
    let doubts = (behaviour.failures + behaviour.undecided).filter {
      checks.contains($0.identifier)
    }
    var findings = doubts.map { finding in
      Finding(
        finding.identifier == .betterThanChance && report.hasSwappedClasses()
          ? .swappedClasses : .predictions, finding.outcome, measured: finding.measured,
        meaning: finding.meaning, advice: finding.advice)
    }
    if report.frames.invalid > 0 {
      findings.append(
        Finding(
          .predictions, .failed,
          measured: "\(report.frames.invalid) of \(report.frames.count) answers are NaN",
          meaning: "The network computes no numbers for these pictures.",
          advice: "See the findings on statistics and weights."))
    }
    // Several checks may say the same, for instance if the store has one class only.
    var seen: [String] = []
    return findings.filter { finding in
      defer { seen.append(finding.measured) }
      return !seen.contains(finding.measured)
    }
  }
}

extension PredictionSummary {
  init(
    _ predictions: VideoPredictions, _ report: EvaluationReport, store: String, notes: [String]
  ) {
    let temperature = report.calibration.temperature
    let values = predictions.frames.map { $0.labelled(temperature: temperature).probability }
      .filter { !$0.isNaN }
    let mean = values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    self.init(
      store: store, crops: predictions.frames.count, videos: report.videos.count,
      shareFake: report.videos.shareFake, meanProbability: mean,
      spread: mean.map { mean in
        (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
      },
      videoAUC: report.videos.auc, videoAUCInterval: report.intervals.videoAUC,
      sharpness: report.sharpness, pairs: report.pairs,
      balancedAccuracy: report.videos.balancedAccuracy,
      balancedAccuracyInterval: report.intervals.videoBalancedAccuracy, notes: notes)
  }
}
