internal import Contract

/// What the network says of one face crop. A frame with two faces has two of them.
package struct FramePrediction: Sendable, Hashable {
  /// The video that the crop is from.
  package var video: EvaluatedVideo

  /// Number of the frame in its video.
  package var frame: Int

  /// The network's answer: logit of fake minus logit of real. Positive leans to fake.
  ///
  /// A margin that is not finite is a defect of the network: it is carried along, the metrics over
  /// it are nil, and the behaviour check fails.
  package var margin: Double

  /// How blurred the crop's inner face is, the higher the more: what ``SharpnessBaseline`` goes by. Nil
  /// where it wasn't measured.
  package var blur: Double?

  /// Describes a prediction.
  package init(video: EvaluatedVideo, frame: Int, margin: Double, blur: Double? = nil) {
    self.video = video
    self.frame = frame
    self.margin = margin
    self.blur = blur
  }

  /// The probability of fake, 0...1: the sigmoid of the margin over the temperature; NaN if the
  /// margin is not finite.
  ///
  /// - Parameter temperature: above 0; larger ones draw the probability towards 0.5.
  package func probability(temperature: Double = 1) -> Double {
    margin.isFinite ? sigmoid(margin / temperature) : .nan
  }

  /// The probability with the true answer.
  package func labelled(temperature: Double = 1) -> LabelledProbability {
    LabelledProbability(probability: probability(temperature: temperature), label: video.label)
  }
}
