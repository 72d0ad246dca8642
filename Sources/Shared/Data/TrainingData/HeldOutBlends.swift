package import SelfBlending

/// Fakes made of real faces to judge a network by, where there are no others: each picture always gives the
/// same blend.
package struct HeldOutBlends: Sendable, Equatable {
  /// No epoch of training has this number.
  static let epoch = 1 << 40

  /// What such a fake has for a method.
  package static let method = "self-blended"

  /// How blends are made.
  package let settings: SelfBlendingSettings

  /// Another seed gives other blends.
  package let seed: UInt64

  /// Creates a rule.
  package init(_ settings: SelfBlendingSettings, seed: UInt64) {
    self.settings = settings
    self.seed = seed
  }
}
