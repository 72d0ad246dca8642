/// A confusion matrix. The larger a cell's share of its row, the stronger its colour.
package struct ConfusionPlot: Sendable {
  /// A true class and what its members were classified as.
  package struct Row: Sendable, Equatable {
    /// The true class.
    package var name: String
    package var colour: PlotColour
    /// Number of members that were assigned to each class, in the order of `ConfusionPlot.rows`.
    package var counts: [Int]

    package init(_ name: String, colour: PlotColour, counts: [Int]) {
      self.name = name
      self.colour = colour
      self.counts = counts
    }
  }

  /// Name for files and anchors, see `Drawing.name`.
  package var name: String
  /// What the plot shows, in a few words.
  package var title: String
  /// Description for readers who can't see the plot.
  package var summary: String
  /// One row per true class; the columns are the assigned classes, in the same order.
  package var rows: [Row]

  package init(name: String, title: String, summary: String, rows: [Row]) {
    self.name = name
    self.title = title
    self.summary = summary
    self.rows = rows
  }

  private static let left = 68.0
  private static let top = 46.0
  private static let cellHeight = 74.0

  /// The plot as a drawing; nil if all counts are 0, or if a row doesn't have as many counts as
  /// there are rows.
  package var drawing: Drawing? {
    guard !rows.isEmpty, rows.allSatisfy({ $0.counts.count == rows.count }),
      rows.contains(where: { $0.counts.contains { $0 > 0 } })
    else { return nil }
    let cellWidth = (348 - Self.left) / Double(rows.count)
    var content: Markup = """
      <text class="middle fill-muted" x="\(at: (Self.left + 348) / 2)" y="16">called</text>\
      <text class="fill-muted" x="4" y="38">truly</text>
      """
    for (index, row) in rows.enumerated() {
      let middle = Self.left + (Double(index) + 0.5) * cellWidth
      content += """
        <text class="middle bold fill-\(row.colour.name)" x="\(at: middle)" y="38">\(row.name)</text>\
        <text class="bold fill-\(row.colour.name)" x="4" \
        y="\(at: Self.top + (Double(index) + 0.5) * Self.cellHeight + 4)">\(row.name)</text>
        """
      content += cells(of: row, index: index, width: cellWidth)
    }
    return Drawing(
      name: name, title: title, summary: summary, width: PlotFrame.width,
      height: Self.top + Double(rows.count) * Self.cellHeight + 6, content: content)
  }

  private func cells(of row: Row, index: Int, width: Double) -> Markup {
    let total = row.counts.reduce(0, +)
    let top = Self.top + Double(index) * Self.cellHeight
    return row.counts.enumerated().map { column, count -> Markup in
      let share = total > 0 ? Double(count) / Double(total) : 0
      let left = Self.left + Double(column) * width
      let middle = left + width / 2
      return """
        <rect class="fill-\(row.colour.name)" fill-opacity="\(at: 0.06 + 0.34 * share)" \
        x="\(at: left + 2)" y="\(at: top + 2)" width="\(at: width - 4)" \
        height="\(at: Self.cellHeight - 4)" rx="3"/>\
        <text class="middle bold fill-ink" font-size="16" x="\(at: middle)" \
        y="\(at: top + 34)">\(NumberText.count(count))</text>\
        <text class="middle fill-muted" x="\(at: middle)" y="\(at: top + 54)">\
        \(total > 0 ? NumberText.percent(share) : "–")</text>
        """
    }.joined()
  }
}
