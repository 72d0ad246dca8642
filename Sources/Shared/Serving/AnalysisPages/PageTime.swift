internal import Analyses
internal import Reporting

/// Times of day on the pages: in UTC, which the script turns into the reader's own.
enum PageTime {
  /// A `time` element; a dash for what is no time of the years 1970 to 9999.
  ///
  /// - Parameter seconds: since 1970.
  static func markup(_ seconds: Double) -> Markup {
    guard let time = UTCTime(seconds) else { return "–" }
    return """
      <time datetime="\(time.text)">\(time.day) \(months[time.month - 1]) \(time.year), \(time.clock) UTC\
      </time>
      """
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec",
  ]
}
