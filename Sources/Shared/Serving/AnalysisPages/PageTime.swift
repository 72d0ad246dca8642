internal import Reporting

/// Times of day on the pages: in UTC, which the script turns into the reader's own.
enum PageTime {
  /// A `time` element; a dash for what is no time of the years 1970 to 9999.
  ///
  /// - Parameter seconds: since 1970.
  static func markup(_ seconds: Double) -> Markup {
    guard seconds.isFinite, (0..<253_402_300_800).contains(seconds) else { return "–" }
    let minutes = Int(seconds) / 60
    let (year, month, day) = date(daysSince1970: minutes / (24 * 60))
    let clock = twoDigits(minutes / 60 % 24) + ":" + twoDigits(minutes % 60)
    let machine = "\(year)-\(twoDigits(month))-\(twoDigits(day))T\(clock)Z"
    return """
      <time datetime="\(machine)">\(day) \(months[month - 1]) \(year), \(clock) UTC</time>
      """
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec",
  ]

  private static func twoDigits(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }

  /// The date in the Gregorian calendar. Years begin with March here, so that the day of a leap year is
  /// their last: Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
  ///
  /// - Parameter days: 0 or more.
  private static func date(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
    let daysOfEra = (days + 719_468) % 146_097
    let era = (days + 719_468) / 146_097
    let yearOfEra =
      (daysOfEra - daysOfEra / 1460 + daysOfEra / 36_524 - daysOfEra / 146_096) / 365
    let dayOfYear = daysOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
  }
}
