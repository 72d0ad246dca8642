package import Contract
package import Evaluation
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
    package var predictions: VideoPredictions
    package var report: EvaluationReport

    package init(predictions: VideoPredictions, report: EvaluationReport) {
      self.predictions = predictions
      self.report = report
    }
  }

  /// What the network says of some videos.
  ///
  /// - Throws: `WorkStopped` where the observer ended the work.
  package func predict(
    _ state: NetworkState, videos: [Int], name: String
  ) throws -> VideoPredictions {
    try predictor.predict(state, videos: videos, name: name, observer: observer)
  }

  /// Metrics of predictions, with intervals over groups of people.
  package func report(
    _ predictions: VideoPredictions, _ calibration: Calibration
  ) throws -> EvaluationReport {
    try EvaluationReport(
      frames: predictions.frames, videosWithoutFaces: predictions.videosWithoutFaces,
      calibration: calibration, draws: draws, seed: seed)
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
        logitsAfterReload: again))
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
