internal import Glibc

/// Time since its creation, by a clock that never goes back and that nobody sets.
package struct Stopwatch: Sendable {
  private let start: Double

  /// Starts. The corresponding C function is `clock_gettime(CLOCK_MONOTONIC)`.
  package init() {
    start = Measure.seconds(of: CLOCK_MONOTONIC)
  }

  /// Seconds so far.
  package var seconds: Double { Measure.seconds(of: CLOCK_MONOTONIC) - start }
}
