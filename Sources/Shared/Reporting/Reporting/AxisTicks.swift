internal import Foundation

/// Positions of an axis's numbers: round values, neither too many nor too few.
enum AxisTicks {
  /// Multiples of a step that lie in a range.
  static func multiples(of step: Double, in range: ClosedRange<Double>) -> [Double] {
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    guard last >= first, last - first <= 100 else { return [range.lowerBound] }
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// Powers of ten in a range above 0; with fewer than two of them, also their multiples
  /// by 2 and 5.
  static func logarithmic(_ range: ClosedRange<Double>) -> [Double] {
    let lowest = Int(log10(range.lowerBound).rounded(.down))
    let highest = Int(log10(range.upperBound).rounded(.up))
    guard highest - lowest <= 400 else { return [range.lowerBound, range.upperBound] }
    let exponents = lowest...max(highest, lowest)
    let isInside = { (value: Double) in
      value >= range.lowerBound * (1 - 1e-9) && value <= range.upperBound * (1 + 1e-9)
    }
    var powers = exponents.map { pow(10, Double($0)) }.filter(isInside)
    if powers.count < 2 {
      powers = exponents.flatMap { exponent in
        [1, 2, 5].map { $0 * pow(10, Double(exponent)) }
      }.filter(isInside)
    }
    let stride = (powers.count + 5) / 6
    return powers.enumerated().filter { $0.offset.isMultiple(of: max(stride, 1)) }.map(\.element)
  }

  /// The smallest value not below `step` that is 1, 2 or 5 times a power of ten.
  static func roundStep(_ step: Double) -> Double {
    guard step > 0, step.isFinite else { return 1 }
    let power = pow(10, floor(log10(step)))
    guard power > 0, power.isFinite else { return step }
    for factor in [1.0, 2, 5] where factor * power >= step * (1 - 1e-9) { return factor * power }
    return 10 * power
  }

  /// Number of decimals that distinguish neighbouring multiples of a step, 0...10.
  static func decimals(step: Double) -> Int {
    guard step > 0, step.isFinite else { return 0 }
    return min(max(Int(ceil(-log10(step) - 1e-9)), 0), 10)
  }
}
