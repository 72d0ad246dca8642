/// One horizontal bar per name. Names stand above their bars, so they have room on a phone as well.
package struct BarPlot: Sendable {
  package struct Bar: Sendable, Equatable {
    package var name: String
    /// Length of the bar; a bar whose value is nil or not finite is left empty.
    package var value: Double?
    /// The value as text, at the end of the row.
    package var text: String
    package var colour: PlotColour

    package init(_ name: String, _ value: Double?, text: String, colour: PlotColour) {
      self.name = name
      self.value = value
      self.text = text
      self.colour = colour
    }
  }

  /// Largest number of bars drawn; longer lists belong in a table.
  package static let maximumBars = 40

  /// Name for files and anchors, see `Drawing.name`.
  package var name: String
  /// What the plot shows, in a few words.
  package var title: String
  /// Description for readers who can't see the plot.
  package var summary: String
  /// The axis of the values.
  package var x: PlotAxis
  /// The bars, from top to bottom.
  package var bars: [Bar]
  /// A value to compare the bars with, drawn as a dashed line.
  package var reference: Double?

  package init(
    name: String, title: String, summary: String, x: PlotAxis, bars: [Bar],
    reference: Double? = nil
  ) {
    self.name = name
    self.title = title
    self.summary = summary
    self.x = x
    self.bars = bars
    self.reference = reference
  }

  private static let rowHeight = 34.0
  private static let left = 8.0
  private static let right = 348.0
  private static let top = 4.0

  /// The plot with its first `maximumBars` bars as a drawing; nil if none of them has a value.
  package var drawing: Drawing? {
    let bars = bars.prefix(Self.maximumBars)
    let values = bars.compactMap(\.value).filter(x.has)
    guard !values.isEmpty else { return nil }
    let axis = x.resolved(values, tickCount: 5)
    let bottom = Self.top + Double(bars.count) * Self.rowHeight
    var content = scale(axis, bottom: bottom)
    for (row, bar) in bars.enumerated() {
      content += markup(bar, top: Self.top + Double(row) * Self.rowHeight, axis)
    }
    if let reference, let x = position(reference, axis) {
      content += """
        <line class="ink" stroke-dasharray="3 4" x1="\(at: x)" x2="\(at: x)" \
        y1="\(at: Self.top)" y2="\(at: bottom)"/>
        """
    }
    return Drawing(
      name: name, title: title, summary: summary, width: PlotFrame.width, height: bottom + 40,
      content: content)
  }

  private func position(_ value: Double, _ axis: ResolvedAxis) -> Double? {
    axis.position(value).map { Self.left + min(max($0, 0), 1) * (Self.right - Self.left) }
  }

  private func scale(_ axis: ResolvedAxis, bottom: Double) -> Markup {
    var markup = Markup()
    for tick in axis.ticks {
      guard let x = position(tick, axis) else { continue }
      let half = PlotText.width(axis.label(tick), size: 11) / 2
      let middle = min(max(x, half), PlotFrame.width - half)
      markup += """
        <line class="grid" x1="\(at: x)" x2="\(at: x)" y1="\(at: Self.top)" y2="\(at: bottom)"/>\
        <text class="tick middle fill-muted" x="\(at: middle)" y="\(at: bottom + 15)">\
        \(axis.label(tick))</text>
        """
    }
    markup += """
      <text class="end fill-muted" x="\(at: Self.right)" y="\(at: bottom + 33)">\
      \(PlotText.fitted(axis.axis.title, width: 330))</text>
      """
    return markup
  }

  private func markup(_ bar: Bar, top: Double, _ axis: ResolvedAxis) -> Markup {
    let room = Self.right - Self.left - PlotText.width(bar.text) - 12
    var markup: Markup = """
      <text class="halo fill-ink" x="\(at: Self.left)" y="\(at: top + 15)">\
      \(PlotText.fitted(bar.name, width: max(room, 60)))</text>\
      <text class="halo end fill-muted" x="\(at: Self.right)" y="\(at: top + 15)">\(bar.text)</text>
      """
    if let value = bar.value, let end = position(value, axis) {
      // At least 1 wide, so that a value at the axis's lower end is visible.
      markup += """
        <rect class="fill-\(bar.colour.name)" x="\(at: Self.left)" y="\(at: top + 20)" \
        width="\(at: max(end - Self.left, 1))" height="8"/>
        """
    }
    return markup
  }
}
