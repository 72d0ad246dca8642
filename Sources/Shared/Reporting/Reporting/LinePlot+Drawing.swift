extension LinePlot.Line {
  /// The line, interrupted at points that can't be drawn or lie outside the axes.
  func markup(_ points: [LinePlot.Point], in frame: PlotFrame) -> Markup {
    var path = ""
    var marks = Markup()
    var isOpen = false
    var length = 0
    var previous: (x: Double, y: Double)?
    /// Ends a piece. A single point between gaps would be invisible as a line, so it gets a mark.
    func closePiece() {
      if length == 1, !hasMarks, let previous { marks += mark(previous.x, previous.y) }
      (isOpen, length, previous) = (false, 0, nil)
    }
    for point in points {
      guard let position = frame.place(point.x, point.y), frame.contains(position) else {
        closePiece()
        continue
      }
      path += (isOpen ? "L" : "M") + NumberText.coordinate(position.x) + " "
      path += NumberText.coordinate(position.y)
      if hasMarks { marks += mark(position.x, position.y) }
      (isOpen, length, previous) = (true, length + 1, position)
    }
    closePiece()
    let line: Markup = "<path class=\"thick \(colour.name)\"\(stroke.attribute) d=\"\(path)\"/>"
    return (path.isEmpty ? Markup() : line) + marks
  }

  /// A sample of the line for the legend.
  func sample(_ x: Double, _ y: Double) -> Markup {
    let line: Markup = """
      <line class="thick \(colour.name)"\(stroke.attribute) x1="\(at: x - 10)" x2="\(at: x + 10)" \
      y1="\(at: y)" y2="\(at: y)"/>
      """
    return hasMarks ? line + mark(x, y) : line
  }

  /// A shape for each colour, so that lines can be distinguished in black and white as well.
  private func mark(_ x: Double, _ y: Double) -> Markup {
    let index: Int =
      if case .series(let number) = colour { PlotColour.wrapped(number) } else { 0 }
    let corners: [(Double, Double)] =
      switch index % 4 {
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
      guard let position = frame.place(frame.x.range.lowerBound, value), frame.contains(position)
      else {
        return Markup()
      }
      return Self.line(position, (frame.right, position.y))
    case .vertical(let value, let label):
      guard let position = frame.place(value, frame.y.range.lowerBound), frame.contains(position)
      else {
        return Markup()
      }
      let isLeft = position.x < (frame.left + frame.right) / 2
      let text: Markup = """
        <text class="halo fill-muted \(isLeft ? "start" : "end")" \
        x="\(at: position.x + (isLeft ? 5 : -5))" y="\(at: frame.top + 11)">\(label)</text>
        """
      return Self.line(position, (position.x, frame.top)) + text
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
    guard let position = frame.place(point.x, point.y), frame.contains(position) else {
      return Markup()
    }
    let needed = PlotText.width(label) + 10
    let isLeft = position.x + needed > frame.right
    // Below the point, because a good curve has its bend above it.
    let isAbove = position.y + 22 > frame.bottom
    return """
      <circle class="ring fill-\(colour.name)" cx="\(at: position.x)" cy="\(at: position.y)" \
      r="5"/>\
      <text class="halo bold fill-\(colour.name) \(isLeft ? "end" : "start")" \
      x="\(at: position.x + (isLeft ? -8 : 8))" \
      y="\(at: position.y + (isAbove ? -9 : 17))">\(label)</text>
      """
  }
}

extension PlotFrame {
  /// Whether a position lies within the axes, with half a pixel of tolerance for rounding.
  func contains(_ position: (x: Double, y: Double)) -> Bool {
    position.x >= left - 0.5 && position.x <= right + 0.5 && position.y >= top - 0.5
      && position.y <= bottom + 0.5
  }
}
