internal import Contract
internal import Foundation

/// 1 / (1 + exp(-x)) without overflow; NaN for NaN.
func sigmoid(_ x: Double) -> Double {
  if x < 0 {
    let power = exp(x)
    return power / (1 + power)
  }
  return 1 / (1 + exp(-x))
}

/// log(1 + exp(x)) without overflow: the log-loss of a margin of -x towards the true class.
func softplus(_ x: Double) -> Double {
  max(x, 0) + log1p(exp(-abs(x)))
}

/// The negative logarithm of the probability given to the true class, clipped to 1e-15...1 - 1e-15
/// so that one confident error doesn't make a whole evaluation infinite.
func clippedLogLoss(probability: Double, label: VideoLabel) -> Double {
  let clipped = min(max(probability, 1e-15), 1 - 1e-15)
  return label == .fake ? -log(clipped) : -log1p(-clipped)
}

/// A number for people, with a fixed count of decimals.
func text(_ value: Double, decimals: Int = 3) -> String {
  String(format: "%.\(decimals)f", value)
}

/// A share as a percentage with one decimal.
func percent(_ share: Double) -> String {
  "\(text(share * 100, decimals: 1))%"
}

extension Collection<Double> {
  /// The arithmetic mean; NaN for an empty collection.
  func mean() -> Double {
    reduce(0, +) / Double(count)
  }
}
