internal import Reporting

/// Numbers and names as text for the pages.
package enum PageText {
  /// "1 picture", "2 pictures".
  static func counted(_ count: Int, _ noun: String) -> String {
    NumberText.count(count) + " " + noun + (count == 1 ? "" : "s")
  }

  /// The number that readers see for an index, counted from 1.
  static func ordinal(_ index: Int) -> Int { min(max(index, 0), 999_999_999) + 1 }

  /// A probability as a whole percentage. Values that would be rounded to 100% or 0% become "over
  /// 99%" and "under 1%", because nothing is certain.
  static func chance(_ probability: Double?) -> String {
    guard let probability, probability.isFinite else { return "–" }
    if probability >= 0.995 { return "over 99%" }
    if probability < 0.005 { return "under 1%" }
    return NumberText.percent(probability, decimals: 0)
  }

  /// Two probabilities with as few decimals as distinguish them, three at most.
  static func compared(_ left: Double, _ right: Double) -> (left: String, right: String) {
    for decimals in 0..<3 {
      let texts = (
        NumberText.percent(left, decimals: decimals), NumberText.percent(right, decimals: decimals)
      )
      if texts.0 != texts.1 || left == right { return texts }
    }
    return (NumberText.percent(left, decimals: 3), NumberText.percent(right, decimals: 3))
  }

  /// "12.4 MB": powers of ten, as file managers show them.
  package static func bytes(_ count: Int) -> String {
    let units = ["kB", "MB", "GB", "TB"]
    guard count >= 1000 else { return counted(max(count, 0), "byte") }
    var value = Double(count)
    var unit = -1
    while value >= 999.5, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    let isWhole = value >= 99.5 || (value * 10).rounded() == value.rounded() * 10
    return NumberText.decimals(value, isWhole ? 0 : 1) + " " + units[unit]
  }

  /// A time in a video: "3.2 s", or "1:05.0" from one minute on.
  static func moment(_ seconds: Double) -> String {
    guard seconds.isFinite, (0..<1e7).contains(seconds) else { return "–" }
    let tenths = Int((seconds * 10).rounded())
    guard tenths >= 600 else { return "\(tenths / 10).\(tenths % 10) s" }
    let rest = tenths % 600
    return "\(tenths / 600):\(rest < 100 ? "0" : "")\(rest / 10).\(rest % 10)"
  }

  /// A duration: "3 days", "12 hours", "40 minutes".
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, (0..<1e11).contains(seconds) else { return "some time" }
    let minutes = Int((seconds / 60).rounded())
    if minutes >= 2 * 24 * 60 { return counted(minutes / (24 * 60), "day") }
    if minutes >= 2 * 60 { return counted(minutes / 60, "hour") }
    return counted(max(minutes, 1), "minute")
  }

  /// The last component of a path, because clients must not see the server's folders.
  static func fileName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
