/// One process by itself: every operation is done before it begins.
package final class LocalCollective: Collective {
  /// The only rank.
  package var rank: Int { 0 }
  /// One process.
  package var size: Int { 1 }

  /// Creates a collective of one.
  package init() {}

  /// Leaves the numbers as they are.
  package func beginSum(
    _ values: UnsafeMutableBufferPointer<Float>, as precision: WirePrecision
  ) {}

  /// Has nothing to wait for.
  package func finishSums() {}

  /// Copies the bytes.
  package func gather(_ bytes: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer) {
    all.copyMemory(from: bytes)
  }

  /// Leaves the bytes as they are.
  package func broadcast(_ bytes: UnsafeMutableRawBufferPointer) {}
}
