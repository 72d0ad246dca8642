/// A process that is alone and has nothing to exchange.
package final class LocalCollective: Collective {
  package var rank: Int { 0 }
  package var size: Int { 1 }

  package init() {}

  package func beginSum(
    _ values: UnsafeMutableBufferPointer<Float>, as precision: WirePrecision
  ) {}

  package func finishSums() {}

  package func gather(_ bytes: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer) {
    all.copyMemory(from: bytes)
  }

  package func broadcast(_ bytes: UnsafeMutableRawBufferPointer) {}
}
