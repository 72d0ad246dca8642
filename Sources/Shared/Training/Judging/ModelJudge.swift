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
  /// Sees the progress, and may end the work between pictures.
  package let observer: any WorkObserver

  /// - Parameters:
  ///   - draws: draws for the confidence intervals; 0 is none.
  ///   - seed: seed of the draws.
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
    /// Test, or validation.
    package var name: String
    /// The side in words.
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
    /// What it is to the model.
    package var novelty: BehaviourEvidence.Novelty
    /// Of how many folds the predictions are; nil where one network made them.
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

  /// What the network says of some videos, and with `blends` of fakes made of the real ones.
  ///
  /// - Throws: `WorkStopped` where the observer ended the work.
  package func predict(
    _ state: NetworkState, videos: [Int], blends: HeldOutBlends? = nil, name: String
  ) throws -> VideoPredictions {
    try predictor.predict(state, videos: videos, blends: blends, name: name, observer: observer)
  }

  /// Metrics of predictions, with intervals over groups of people.
  package func report(
    _ predictions: VideoPredictions, _ calibration: Calibration
  ) throws -> EvaluationReport {
    try EvaluationReport(
      frames: predictions.frames, videosWithoutFaces: predictions.videosWithoutFaces,
      calibration: calibration, draws: draws, seed: seed, testsChance: true)
  }

  /// Whether the model behaves like one.
  ///
  /// - Parameters:
  ///   - side: the most independent data there is.
  ///   - presentEntries: names in the model file.
  ///   - reloaded: the state as read back from the exported file.
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

  /// What became of a model that was to be written.
  package struct Publication {
    /// The check of the file.
    package var behaviour: BehaviourCheck
    /// What the file says of itself, its verdict included.
    package var metadata: ModelMetadata
    /// Whether the file stands in its place.
    package var isPublished: Bool
  }

  /// Writes a model that says of itself what it is worth, and puts it into its place unless it is broken.
  ///
  /// - Parameters:
  ///   - side: the most independent data there is; what it is called stands in the file.
  ///   - force: put it into its place even if it is broken.
  ///   - path: the model file.
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

  /// The first pictures of up to eight videos, spread over the store.
  private func probes(_ size: Int) throws -> [PixelBuffer] {
    let videos = catalog.videos.indices.filter { !catalog.videos[$0].samples.isEmpty }
    return try evenlySpaced(8, of: videos.count).compactMap { place in
      let loader = try EvaluationLoader(
        catalog, videos: [videos[place]], batchSize: 1, inputSize: size)
      defer { loader.stop() }
      return try loader.next()?.pictures.first
    }
  }
}
