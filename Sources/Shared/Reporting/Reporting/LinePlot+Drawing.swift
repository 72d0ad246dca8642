extension LinePlot.Line {
  /// The line, cut where it leaves the axes' ranges for values that have no place.
  func markup(_ points: [LinePlot.Point], in frame: PlotFrame) -> Markup {
    var path = ""
    var marks = Markup()
    var isOpen = false
    var length = 0
    var previous: (x: Double, y: Double)?
    /// A single point between gaps would be invisible as a line.
    func closePiece() {
      if length == 1, !hasMarks, let previous { marks += mark(previous.x, previous.y) }
      (isOpen, length, previous) = (false, 0, nil)
    }
    for point in points {
      guard let place = frame.place(point.x, point.y), frame.contains(place) else {
        closePiece()
        continue
      }
      path += (isOpen ? "L" : "M") + NumberText.coordinate(place.x) + " "
      path += NumberText.coordinate(place.y)
      if hasMarks { marks += mark(place.x, place.y) }
      (isOpen, length, previous) = (true, length + 1, place)
    }
    closePiece()
    let line: Markup = "<path class=\"thick \(colour.name)\"\(stroke.attribute) d=\"\(path)\"/>"
    return (path.isEmpty ? Markup() : line) + marks
  }

  /// The line as the legend shows it.
  func sample(_ x: Double, _ y: Double) -> Markup {
    let line: Markup = """
      <line class="thick \(colour.name)"\(stroke.attribute) x1="\(at: x - 10)" x2="\(at: x + 10)" \
      y1="\(at: y)" y2="\(at: y)"/>
      """
    return hasMarks ? line + mark(x, y) : line
  }

  /// A shape for each colour: lines stay apart in a photocopy as well.
  private func mark(_ x: Double, _ y: Double) -> Markup {
    let place: Int =
      if case .series(let number) = colour { PlotColour.wrapped(number) } else { 0 }
    let corners: [(Double, Double)] =
      switch place % 4 {
      case 1: [(-3, -3), (3, -3), (3, 3), (-3, 3)]
      case 2: [(0, -4), (3.8, 3), (-3.8, 3)]
      case 3: [(0, -4.4), (4, 0), (0, 4.4), (-4, 0)]
      default: []
      }
    guard !corners.isEmpty else {
      return
        "<circle class=\"ring fill-\(colour.name)\" cx=\"\(at: x)\" cy=\"\(at: y)\" r=\"3.5\"/>"
    }
    let points = corners.map { corner in
      NumberText.coordinate(x + corner.0) + "," + NumberText.coordinate(y + corner.1)
    }
    return
      "<polygon class=\"ring fill-\(colour.name)\" points=\"\(points.joined(separator: " "))\"/>"
  }
}

extension LinePlot.Stroke {
  /// The attribute with the space before it.
  var attribute: Markup {
    switch self {
    case .solid: ""
    case .dashed: " stroke-dasharray=\"7 5\""
    case .dotted: " stroke-dasharray=\"1.5 4.5\""
    }
  }
}

extension LinePlot.Guide {
  func markup(in frame: PlotFrame) -> Markup {
    switch self {
    case .segment(let from, let to):
      return Self.line(frame.place(from.x, from.y), frame.place(to.x, to.y))
    case .horizontal(let value):
      guard let place = frame.place(frame.x.range.lowerBound, value), frame.contains(place) else {
        return Markup()
      }
      return Self.line(place, (frame.right, place.y))
    case .vertical(let value, let label):
      guard let place = frame.place(value, frame.y.range.lowerBound), frame.contains(place) else {
        return Markup()
      }
      let isLeft = place.x < (frame.left + frame.right) / 2
      let text: Markup = """
        <text class="halo fill-muted \(isLeft ? "start" : "end")" \
        x="\(at: place.x + (isLeft ? 5 : -5))" y="\(at: frame.top + 11)">\(label)</text>
        """
      return Self.line(place, (place.x, frame.top)) + text
    }
  }

  private static func line(
    _ from: (x: Double, y: Double)?, _ to: (x: Double, y: Double)?
  ) -> Markup {
    guard let from, let to else { return Markup() }
    return """
      <line class="muted" stroke-dasharray="3 4" x1="\(at: from.x)" y1="\(at: from.y)" \
      x2="\(at: to.x)" y2="\(at: to.y)"/>
      """
  }
}

extension LinePlot.Mark {
  func markup(in frame: PlotFrame) -> Markup {
    guard let place = frame.place(point.x, point.y), frame.contains(place) else { return Markup() }
    let needed = PlotText.width(label) + 10
    let isLeft = place.x + needed > frame.right
    // Below the point: above it is where a good curve has its bend.
    let isAbove = place.y + 22 > frame.bottom
    return """
      <circle class="ring fill-\(colour.name)" cx="\(at: place.x)" cy="\(at: place.y)" r="5"/>\
      <text class="halo bold fill-\(colour.name) \(isLeft ? "end" : "start")" \
      x="\(at: place.x + (isLeft ? -8 : 8))" y="\(at: place.y + (isAbove ? -9 : 17))">\(label)</text>
      """
  }
}

extension PlotFrame {
  /// Whether a place lies within the axes, half a pixel allowed for rounding.
  func contains(_ place: (x: Double, y: Double)) -> Bool {
    place.x >= left - 0.5 && place.x <= right + 0.5 && place.y >= top - 0.5
      && place.y <= bottom + 0.5
  }
}
