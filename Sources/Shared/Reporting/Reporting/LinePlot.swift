/// Lines over a common axis: curves of a training, ROC curves, results against a level.
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
  /// A point of a line.
  package struct Point: Sendable, Equatable {
    /// Along the horizontal axis.
    package var x: Double
    /// Along the vertical axis; a value that is not finite is a gap in the line.
    package var y: Double

    /// Creates a point.
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

  /// A line with a name.
  package struct Line: Sendable, Equatable {
    /// What stands in the legend.
    package var name: String
    /// In the order in which they are joined.
    package var points: [Point]
    /// The line's colour.
    package var colour: PlotColour
    /// How it is drawn.
    package var stroke: Stroke
    /// Whether each point has a mark; its shape goes with the colour.
    package var hasMarks: Bool

    /// Creates a line.
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

    /// Creates a line from pairs.
    package init(
      _ name: String, _ points: [(x: Double, y: Double)], colour: PlotColour,
      stroke: Stroke = .solid, hasMarks: Bool = false
    ) {
      self.init(
        name, points.map { Point(x: $0.x, y: $0.y) }, colour: colour, stroke: stroke,
        hasMarks: hasMarks)
    }
  }

  /// A point that is called by a name: the chosen threshold, the best epoch.
  package struct Mark: Sendable, Equatable {
    /// Where it lies.
    package var point: Point
    /// What stands beside it.
    package var label: String
    /// Its colour.
    package var colour: PlotColour

    /// Creates a mark.
    package init(_ label: String, at point: Point, colour: PlotColour = .ink) {
      self.point = point
      self.label = label
      self.colour = colour
    }
  }

  /// A line that the data is compared with; it has no name in the legend.
  package enum Guide: Sendable, Equatable {
    /// From one point to another, as the diagonal of a ROC curve.
    case segment(Point, Point)
    /// At a value of the vertical axis.
    case horizontal(Double)
    /// At a value of the horizontal axis, with what stands at its upper end.
    case vertical(Double, label: String)
  }

  /// Name in files and anchors, see `Drawing.name`.
  package var name: String
  /// What the plot shows, in a few words.
  package var title: String
  /// What a reader who can't see it should know.
  package var summary: String
  /// The horizontal axis.
  package var x: PlotAxis
  /// The vertical axis.
  package var y: PlotAxis
  /// The lines, the foremost last.
  package var lines: [Line]
  /// Named points.
  package var marks: [Mark]
  /// What is drawn behind the lines.
  package var guides: [Guide]
  /// Whether both axes have the same length, as ROC curves want.
  package var isSquare: Bool

  /// Describes a plot.
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

  /// Most points of a line that are drawn; of longer lines evenly spaced ones, and the last.
  package static let maximumPoints = 2000

  /// The plot as a drawing; nil where no line has a point with a place on the axes.
  package var drawing: Drawing? {
    let points = lines.map { Self.thinned($0.points) }
    let visible = points.joined().filter { x.has($0.x) && y.has($0.y) }
    guard !visible.isEmpty else { return nil }
    // A legend of one line would repeat the title.
    let named = lines.filter { !$0.name.isEmpty && lines.count > 1 }
    // What the data is compared with has a place as well.
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
