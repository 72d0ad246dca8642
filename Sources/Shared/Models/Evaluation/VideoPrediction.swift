public import Contract

/// What the network says of a video.
public struct VideoPrediction: Sendable, Hashable {
  /// The video.
  public let video: EvaluatedVideo

  /// How many face crops the score is made of.
  public let frames: Int

  /// The probability of fake, 0...1; 0.5 for a video without a face, NaN if a margin was not
  /// finite.
  public let probability: Double

  /// The mean blur of its crops, the higher the more blurred; nil for a video without a face, and where
  /// it wasn't measured.
  public let blur: Double?

  /// Whether a face was found. A video without one has no evidence: it is counted, never left out.
  public var hasFace: Bool { frames > 0 }

  /// The probability with the true answer.
  public var labelled: LabelledProbability {
    LabelledProbability(probability: probability, label: video.label)
  }

  /// Describes a prediction.
  public init(video: EvaluatedVideo, frames: Int, probability: Double, blur: Double? = nil) {
    self.video = video
    self.frames = frames
    self.probability = probability
    self.blur = blur
  }

  /// One prediction per video, in the order of the names. The order of `frames` has no influence on
  /// the result, to the bit.
  ///
  /// - Throws: if the predictions contradict each other about a video.
  public static func predictions(
    frames: [FramePrediction], videosWithoutFaces: [EvaluatedVideo] = [],
    score: VideoScore = .mean, temperature: Double = 1
  ) throws(EvaluationError) -> [VideoPrediction] {
    try VideoMargins(frames: frames, videosWithoutFaces: videosWithoutFaces)
      .predictions(score: score, temperature: temperature)
  }
}
