internal import Contract

/// The network's answer to one face crop. A frame with two faces has two predictions.
package struct FramePrediction: Sendable, Hashable {
  /// The video that the crop is from.
  package var video: EvaluatedVideo

  /// Number of the frame in its video.
  package var frame: Int

  /// Logit of fake minus logit of real; positive means rather fake.
  ///
  /// A margin that is not finite is a defect of the network: it is carried along, the metrics over
  /// it are nil, and the behaviour check fails.
  package var margin: Double

  /// The blur of the crop's inner face, higher if more blurred; ``SharpnessBaseline`` uses it. Nil
  /// if it wasn't measured.
  package var blur: Double?

  package init(video: EvaluatedVideo, frame: Int, margin: Double, blur: Double? = nil) {
    self.video = video
    self.frame = frame
    self.margin = margin
    self.blur = blur
  }

  /// The probability of fake, 0...1: the sigmoid of the margin over the temperature; NaN if the
  /// margin is not finite.
  ///
  /// - Parameter temperature: above 0; a larger one moves the probability towards 0.5.
  package func probability(temperature: Double = 1) -> Double {
    margin.isFinite ? sigmoid(margin / temperature) : .nan
  }

  /// The probability with the true answer.
  package func labelled(temperature: Double = 1) -> LabelledProbability {
    LabelledProbability(probability: probability(temperature: temperature), label: video.label)
  }
}
