package import Contract
package import Evaluation
package import ModelFiles
internal import Imaging
package import NeuralNetwork
package import Prediction
package import TrainingData
package import Workers

/// Measures finished weights: calibration on validation, reports, behaviour check.
package struct ModelJudge {
  package let catalog: SampleCatalog
  package let predictor: Predictor
  package let draws: Int
  package let seed: UInt64
  /// Receives the progress, and may end the work between pictures.
  package let observer: any WorkObserver

  /// - Parameters:
  ///   - draws: Number of bootstrap draws for the confidence intervals; 0 computes none.
  ///   - seed: Seed of the draws.
  package init(
    catalog: SampleCatalog, predictor: Predictor, draws: Int, seed: UInt64,
    observer: any WorkObserver
  ) {
    self.catalog = catalog
    self.predictor = predictor
    self.draws = draws
    self.seed = seed
    self.observer = observer
  }

  /// Predictions and report of one side of the split.
  package struct Side {
    package var name: String
    package var description: String {
      if let folds {
        return
          "videos that each were judged by a network which had not seen their people, in \(folds) "
          + "folds" + (novelty == .blended ? "; the fakes are blended of their faces" : "")
      }
      return "\(name) side"
        + (novelty == .blended ? ", whose fakes are blended of its real faces" : "")
    }
    package var predictions: VideoPredictions
    package var report: EvaluationReport
    /// Whether the model has learned from these videos.
    package var novelty: BehaviourEvidence.Novelty
    /// Number of folds that the predictions come from; nil if one network made them all.
    package var folds: Int?

    package init(
      _ name: String, predictions: VideoPredictions, report: EvaluationReport,
      novelty: BehaviourEvidence.Novelty = .unseen, folds: Int? = nil
    ) {
      self.folds = folds
      self.name = name
      self.novelty = novelty
      self.predictions = predictions
      self.report = report
    }
  }

  /// Predictions of the network on some videos, with `blends` also on fakes that are made from the
  /// real ones.
  ///
  /// - Throws: `WorkStopped` if the observer ended the work.
  package func predict(
    _ state: NetworkState, videos: [Int], blends: HeldOutBlends? = nil, name: String
  ) throws -> VideoPredictions {
    try predictor.predict(state, videos: videos, blends: blends, name: name, observer: observer)
  }

  /// Metrics of predictions, with confidence intervals over groups of people.
  package func report(
    _ predictions: VideoPredictions, _ calibration: Calibration
  ) throws -> EvaluationReport {
    try EvaluationReport(
      frames: predictions.frames, videosWithoutFaces: predictions.videosWithoutFaces,
      calibration: calibration, draws: draws, seed: seed, testsChance: true)
  }

  /// Checks that the model behaves like a trained detector.
  ///
  /// - Parameters:
  ///   - side: The most independent data available.
  ///   - presentEntries: Names of the entries in the model file.
  ///   - reloaded: The state as read back from the exported file.
  package func behaviour(
    _ state: NetworkState, side: Side, presentEntries: [String], reloaded: NetworkState?
  ) throws -> BehaviourCheck {
    let pictures = try probes(state.architecture.inputSize)
    predictor.load(state)
    let logits = predictor.logits(of: pictures)
    let changed = predictor.logits(of: pictures.map { $0.rotatedClockwise(quarterTurns: 2) })
    var again: [Float]?
    if let reloaded {
      predictor.load(reloaded)
      again = predictor.logits(of: pictures)
      predictor.load(state)
    }
    return BehaviourCheck(
      BehaviourEvidence(
        report: side.report, frames: side.predictions.frames,
        expectedEntries: state.architecture.stateEntries.map(\.name),
        presentEntries: presentEntries, entriesNotFinite: state.entriesNotFinite,
        batchNormLayers: state.batchNormLayers, logits: logits, logitsOfChangedPictures: changed,
        logitsAfterReload: again, novelty: side.novelty))
  }

  /// Result of writing a model.
  package struct Publication {
    /// Behaviour check of the written file.
    package var behaviour: BehaviourCheck
    /// The file's metadata, including its verdict.
    package var metadata: ModelMetadata
    /// Whether the file was moved to its target path.
    package var isPublished: Bool
  }

  /// Writes a model with its own verdict, and moves it to its path unless it is broken.
  ///
  /// - Parameters:
  ///   - side: The most independent data available; the file names it.
  ///   - force: Whether to move the file to its path even if the model is broken.
  ///   - path: Path of the model file.
  package func publish(
    _ state: NetworkState, _ metadata: ModelMetadata, side: Side, force: Bool, to path: String
  ) throws -> Publication {
    var metadata = metadata
    let expected = try behaviour(
      state, side: side, presentEntries: state.entries.map(\.name), reloaded: nil)
    metadata.verdict = StatedVerdict(
      expected.verdict, reason: "\(expected.basis) (on the \(side.description))")
    let (checked, isPublished) = try CandidateModel(
      ModelFile(state: state, metadata: metadata), target: path
    ).publish(force: force) { file in
      let behaviour = try self.behaviour(
        state, side: side, presentEntries: file.state.entries.map(\.name), reloaded: file.state)
      return CandidateModel.Verdict(
        behaviour, passes: behaviour.verdict != .broken,
        isFaithful: !behaviour.failures.contains { $0.identifier == .reloadIdentical })
    }
    return Publication(behaviour: checked, metadata: metadata, isPublished: isPublished)
  }

  /// The first pictures of up to eight videos, evenly spaced over the store.
  private func probes(_ size: Int) throws -> [PixelBuffer] {
    let videos = catalog.videos.indices.filter { !catalog.videos[$0].samples.isEmpty }
    return try evenlySpaced(8, of: videos.count).compactMap { index in
      let loader = try EvaluationLoader(
        catalog, videos: [videos[index]], batchSize: 1, inputSize: size)
      defer { loader.stop() }
      return try loader.next()?.pictures.first
    }
  }
}
