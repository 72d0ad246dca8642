internal import Foundation

/// An axis of a plot.
package struct PlotAxis: Sendable, Equatable {
  /// How values are mapped to the axis.
  package enum Scale: Sendable, Equatable {
    case linear
    /// Values of 0 and below are not drawn.
    case logarithmic
  }

  /// How the axis's numbers are written.
  package enum Numbers: Sendable, Equatable {
    /// Unchanged.
    case plain
    /// 0...1 as 0%...100%.
    case percent
    /// Whole numbers only, as those of epochs.
    case whole
  }

  /// The measured quantity, with its unit.
  package var title: String
  package var scale: Scale
  package var numbers: Numbers
  /// Range of the axis; nil takes it from the data.
  package var range: ClosedRange<Double>?

  package init(
    _ title: String, scale: Scale = .linear, numbers: Numbers = .plain,
    range: ClosedRange<Double>? = nil
  ) {
    self.title = title
    self.scale = scale
    self.numbers = numbers
    self.range = range
  }

  /// Whether a value can be drawn on the axis.
  func has(_ value: Double) -> Bool {
    value.isFinite && (scale == .linear || value > 0)
  }

  /// The axis with the range and ticks that fit the data.
  func resolved(_ values: some Sequence<Double>, tickCount: Int) -> ResolvedAxis {
    let usable = values.filter(has)
    var lower = range?.lowerBound ?? usable.min() ?? (scale == .linear ? 0 : 0.1)
    var upper = range?.upperBound ?? usable.max() ?? 1
    guard scale == .linear else {
      lower = min(max(lower, 1e-300), 1e300)
      upper = min(max(upper, lower), 1e300)
      if upper <= lower * 1.0001 { (lower, upper) = (lower / 2, upper * 2) }
      return ResolvedAxis(
        axis: self, range: lower...upper, ticks: AxisTicks.logarithmic(lower...upper), step: nil)
    }
    let least = max(abs(lower), abs(upper), 1e-12) * 1e-6
    if !(upper - lower > least) {
      let around = numbers == .whole ? 1 : max(abs(upper) * 0.05, 1e-6)
      (lower, upper) = (lower - around, upper + around)
    }
    guard (upper - lower).isFinite else {
      return ResolvedAxis(axis: self, range: -1...1, ticks: [-1, 0, 1], step: 1)
    }
    var step = AxisTicks.roundStep((upper - lower) / Double(max(tickCount, 1)))
    if numbers == .whole { step = max(step.rounded(.up), 1) }
    if range == nil, numbers != .whole {
      // The axis begins and ends on a grid line.
      lower = (lower / step + 1e-9).rounded(.down) * step
      upper = (upper / step - 1e-9).rounded(.up) * step
    }
    let ticks = AxisTicks.multiples(of: step, in: lower...max(upper, lower))
    return ResolvedAxis(axis: self, range: lower...max(upper, lower), ticks: ticks, step: step)
  }
}

/// An axis with its range and ticks.
struct ResolvedAxis {
  let axis: PlotAxis
  let range: ClosedRange<Double>
  let ticks: [Double]
  /// Distance between ticks; nil on a logarithmic axis.
  let step: Double?

  /// Position of a value: 0 at the lower end, 1 at the upper one; nil if it can't be drawn.
  func position(_ value: Double) -> Double? {
    guard axis.has(value) else { return nil }
    switch axis.scale {
    case .linear:
      return (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    case .logarithmic:
      return log(value / range.lowerBound) / log(range.upperBound / range.lowerBound)
    }
  }

  func label(_ tick: Double) -> String {
    guard let step else { return NumberText.short(tick, digits: 3) }
    switch axis.numbers {
    case .percent:
      return NumberText.percent(tick, decimals: AxisTicks.decimals(step: step * 100))
    case .plain, .whole:
      guard abs(tick) < 1e6, step >= 1e-6 else { return NumberText.short(tick, digits: 3) }
      return NumberText.decimals(tick, AxisTicks.decimals(step: step))
    }
  }
}
