package import Contract

extension VideoScore {
  /// The probability of fake of a video, 0...1; NaN if a margin is not finite.
  ///
  /// - Parameters:
  ///   - margins: logit of fake minus logit of real, of each crop; for none the result is
  ///     ``probabilityWithoutFace``.
  ///   - temperature: above 0.
  package func probability(margins: some Collection<Double>, temperature: Double) -> Double {
    guard !margins.isEmpty else { return Self.probabilityWithoutFace }
    guard margins.allSatisfy(\.isFinite) else { return .nan }
    if self == .meanLogit {
      return sigmoid(margins.lazy.map { $0 / temperature }.mean())
    }
    let probabilities = margins.map { sigmoid($0 / temperature) }
    switch self {
    case .median: return Self.median(probabilities.sorted())
    case .maximum: return probabilities.max() ?? Self.probabilityWithoutFace
    case .confident: return Self.confidentMean(probabilities)
    case .mean, .meanLogit: return probabilities.mean()
    }
  }

  private static func median(_ sorted: [Double]) -> Double {
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }

  private static func confidentMean(_ probabilities: [Double]) -> Double {
    let count = Double(probabilities.count)
    let fake = probabilities.filter { $0 > 0.8 }
    if Double(fake.count) > (count / 2.5).rounded(.down), fake.count > 11 {
      return fake.mean()
    }
    let real = probabilities.filter { $0 < 0.2 }
    return Double(real.count) > 0.9 * count ? real.mean() : probabilities.mean()
  }
}
