/// Where in a picture a network saw what decided: a class activation map over the last feature maps
/// (Zhou et al., Learning Deep Features for Discriminative Localization, 2016), for "fake" against
/// "real".
///
/// The margin is `logits[1] - logits[0]`. A pixel's value is the sum over the channels of the feature
/// map times the gradient of the margin by that channel's pooled feature, so that the mean of the map
/// is the margin but for a constant, `offset`. With a linear head the gradient is the difference of the
/// two classes' weights and the map is exact. A hidden layer's ReLUs are held as they were for this
/// picture: the map is exact as long as none of them flips.
package struct ActivationMap: Sendable, Equatable {
  /// Rows: a 32nd of the input's.
  package let height: Int
  /// Columns: a 32nd of the input's.
  package let width: Int
  /// Row-major, one per pixel of the last feature maps; positive speaks for "fake".
  package let values: [Float]
  /// All logits of the picture.
  package let logits: [Float]
  /// What the margin has besides the mean of `values`: with a linear head the difference of biases.
  package let offset: Float

  /// `logits[1] - logits[0]`.
  package var margin: Float { logits[1] - logits[0] }

  /// - Parameters:
  ///   - values: `height x width`.
  ///   - logits: two at least.
  init(height: Int, width: Int, values: [Double], logits: [Float]) {
    self.height = height
    self.width = width
    self.values = values.map { Float($0) }
    self.logits = logits
    let mean = values.reduce(0, +) / Double(values.count)
    offset = Float(Double(logits[1]) - Double(logits[0]) - mean)
  }
}
