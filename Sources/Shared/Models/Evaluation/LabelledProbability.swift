package import Contract

/// A probability of fake and the true answer: what metrics are computed from.
package struct LabelledProbability: Sendable, Hashable {
  /// The probability of fake, 0...1.
  package var probability: Double

  /// The true answer.
  package var label: VideoLabel

  package init(probability: Double, label: VideoLabel) {
    self.probability = probability
    self.label = label
  }

  /// Whether the probability is a number of 0...1.
  var isValid: Bool { probability >= 0 && probability <= 1 }
}
