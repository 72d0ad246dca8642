internal import Glibc

/// Measures the time since its creation by a monotonic clock.
package struct Stopwatch: Sendable {
  private let start: Double

  /// The corresponding C function is `clock_gettime(CLOCK_MONOTONIC)`.
  package init() {
    start = Measure.seconds(of: CLOCK_MONOTONIC)
  }

  /// Seconds so far.
  package var seconds: Double { Measure.seconds(of: CLOCK_MONOTONIC) - start }
}
