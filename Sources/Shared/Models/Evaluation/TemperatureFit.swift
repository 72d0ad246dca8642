internal import Contract

/// The temperature that minimises the log-loss of frames.
///
/// In 1 / T the loss is convex (a logistic regression with one weight), so its derivative has at
/// most one root. It is found by Newton's steps, or by bisection if a step would leave the bracket.
struct TemperatureFit {
  /// The smallest and the largest temperature.
  static let bounds = 0.05...20.0

  let temperature: Double
  /// Why the temperature is not the one with the least loss; nil if it is.
  let note: String?

  init(_ frames: [FramePrediction]) {
    if let reason = Self.degeneracy(of: frames) {
      temperature = 1
      note = "The temperature is 1: \(reason)."
      return
    }
    // The margin towards the true class: positive is right.
    let margins = frames.map { $0.video.label == .fake ? $0.margin : -$0.margin }
    let lowest = 1 / Self.bounds.upperBound
    let highest = 1 / Self.bounds.lowerBound
    if Self.slope(margins, at: lowest).first >= 0 {
      temperature = Self.bounds.upperBound
      note =
        "The temperature is at its upper bound, \(Self.bounds.upperBound): on validation the "
        + "network's confidence says little or nothing about its being right."
    } else if Self.slope(margins, at: highest).first <= 0 {
      temperature = Self.bounds.lowerBound
      note =
        "The temperature is at its lower bound, \(Self.bounds.lowerBound): the network's margins "
        + "are very small."
    } else {
      temperature = 1 / Self.root(margins, lowest: lowest, highest: highest)
      note = nil
    }
  }

  /// Why no temperature can be fitted; nil if one can.
  private static func degeneracy(of frames: [FramePrediction]) -> String? {
    guard let first = frames.first else { return "there are no validation frames" }
    guard frames.allSatisfy(\.margin.isFinite) else {
      return "some margins on validation are not finite"
    }
    guard frames.contains(where: { $0.video.label != first.video.label }) else {
      return "the validation frames are all \(first.video.label.rawValue)"
    }
    guard frames.contains(where: { $0.margin != first.margin }) else {
      return "the network gives every validation frame the same answer"
    }
    // Without an error the loss falls for ever as T goes to 0: there is no minimum, and to give
    // complete confidence because of a few easy frames would be wrong.
    let hasError = frames.contains { $0.video.label == .fake ? $0.margin < 0 : $0.margin > 0 }
    return hasError ? nil : "the network makes no error on the validation frames"
  }

  /// First and second derivative of the mean of log(1 + exp(-m x)) in x, for margins m.
  private static func slope(_ margins: [Double], at x: Double) -> (first: Double, second: Double) {
    var first = 0.0
    var second = 0.0
    for margin in margins {
      let wrong = sigmoid(-margin * x)
      first -= margin * wrong
      second += margin * margin * wrong * (1 - wrong)
    }
    return (first / Double(margins.count), second / Double(margins.count))
  }

  private static func root(_ margins: [Double], lowest: Double, highest: Double) -> Double {
    var lower = lowest
    var upper = highest
    var x = 1.0
    for _ in 0..<100 {
      let slope = slope(margins, at: x)
      if slope.first < 0 { lower = x } else { upper = x }
      let step = x - slope.first / slope.second
      let next = step > lower && step < upper ? step : (lower + upper) / 2
      if abs(next - x) <= 1e-12 * x { return next }
      x = next
    }
    return x
  }
}
