/// A histogram of each of a few groups, with bins of equal width. The height is the share of the
/// group, so that groups of different size can be compared.
package struct HistogramPlot: Sendable {
  package struct Group: Sendable, Equatable {
    /// Text in the legend.
    package var name: String
    /// Values of the group; those that are not finite or lie outside the axis are left out.
    package var values: [Double]
    package var colour: PlotColour

    package init(_ name: String, _ values: [Double], colour: PlotColour) {
      self.name = name
      self.values = values
      self.colour = colour
    }
  }

  /// Name for files and anchors, see `Drawing.name`.
  package var name: String
  /// What the plot shows, in a few words.
  package var title: String
  /// Description for readers who can't see the plot.
  package var summary: String
  /// The axis of the values; the bins cover its range.
  package var x: PlotAxis
  package var binCount: Int
  package var groups: [Group]
  /// Lines to compare the values with, for instance a threshold.
  package var guides: [LinePlot.Guide]

  /// - Parameter binCount: 1...1000.
  package init(
    name: String, title: String, summary: String, x: PlotAxis, binCount: Int = 20,
    groups: [Group], guides: [LinePlot.Guide] = []
  ) {
    precondition((1...1000).contains(binCount), "a histogram has 1...1000 bins")
    self.name = name
    self.title = title
    self.summary = summary
    self.x = x
    self.binCount = binCount
    self.groups = groups
    self.guides = guides
  }

  /// The plot as a drawing; nil if no group has a value on the axis.
  package var drawing: Drawing? {
    let axis = x.resolved(groups.lazy.flatMap(\.values), tickCount: 6)
    let shares = groups.map { self.shares(of: $0.values, axis) }
    let highest = shares.joined().max() ?? 0
    guard highest > 0 else { return nil }
    let frame = PlotFrame(
      x: axis,
      y: PlotAxis("share of the class", numbers: .percent, range: 0...min(1, highest * 1.05))
        .resolved([], tickCount: 5),
      legend: groups.map { group in
        PlotLegend.Entry(name: group.name) { x, y in
          """
          <rect class="fill-\(group.colour.name) \(group.colour.name)" fill-opacity=".28" \
          x="\(at: x - 8)" y="\(at: y - 5)" width="16" height="10"/>
          """
        }
      }, shape: .wide)
    var content = frame.background
    for (group, shares) in zip(groups, shares) {
      content += steps(shares, colour: group.colour, in: frame)
    }
    for guide in guides { content += guide.markup(in: frame) }
    return Drawing(
      name: name, title: title, summary: summary, width: PlotFrame.width, height: frame.height,
      content: content)
  }

  private func shares(of values: [Double], _ axis: ResolvedAxis) -> [Double] {
    var counts = [Int](repeating: 0, count: binCount)
    for value in values {
      guard let position = axis.position(value), (0...1).contains(position) else { continue }
      counts[min(Int(position * Double(binCount)), binCount - 1)] += 1
    }
    let total = counts.reduce(0, +)
    return counts.map { total > 0 ? Double($0) / Double(total) : 0 }
  }

  private func steps(_ shares: [Double], colour: PlotColour, in frame: PlotFrame) -> Markup {
    guard shares.contains(where: { $0 > 0 }) else { return Markup() }
    let width = (frame.right - frame.left) / Double(binCount)
    let top = frame.y.range.upperBound
    var path = "M\(NumberText.coordinate(frame.left)) \(NumberText.coordinate(frame.bottom))"
    for (bin, share) in shares.enumerated() {
      let y = frame.bottom - min(share / top, 1) * (frame.bottom - frame.top)
      path += "V\(NumberText.coordinate(y))"
      path += "H\(NumberText.coordinate(frame.left + Double(bin + 1) * width))"
    }
    path += "V\(NumberText.coordinate(frame.bottom))Z"
    return """
      <path class="fill-\(colour.name) \(colour.name)" fill-opacity=".28" stroke-width="1.5" \
      d="\(path)"/>
      """
  }
}
