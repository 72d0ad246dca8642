/// Lines over a common axis: training curves, ROC curves, results against a level.
///
/// ```swift
/// let plot = LinePlot(
///   name: "auc-by-level", title: "AUC against level",
///   summary: "Blur costs most.", x: PlotAxis("level", numbers: .whole),
///   y: PlotAxis("AUC of videos", range: 0.5...1),
///   lines: [LinePlot.Line("blur", [(1, 0.91), (2, 0.84)], colour: .series(0))])
/// try plot.drawing.map { try AtomicFile.write(text: $0.file, to: "plots/auc-by-level.svg") }
/// ```
package struct LinePlot: Sendable {
  package struct Point: Sendable, Equatable {
    package var x: Double
    /// A value that is not finite leaves a gap in the line.
    package var y: Double

    package init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// How a line is drawn.
  package enum Stroke: Sendable, Equatable {
    case solid
    case dashed
    case dotted
  }

  package struct Line: Sendable, Equatable {
    /// Text in the legend; empty for a line without an entry.
    package var name: String
    /// The points, in the order in which they are joined.
    package var points: [Point]
    package var colour: PlotColour
    package var stroke: Stroke
    /// Whether each point has a mark; the mark's shape depends on the colour.
    package var hasMarks: Bool

    package init(
      _ name: String, _ points: [Point], colour: PlotColour, stroke: Stroke = .solid,
      hasMarks: Bool = false
    ) {
      self.name = name
      self.points = points
      self.colour = colour
      self.stroke = stroke
      self.hasMarks = hasMarks
    }

    package init(
      _ name: String, _ points: [(x: Double, y: Double)], colour: PlotColour,
      stroke: Stroke = .solid, hasMarks: Bool = false
    ) {
      self.init(
        name, points.map { Point(x: $0.x, y: $0.y) }, colour: colour, stroke: stroke,
        hasMarks: hasMarks)
    }
  }

  /// A point with a label: the chosen threshold, the best epoch.
  package struct Mark: Sendable, Equatable {
    package var point: Point
    package var label: String
    package var colour: PlotColour

    package init(_ label: String, at point: Point, colour: PlotColour = .ink) {
      self.point = point
      self.label = label
      self.colour = colour
    }
  }

  /// A line to compare the data with; it has no entry in the legend.
  package enum Guide: Sendable, Equatable {
    /// A line from one point to another, for instance the diagonal of a ROC curve.
    case segment(Point, Point)
    /// A horizontal line at a value of the vertical axis.
    case horizontal(Double)
    /// A vertical line at a value of the horizontal axis, with a label at its upper end.
    case vertical(Double, label: String)
  }

  /// Name for files and anchors, see `Drawing.name`.
  package var name: String
  /// What the plot shows, in a few words.
  package var title: String
  /// Description for readers who can't see the plot.
  package var summary: String
  package var x: PlotAxis
  package var y: PlotAxis
  /// The lines; later ones are drawn over earlier ones.
  package var lines: [Line]
  package var marks: [Mark]
  /// Lines to compare the data with, drawn behind it.
  package var guides: [Guide]
  /// Whether both axes have the same length, as for ROC curves.
  package var isSquare: Bool

  package init(
    name: String, title: String, summary: String, x: PlotAxis, y: PlotAxis, lines: [Line],
    marks: [Mark] = [], guides: [Guide] = [], isSquare: Bool = false
  ) {
    self.name = name
    self.title = title
    self.summary = summary
    self.x = x
    self.y = y
    self.lines = lines
    self.marks = marks
    self.guides = guides
    self.isSquare = isSquare
  }

  /// Largest number of points drawn per line. A longer line is thinned to evenly spaced points,
  /// with its first and last one.
  package static let maximumPoints = 2000

  /// The plot as a drawing; nil if no line has a point that can be drawn.
  package var drawing: Drawing? {
    let points = lines.map { Self.thinned($0.points) }
    let visible = points.joined().filter { x.has($0.x) && y.has($0.y) }
    guard !visible.isEmpty else { return nil }
    // A legend of one line would repeat the title.
    let named = lines.filter { !$0.name.isEmpty && lines.count > 1 }
    // The vertical axis also covers the horizontal guides.
    let levels = guides.compactMap { guide in
      if case .horizontal(let value) = guide { value } else { nil }
    }
    let frame = PlotFrame(
      x: x.resolved(visible.lazy.map(\.x), tickCount: 6),
      y: y.resolved(visible.lazy.map(\.y) + levels, tickCount: 5),
      legend: named.map { line in
        PlotLegend.Entry(name: line.name) { x, y in line.sample(x, y) }
      }, shape: isSquare ? .square : .wide)
    var content = frame.background
    for guide in guides { content += guide.markup(in: frame) }
    for (line, points) in zip(lines, points) { content += line.markup(points, in: frame) }
    for mark in marks { content += mark.markup(in: frame) }
    return Drawing(
      name: name, title: title, summary: summary, width: PlotFrame.width, height: frame.height,
      content: content)
  }

  static func thinned(_ points: [Point]) -> [Point] {
    guard points.count > maximumPoints else { return points }
    return (0..<maximumPoints).map { points[$0 * (points.count - 1) / (maximumPoints - 1)] }
  }
}
