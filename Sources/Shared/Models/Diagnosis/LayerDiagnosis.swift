/// The state of one layer in a file: a convolution or linear layer, with the BatchNorm after it if
/// there is one.
package struct LayerDiagnosis: Codable, Sendable, Equatable {
  /// Whether BatchNorm statistics can be used.
  package enum Statistics: String, Codable, Sendable {
    /// They were computed from data.
    case sound
    /// Some or all are missing.
    case missing
    /// Mean 0 and variance 1 in most channels.
    case defaults
    /// NaN or infinite values, or a negative variance.
    case notFinite
    /// No variance in any channel.
    case degenerate
  }

  /// The layer's name in the file, such as `layer1.0.conv1`.
  package let name: String
  /// Number of entries of the layer and its BatchNorm that the file has.
  package var found = 0
  /// Number of entries that it should have.
  package var expected = 0
  /// Root mean square of the weights divided by that of He's initial values, so 1 before training;
  /// nil if the weights are missing.
  package var relativeWeight: Double?
  /// Its BatchNorm's statistics; nil if there is no BatchNorm.
  package var statistics: Statistics?
  /// Median of the running variances; nil if they are missing.
  package var medianVariance: Double?
  /// Number of channels that give the same value whatever the input.
  package var deadChannels = 0
  /// Number of channels that BatchNorm multiplies by more than `Examination.largestFactor`.
  package var explodingChannels = 0
  /// Number of output channels.
  package let channels: Int

  init(name: String, channels: Int) {
    self.name = name
    self.channels = channels
  }
}
