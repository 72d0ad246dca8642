package import Contract

/// The metrics of a model on one side of a split.
package struct EvaluationReport: Codable, Sendable, Equatable {
  /// The calibration that turned margins into verdicts.
  package let calibration: Calibration

  /// Over face crops, at the calibration's temperature and threshold. (For the rule `maximum` that
  /// threshold is fitted to the largest probability of a video, and few crops reach it.)
  package let frames: BinaryMetrics

  /// Over videos, those without a face included.
  package let videos: BinaryMetrics

  /// Over videos, each method's fakes against all reals; by name, empty if no method is known.
  package let methods: [SubsetMetrics]

  /// Over videos, by compression; empty if none is known.
  package let compressions: [SubsetMetrics]

  /// Number of real videos without a face; each has the probability 0.5.
  package let realVideosWithoutFace: Int

  /// Number of fake videos without a face.
  package let fakeVideosWithoutFace: Int

  /// 95% intervals, or the reason why there are none.
  package let intervals: BootstrapIntervals

  /// The share of pairs of a real video and a fake of the same person that are ranked right; nil
  /// without pairs, if a prediction is not a number, and in older files.
  package let pairs: PairRanking?

  /// The metrics of the faces' sharpness alone on the same videos; nil if it wasn't measured, as in
  /// older files.
  package let sharpness: SharpnessBaseline?

  /// How well chance would rank the same videos. Nil if a class is missing, a prediction is not a
  /// number, or the test wasn't requested, as between epochs and in older files.
  package let chance: PermutationTest?

  /// Measures predictions.
  ///
  /// Sorting aside, the cost is that of the draws: each is one pass over videos and frames.
  ///
  /// - Parameters:
  ///   - frames: one per face crop.
  ///   - videosWithoutFaces: the videos of the same split that have none.
  ///   - calibration: fitted on validation, also where test data are measured.
  ///   - draws: resamples for the intervals; 0 for none, as between epochs.
  ///   - seed: the run's seed.
  ///   - testsChance: whether to compare the order with that of chance, which a verdict needs.
  /// - Throws: if the predictions contradict each other about a video.
  package init(
    frames: [FramePrediction], videosWithoutFaces: [EvaluatedVideo] = [],
    calibration: Calibration, draws: Int = 0, seed: UInt64 = 0, testsChance: Bool = false
  ) throws(EvaluationError) {
    let predictions = try VideoPrediction.predictions(
      frames: frames, videosWithoutFaces: videosWithoutFaces, score: calibration.score,
      temperature: calibration.temperature)
    self.calibration = calibration
    self.frames = BinaryMetrics(
      frames.map { $0.labelled(temperature: calibration.temperature) },
      threshold: calibration.threshold)
    videos = BinaryMetrics(predictions.map(\.labelled), threshold: calibration.threshold)
    methods = SubsetMetrics.methods(predictions, threshold: calibration.threshold)
    compressions = SubsetMetrics.compressions(predictions, threshold: calibration.threshold)
    realVideosWithoutFace = videosWithoutFaces.count { $0.label == .real }
    fakeVideosWithoutFace = videosWithoutFaces.count { $0.label == .fake }
    intervals = BootstrapIntervals(
      videos: predictions, frames: frames, calibration: calibration, draws: draws, seed: seed)
    pairs = PairRanking(predictions, draws: draws, seed: seed)
    sharpness = SharpnessBaseline(predictions, draws: draws, seed: seed)
    chance = testsChance ? PermutationTest(predictions, seed: seed) : nil
  }
}
