package import SelfBlending

/// Fakes made of real faces, to evaluate a network by if there are no other fakes. Something that was
/// changed is blended into each crop; the rest of the crop stays as it is, because the real crops that
/// the fakes are compared with aren't changed either. A picture of a store always gives the same blend.
package struct HeldOutBlends: Sendable, Equatable {
  /// An epoch number that no training reaches.
  static let epoch = 1 << 40

  /// The method that such fakes have.
  package static let method = "self-blended"

  /// How blends are made.
  package let settings: SelfBlendingSettings

  /// Another seed gives other blends.
  package let seed: UInt64

  package init(_ settings: SelfBlendingSettings, seed: UInt64) {
    self.settings = settings
    self.seed = seed
  }
}
