internal import Analyses
internal import Glibc

/// The time of day, for display and expiry; durations are measured by monotonic clocks.
enum WallClock {
  /// Seconds since 1970. The corresponding C function is `clock_gettime`.
  static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// A time in ISO 8601 format, in whole seconds of UTC.
  static func text(_ seconds: Double) -> String { UTCTime(seconds)?.text ?? "" }
}
