/// What a file has of one layer: a convolution or linear layer, with the BatchNorm behind it if there
/// is one.
package struct LayerDiagnosis: Codable, Sendable, Equatable {
  /// Whether BatchNorm statistics can be used.
  package enum Statistics: String, Codable, Sendable {
    /// They are those of data.
    case sound
    /// Some or all are missing.
    case missing
    /// Mean 0 and variance 1 in most channels.
    case defaults
    /// NaN, infinite, a negative variance.
    case notFinite
    /// No variance in any channel.
    case degenerate
  }

  /// The layer's name in the file, such as `layer1.0.conv1`.
  package let name: String
  /// Entries of the layer and its BatchNorm that the file has.
  package var found = 0
  /// Entries that it should have.
  package var expected = 0
  /// Root mean square of the weights over that of He's initial values, which is 1 before training;
  /// nil where the weights are missing.
  package var relativeWeight: Double?
  /// Its BatchNorm's statistics; nil where there is no BatchNorm.
  package var statistics: Statistics?
  /// Median of the running variances; nil where they are missing.
  package var medianVariance: Double?
  /// Channels that give one value whatever the input.
  package var deadChannels = 0
  /// Channels that BatchNorm multiplies by more than `Examination.largestFactor`.
  package var explodingChannels = 0
  /// Channels of the output.
  package let channels: Int

  init(name: String, channels: Int) {
    self.name = name
    self.channels = channels
  }
}
