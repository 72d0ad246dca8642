/// Everything around a plot's data: title of the vertical axis and legend above, axes with ticks,
/// grid. All in the drawing's coordinates, which are 360 wide, so that a phone shows text at its
/// nominal size.
struct PlotFrame {
  /// Shape of the area inside the axes.
  enum Shape: Sendable {
    case wide, square
  }

  static let width = 360.0
  private static let right = 348.0
  private static let tickLength = 4.0

  let x: ResolvedAxis
  let y: ResolvedAxis
  private let legend: PlotLegend
  let left: Double
  let top: Double
  let bottom: Double

  init(x: ResolvedAxis, y: ResolvedAxis, legend entries: [PlotLegend.Entry], shape: Shape) {
    self.x = x
    self.y = y
    let widest = y.ticks.map { PlotText.width(y.label($0), size: 11) }.max() ?? 0
    left = min(max(widest + 10, 30), 120)
    legend = PlotLegend(entries, width: Self.right - 4)
    top = 24 + legend.height + (entries.isEmpty ? 2 : 8)
    bottom = top + (shape == .square ? Self.right - left : 172)
  }

  var height: Double { bottom + 40 }
  var right: Double { Self.right }

  /// Position of a point in the drawing; nil if it can't be drawn.
  func place(_ valueX: Double, _ valueY: Double) -> (x: Double, y: Double)? {
    guard let column = x.position(valueX), let row = y.position(valueY) else { return nil }
    return (left + column * (Self.right - left), bottom - row * (bottom - top))
  }

  /// Everything behind the data.
  var background: Markup {
    var markup = Markup()
    let titleY: Markup =
      "<text class=\"fill-muted\" x=\"4\" y=\"15\">\(PlotText.fitted(y.axis.title, width: 340))</text>"
    markup += titleY
    markup += legend.markup(left: 4, top: 24)
    for tick in y.ticks {
      guard let row = y.position(tick) else { continue }
      let at = bottom - row * (bottom - top)
      markup += """
        <line class="grid" x1="\(at: left)" x2="\(at: Self.right)" y1="\(at: at)" y2="\(at: at)"/>\
        <text class="tick end fill-muted" x="\(at: left - 6)" y="\(at: at + 4)">\(y.label(tick))</text>
        """
    }
    markup += horizontalTicks
    markup += """
      <line class="muted" x1="\(at: left)" x2="\(at: Self.right)" y1="\(at: bottom)" y2="\(at: bottom)"/>\
      <text class="end fill-muted" x="\(at: Self.right)" y="\(at: bottom + 34)">\
      \(PlotText.fitted(x.axis.title, width: Self.right - 8))</text>
      """
    return markup
  }

  private var horizontalTicks: Markup {
    var markup = Markup()
    var free = -Double.infinity
    for tick in x.ticks {
      guard let column = x.position(tick) else { continue }
      let label = x.label(tick)
      let half = PlotText.width(label, size: 11) / 2
      // The outermost numbers stay inside the drawing.
      let at = left + column * (Self.right - left)
      let middle = min(max(at, half + 2), Self.width - half - 2)
      guard middle - half > free else { continue }
      free = middle + half + 6
      markup += """
        <line class="muted" x1="\(at: at)" x2="\(at: at)" y1="\(at: bottom)" \
        y2="\(at: bottom + Self.tickLength)"/>\
        <text class="tick middle fill-muted" x="\(at: middle)" y="\(at: bottom + 16)">\(label)</text>
        """
    }
    return markup
  }
}
