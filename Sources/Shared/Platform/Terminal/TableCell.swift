internal import Foundation

/// Numbers as cells of a text table; "-" if there is no number.
package enum TableCell {
  /// A number with a fixed count of decimals.
  package static func number(_ value: Double?, _ digits: Int) -> String {
    guard let value else { return "-" }
    return String(format: "%.\(digits)f", value)
  }

  /// A share as a whole percentage.
  package static func percent(_ value: Double?) -> String {
    guard let value else { return "-" }
    return String(format: "%.0f%%", 100 * value)
  }
}
