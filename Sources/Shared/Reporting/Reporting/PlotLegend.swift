/// Legend of a plot, in rows above it.
struct PlotLegend {
  struct Entry {
    var name: String
    /// Draws the sample around a point.
    var sample: (_ x: Double, _ y: Double) -> Markup
  }

  static let rowHeight = 18.0
  private static let sampleWidth = 20.0
  private static let gap = 14.0

  private var placed: [(entry: Entry, text: String, x: Double, row: Int)] = []
  private var rows = 0

  /// - Parameter width: Width of a row.
  init(_ entries: [Entry], width: Double) {
    var x = 0.0
    for entry in entries {
      let text = PlotText.fitted(entry.name, width: width - Self.sampleWidth - 4)
      let needed = Self.sampleWidth + 4 + PlotText.width(text)
      if x > 0, x + needed > width {
        x = 0
        rows += 1
      }
      placed.append((entry, text, x, rows))
      x += needed + Self.gap
    }
    if !placed.isEmpty { rows += 1 }
  }

  var height: Double { Double(rows) * Self.rowHeight }

  func markup(left: Double, top: Double) -> Markup {
    placed.map { entry, text, x, row in
      let middle = top + (Double(row) + 0.5) * Self.rowHeight
      let name: Markup = """
        <text class="fill-ink" x="\(at: left + x + Self.sampleWidth + 4)" \
        y="\(at: middle + 4)">\(text)</text>
        """
      return entry.sample(left + x + Self.sampleWidth / 2, middle) + name
    }.joined()
  }
}

/// Estimated width of text. A drawing can't measure it, because the reader's
/// system chooses the font.
enum PlotText {
  /// Width of text in a font of `size` pixels, slightly more than common fonts need.
  static func width(_ text: String, size: Double = 12) -> Double {
    text.unicodeScalars.reduce(0) { sum, scalar in
      switch scalar {
      case "i", "j", "l", "t", "f", "r", "I", ".", ",", ":", ";", "(", ")", "'", " ": sum + 0.34
      case "m", "w", "M", "W", "%", "@": sum + 0.92
      case "A"..."Z": sum + 0.68
      default: sum + (scalar.value > 0x2E80 ? 1 : 0.58)
      }
    } * size
  }

  /// The text, or as much of it as fits followed by an ellipsis.
  static func fitted(_ text: String, width limit: Double, size: Double = 12) -> String {
    guard width(text, size: size) > limit else { return text }
    var head = text.prefix(60)
    while head.count > 1, width(head + "…", size: size) > limit { head.removeLast() }
    return head + "…"
  }
}
