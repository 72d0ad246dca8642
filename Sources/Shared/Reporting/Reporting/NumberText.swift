internal import Foundation

/// Numbers as text for readers, the same in every locale.
package enum NumberText {
  /// The value with a fixed number of decimals; "–" if it is nil or not finite.
  package static func decimals(_ value: Double?, _ count: Int = 3) -> String {
    guard let value, value.isFinite else { return "–" }
    let text = String(format: "%.\(min(max(count, 0), 15))f", value)
    return negated(text)
  }

  /// The value as a percentage; "–" if it is nil or not finite.
  package static func percent(_ share: Double?, decimals count: Int = 1) -> String {
    guard let share, share.isFinite else { return "–" }
    return decimals(share * 100, count) + "%"
  }

  /// A count with thin spaces between thousands.
  package static func count(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "\u{202F}" }
      text.append(digit)
    }
    return value < 0 ? "−" + text : text
  }

  /// The shortest text with up to `digits` significant digits: 0.001, 25, 1.5e-05.
  package static func short(_ value: Double?, digits: Int = 4) -> String {
    guard let value, value.isFinite else { return "–" }
    return negated(String(format: "%.\(min(max(digits, 1), 17))g", value))
  }

  /// A coordinate of a drawing, with two decimals at most; 0 if the value is not finite.
  static func coordinate(_ value: Double) -> String {
    let bounded = value.isFinite ? min(max(value, -1e6), 1e6) : 0
    let hundredths = Int((bounded * 100).rounded())
    guard hundredths % 100 != 0 else { return String(hundredths / 100) }
    let magnitude = hundredths.magnitude
    let digits = magnitude % 100
    let fraction =
      digits % 10 == 0 ? String(digits / 10) : (digits < 10 ? "0\(digits)" : String(digits))
    return (hundredths < 0 ? "-" : "") + "\(magnitude / 100).\(fraction)"
  }

  /// The text with a true minus sign, or without any if it is "-0.00".
  private static func negated(_ text: String) -> String {
    guard text.hasPrefix("-") else { return text }
    let isZero = !text.contains { ("1"..."9").contains($0) }
    return isZero ? String(text.dropFirst()) : "−" + text.dropFirst()
  }
}
