internal import Contract
internal import Reporting

/// A probability on a line from real to manipulated, with the model's threshold or bounds.
/// Coordinates are shares of the drawing's width, so that text has the same size on every screen.
struct ProbabilityScale {
  var probability: Double
  var model: ModelSummary

  var markup: Markup {
    let lower = Self.share(model.lowerBound)
    let upper = max(Self.share(model.upperBound), lower)
    let hasBounds = upper > lower
    let limits =
      hasBounds
      ? "no answer from \(NumberText.percent(lower, decimals: 0)) to "
        + NumberText.percent(upper, decimals: 0)
      : "manipulated above \(NumberText.percent(model.threshold, decimals: 0))"
    return """
      <svg class="scale" role="img" aria-label="\
      \("Probability \(PageText.chance(probability)); \(limits)")">\
      <rect class="real" x="0" y="14" width="\(Self.percent(lower))" height="8"/>\
      <rect class="unsure" x="\(Self.percent(lower))" y="14" width="\(Self.percent(upper - lower))" \
      height="8"/>\
      <rect class="fake" x="\(Self.percent(upper))" y="14" width="\(Self.percent(1 - upper))" \
      height="8"/>\
      \(hasBounds ? Self.tick(lower) + Self.tick(upper) : Self.tick(Self.share(model.threshold)))\
      <circle class="marker" cx="\(Self.percent(Self.share(probability)))" cy="18" r="9"/>\
      <text x="0" y="46">real</text>\
      <text class="end" x="100%" y="46">manipulated</text></svg>
      """
  }

  private static func tick(_ share: Double) -> Markup {
    "<line x1=\"\(percent(share))\" x2=\"\(percent(share))\" y1=\"9\" y2=\"27\"/>"
  }

  /// The value limited to 0...1; 0 if it isn't finite.
  static func share(_ value: Double) -> Double { value.isFinite ? min(max(value, 0), 1) : 0 }

  /// A share as a length in a drawing, for instance `37.5%`.
  static func percent(_ share: Double) -> String { NumberText.percent(share, decimals: 2) }
}
