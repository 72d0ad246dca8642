internal import Glibc

/// A time of day in UTC and the Gregorian calendar. The corresponding C function is `gmtime_r`.
package struct UTCTime: Sendable, Equatable {
  package let year: Int
  /// 1...12.
  package let month: Int
  /// 1...31.
  package let day: Int
  package let hour: Int
  package let minute: Int
  package let second: Int

  /// - Parameter seconds: Seconds since 1970.
  /// - Returns: Nil for times outside the years 1970 to 9999.
  package init?(_ seconds: Double) {
    guard seconds.isFinite, (0..<253_402_300_800).contains(seconds) else { return nil }
    var time = time_t(seconds)
    var parts = tm()
    guard gmtime_r(&time, &parts) != nil else { return nil }
    year = Int(parts.tm_year) + 1900
    month = Int(parts.tm_mon) + 1
    day = Int(parts.tm_mday)
    hour = Int(parts.tm_hour)
    minute = Int(parts.tm_min)
    second = Int(parts.tm_sec)
  }

  /// The time in ISO 8601 format, in whole seconds: `2026-10-26T07:33:20Z`.
  package var text: String {
    "\(year)-\(Self.twoDigits(month))-\(Self.twoDigits(day))T\(Self.twoDigits(hour)):"
      + "\(Self.twoDigits(minute)):\(Self.twoDigits(second))Z"
  }

  /// `07:33`.
  package var clock: String { "\(Self.twoDigits(hour)):\(Self.twoDigits(minute))" }

  private static func twoDigits(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
}
