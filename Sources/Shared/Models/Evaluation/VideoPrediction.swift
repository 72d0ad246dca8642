package import Contract

/// The network's answer to a video.
package struct VideoPrediction: Sendable, Hashable {
  /// The video.
  package let video: EvaluatedVideo

  /// Number of face crops that the score is computed from.
  package let frames: Int

  /// The probability of fake, 0...1; 0.5 for a video without a face, NaN if a margin was not
  /// finite.
  package let probability: Double

  /// The mean blur of its crops, higher if more blurred; nil for a video without a face, and if it
  /// wasn't measured.
  package let blur: Double?

  /// Whether a face was found. A video without one has no evidence: it is counted, never left out.
  package var hasFace: Bool { frames > 0 }

  /// The probability with the true answer.
  package var labelled: LabelledProbability {
    LabelledProbability(probability: probability, label: video.label)
  }

  package init(video: EvaluatedVideo, frames: Int, probability: Double, blur: Double? = nil) {
    self.video = video
    self.frames = frames
    self.probability = probability
    self.blur = blur
  }

  /// One prediction per video, in the order of the names. The order of `frames` has no influence on
  /// the result, to the bit.
  ///
  /// - Throws: if the predictions contradict each other about a video.
  package static func predictions(
    frames: [FramePrediction], videosWithoutFaces: [EvaluatedVideo] = [],
    score: VideoScore = .mean, temperature: Double = 1
  ) throws(EvaluationError) -> [VideoPrediction] {
    try VideoMargins(frames: frames, videosWithoutFaces: videosWithoutFaces)
      .predictions(score: score, temperature: temperature)
  }
}
