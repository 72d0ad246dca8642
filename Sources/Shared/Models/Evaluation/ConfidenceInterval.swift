/// The 95% interval of a metric: where it would lie if other people had been filmed.
package struct ConfidenceInterval: Codable, Sendable, Equatable {
  /// The 2.5th percentile over the draws.
  package let lower: Double
  /// The 97.5th percentile.
  package let upper: Double
  /// Number of draws that it is computed from.
  package let draws: Int
  /// Number of draws left out because the metric was undefined in them (a class was not drawn).
  package let undefinedDraws: Int

  /// The percentile interval over draws, linear between order statistics as NumPy's `percentile`.
  /// Nil if the metric is undefined in more than half of the draws.
  init?(_ values: [Double?]) {
    let defined = values.compactMap(\.self).filter(\.isFinite).sorted()
    guard !defined.isEmpty, defined.count * 2 >= values.count else { return nil }
    lower = Self.percentile(defined, 0.025)
    upper = Self.percentile(defined, 0.975)
    draws = defined.count
    undefinedDraws = values.count - defined.count
  }

  private static func percentile(_ sorted: [Double], _ share: Double) -> Double {
    let position = share * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
  }
}
