internal import Contract
internal import Evaluation
internal import Judging
internal import Prediction
internal import TrainingData
internal import TrainingRun

/// The folds of a cross-validation, evaluated together.
struct PooledFolds {
  /// A fold whose training has ended.
  struct Fold {
    let setup: TrainingSetup
    let progress: TrainingProgress
    let run: String

    /// Writes `predictions.csv` into the fold's folder: the predictions for the held-out pictures
    /// after the last epoch.
    func writePredictions() throws {
      let predictions = try PooledFolds([self]).predictions(epoch: progress.epoch)
      var table = PredictionTable()
      try table.append(predictions, side: "validation")
      try table.write(to: RunFiles(run).predictions)
    }
  }

  private let folds: [Fold]

  /// - Parameter folds: All folds, in order.
  init(_ folds: [Fold]) { self.folds = folds }

  /// Chooses the epoch, and evaluates every video with the networks of that epoch.
  func outOfFold(_ validation: TrainingSettings.Validation) throws -> OutOfFold {
    let curve = try curve(validation.videoScore)
    let chosen = try Self.choose(curve, by: validation.selection)
    let predictions = try predictions(epoch: chosen.epoch)
    var calibration = try Calibration.fitted(
      frames: predictions.frames, videosWithoutFaces: predictions.videosWithoutFaces,
      score: validation.videoScore)
    let videos = try predictions.videos(
      validation.videoScore, temperature: calibration.temperature)
    calibration = calibration.withBounds(videos)
    let summary = CrossValidationSummary(
      note:
        "Every number of `validation` is out of fold: each video was judged by a network that had "
        + "not seen its people, of \(folds.count) networks. The model has learned from all of them; "
        + "what it says of these videos itself was not measured, as it would be better than on others.",
      folds: folds.map { result(of: $0, epoch: chosen.epoch) }, curve: curve,
      epochs: chosen.epoch, steps: chosen.step,
      decided: DecidedShares(videos, calibration))
    return OutOfFold(predictions: predictions, calibration: calibration, summary: summary)
  }

  private func curve(_ score: VideoScore) throws -> [CrossValidationSummary.Epoch] {
    let history = folds.first?.progress.history ?? []
    return try history.filter { $0.validation != nil }.map { record in
      let videos = try predictions(epoch: record.epoch).videos(score, temperature: 1)
      return CrossValidationSummary.Epoch(
        epoch: record.epoch, step: record.step, loss: SelectionLoss(videos),
        videoAUC: RankedPredictions(videos.map(\.labelled)).areaUnderCurve)
    }
  }

  /// Chooses the epoch after which the folds are judged.
  static func choose(
    _ curve: [CrossValidationSummary.Epoch], by rule: TrainingSettings.Validation.Selection
  ) throws -> CrossValidationSummary.Epoch {
    let measured = curve.filter { $0.loss?.value.isFinite ?? false }
    let lowest = measured.min { left, right in
      (left.loss?.value ?? .infinity) < (right.loss?.value ?? .infinity)
    }
    guard let lowest, let loss = lowest.loss else {
      throw TrainingRunError(
        "no epoch of the folds has answers that are numbers; lower optimizer.learningRate, and begin "
          + "in another run folder")
    }
    switch rule {
    case .lowest: return lowest
    case .oneStandardError:
      return measured.last { $0.loss?.isWithinStandardError(of: loss) ?? false } ?? lowest
    }
  }

  private func result(of fold: Fold, epoch: Int) -> CrossValidationSummary.Fold {
    let counts = fold.setup.split.counts(of: .validation)
    return CrossValidationSummary.Fold(
      groups: counts.groups, realVideos: counts.realVideos, fakeVideos: counts.fakeVideos,
      videoAUC: fold.progress.history.first { $0.epoch == epoch }?.validation?.videoAUC,
      trainedSeconds: fold.progress.trainedSeconds)
  }

  /// The predictions of all folds' networks after an epoch, in the order of the catalog.
  fileprivate func predictions(epoch: Int) throws -> VideoPredictions {
    guard let first = folds.first else { return VideoPredictions() }
    let catalog = first.setup.catalog
    let areBlended = first.setup.validationBlends != nil
    var own: [Int: ArraySlice<PictureAnswer>] = [:]
    var blended: [Int: ArraySlice<PictureAnswer>] = [:]
    for fold in folds {
      let videos = fold.setup.split.validation
      let answers = try HeldOutAnswers(run: fold.run)
        .read(epoch: epoch, count: fold.setup.validationSamples)
      var rest = answers[...]
      for video in videos {
        let count = catalog.videos[video].samples.count
        own[video] = rest.prefix(count)
        rest = rest.dropFirst(count)
      }
      for video in videos where areBlended && catalog.videos[video].label == .real {
        let count = catalog.videos[video].samples.count
        blended[video] = rest.prefix(count)
        rest = rest.dropFirst(count)
      }
    }
    let videos = own.keys.sorted()
    let answers = videos.flatMap { own[$0] ?? [] } + videos.flatMap { blended[$0] ?? [] }
    guard
      let predictions = VideoPredictions(
        catalog, videos: videos, areBlended: areBlended, answers: answers)
    else {
      throw TrainingRunError(
        "the answers of the folds are not of the store's pictures; begin in another run folder")
    }
    return predictions
  }
}

extension VideoPredictions {
  /// One prediction per video.
  func videos(_ score: VideoScore, temperature: Double) throws -> [VideoPrediction] {
    try VideoPrediction.predictions(
      frames: frames, videosWithoutFaces: videosWithoutFaces, score: score,
      temperature: temperature)
  }

  /// Log-loss of the videos at temperature 1; infinite if it can't be computed.
  func logLoss(_ score: VideoScore) -> Double {
    let report = try? EvaluationReport(
      frames: frames, videosWithoutFaces: videosWithoutFaces,
      calibration: Calibration(score: score))
    return report?.videos.logLoss ?? .infinity
  }
}
