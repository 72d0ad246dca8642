public import SelfBlending

/// Fakes made of real faces to judge a network by, where there are no others: each picture always gives the
/// same blend.
public struct HeldOutBlends: Sendable, Equatable {
  /// No epoch of training has this number.
  static let epoch = 1 << 40

  /// What such a fake has for a method.
  public static let method = "self-blended"

  /// How blends are made.
  public let settings: SelfBlendingSettings

  /// Another seed gives other blends.
  public let seed: UInt64

  /// Creates a rule.
  public init(_ settings: SelfBlendingSettings, seed: UInt64) {
    self.settings = settings
    self.seed = seed
  }
}
