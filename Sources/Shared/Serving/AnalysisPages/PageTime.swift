internal import Analyses
internal import Reporting

/// Times on the pages, in UTC; the script converts them to the reader's time zone.
enum PageTime {
  /// A `time` element; a dash for times outside the years 1970 to 9999.
  ///
  /// - Parameter seconds: Seconds since 1970.
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
