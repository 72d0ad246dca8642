/// One process by itself: every operation is done before it begins.
public final class LocalCollective: Collective {
  /// The only rank.
  public var rank: Int { 0 }
  /// One process.
  public var size: Int { 1 }

  /// Creates a collective of one.
  public init() {}

  /// Leaves the numbers as they are.
  public func beginSum(
    _ values: UnsafeMutableBufferPointer<Float>, as precision: WirePrecision
  ) {}

  /// Has nothing to wait for.
  public func finishSums() {}

  /// Copies the bytes.
  public func gather(_ bytes: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer) {
    all.copyMemory(from: bytes)
  }

  /// Leaves the bytes as they are.
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer) {}
}
