package import Contract

extension Calibration {
  /// Fits temperature and threshold, on validation data and never on test data.
  ///
  /// The temperature minimises the log-loss of the frames within 0.05...20 (Guo et al.: On
  /// Calibration of Modern Neural Networks, 2017). The threshold maximises the balanced accuracy of
  /// the videos at that temperature, in the middle between two videos' probabilities. If the data
  /// can't tell (one class, one answer, no error at all), the neutral value, 1 or 0.5, is taken and
  /// a note says so.
  ///
  /// - Throws: if the predictions contradict each other about a video.
  package static func fitted(
    frames: [FramePrediction], videosWithoutFaces: [EvaluatedVideo] = [],
    score: VideoScore = .mean
  ) throws(EvaluationError) -> Calibration {
    let videos = try VideoMargins(frames: frames, videosWithoutFaces: videosWithoutFaces)
    let temperature = TemperatureFit(frames)
    let threshold = fittedThreshold(
      videos.predictions(score: score, temperature: temperature.temperature).map(\.labelled))
    return Calibration(
      score: score, temperature: temperature.temperature, threshold: threshold.value,
      notes: [temperature.note, threshold.note].compactMap(\.self))
  }

  /// The threshold with the best balanced accuracy.
  ///
  /// Between two neighbouring probabilities every threshold decides alike, so the middle is taken.
  /// If several such gaps are equally good, the widest one is taken (it is the least sensitive to
  /// noise), of equally wide ones the one nearest to 0.5, of equally near ones the higher (fewer
  /// are accused). If no gap is better than a constant answer, the threshold is 0.5.
  static func fittedThreshold(
    _ videos: [LabelledProbability]
  ) -> (value: Double, note: String?) {
    guard videos.allSatisfy(\.isValid) else {
      return (0.5, "The threshold is 0.5: some probabilities on validation are not numbers.")
    }
    let ranked = RankedPredictions(videos)
    guard ranked.real > 0, ranked.fake > 0 else {
      return (0.5, "The threshold is 0.5: the validation videos are not of both classes.")
    }
    // Balanced accuracy times 2 * real * fake, less that of a constant answer: an exact integer.
    var gain = 0
    var bestGain = 0
    var best: (width: Double, middle: Double)?
    for (upper, lower) in zip(ranked.steps, ranked.steps.dropFirst()) {
      gain += upper.fake * ranked.real - upper.real * ranked.fake
      guard gain > 0, gain >= bestGain else { continue }
      let width = upper.probability - lower.probability
      // The middle of neighbouring floating-point numbers may round to the upper one.
      let exactMiddle = lower.probability + width / 2
      let middle = exactMiddle < upper.probability ? exactMiddle : lower.probability
      let isTie = gain == bestGain
      if isTie, let best, !isPreferred((width, middle), to: best) { continue }
      bestGain = gain
      best = (width, middle)
    }
    guard let best else {
      return (0.5, "The threshold is 0.5: no threshold beats a constant answer on validation.")
    }
    return (best.middle, nil)
  }

  /// Whether a gap is preferred to another of equal balanced accuracy: the wider one is, or of
  /// equally wide ones the more central one.
  private static func isPreferred(
    _ gap: (width: Double, middle: Double), to other: (width: Double, middle: Double)
  ) -> Bool {
    gap.width == other.width
      ? abs(gap.middle - 0.5) < abs(other.middle - 0.5) : gap.width > other.width
  }
}
