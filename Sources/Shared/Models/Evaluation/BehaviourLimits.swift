/// Where the behaviour checks draw their lines. The values written here are the defaults; they are
/// wide: a weak but honest model passes, a broken one does not.
public struct BehaviourLimits: Codable, Sendable, Equatable {
  /// Least share of predictions of either class, both true classes weighted alike.
  public var leastClassShare = 0.02

  /// Least standard deviation of the crops' probability. At half a percentage point people see the
  /// same number on every video.
  public var leastSpread = 0.005

  /// A probability nearer than this to 0 or 1 is complete confidence.
  public var completeConfidence = 0.001

  /// Largest share of crops of complete confidence on one side, both true classes weighted alike.
  public var largestConfidentShare = 0.98

  /// Balanced accuracy of crops from which complete confidence on both sides is deserved.
  public var deservedConfidenceAccuracy = 0.98

  /// If the data rule out a balanced accuracy and an AUC of this, the model counts as no better
  /// than chance.
  public var leastUsefulAccuracy = 0.6

  /// Least difference of logits, relative to their size, that counts as another answer: a hundred
  /// times the rounding error of float32 in a deep network.
  public var leastRelativeChange = 1e-4

  /// Least share of pictures that must get another answer when they are changed.
  public var leastChangedShare = 0.9

  /// Largest share of a BatchNorm layer's channels that may have exactly mean 0 and variance 1.
  public var largestDefaultShare = 0.5

  /// The defaults.
  public init() {}
}
