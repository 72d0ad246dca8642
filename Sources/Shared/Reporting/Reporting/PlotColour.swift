/// A colour by its meaning, with a value for light and one for dark backgrounds. The colours of
/// classes and lines can be distinguished with any kind of colour vision (after Okabe and Ito,
/// "Color Universal Design", 2008).
package enum PlotColour: Sendable, Hashable {
  /// The class "real": blue.
  case real
  /// The class "fake": orange.
  case fake
  /// Text, and data that belongs to no class.
  case ink
  /// Less prominent parts: axes, guides.
  case muted
  /// Grid lines.
  case grid
  /// One line of several, by its index; colours repeat after `seriesCount` lines.
  case series(Int)

  /// Number of different line colours.
  package static let seriesCount = 8

  static let all: [PlotColour] =
    [.real, .fake, .ink, .muted, .grid] + (0..<seriesCount).map { .series($0) }

  /// The name in class attributes.
  var name: String {
    switch self {
    case .real: "real"
    case .fake: "fake"
    case .ink: "ink"
    case .muted: "muted"
    case .grid: "grid"
    case .series(let index): "line\(Self.wrapped(index))"
    }
  }

  /// The colours on a light and on a dark background.
  var values: (light: String, dark: String) {
    switch self {
    case .real: ("#0072b2", "#56b4e9")
    case .fake: ("#c65102", "#f0953c")
    case .ink: ("#1f2328", "#e8e6e3")
    case .muted: ("#5c6670", "#a3acb5")
    case .grid: ("#dfe3e8", "#343b43")
    case .series(let index): Self.lines[Self.wrapped(index)]
    }
  }

  static func wrapped(_ index: Int) -> Int {
    let rest = index % seriesCount
    return rest < 0 ? rest + seriesCount : rest
  }

  /// The colours of the classes come last, so that a plot of few lines doesn't use them.
  private static let lines: [(light: String, dark: String)] = [
    ("#00795c", "#2fc79c"), ("#a8447f", "#dd94bf"), ("#7a6400", "#e3c83c"),
    ("#5b4bb3", "#a79cf0"), ("#5c6670", "#a3acb5"), ("#8a3324", "#e58873"),
    ("#0072b2", "#56b4e9"), ("#c65102", "#f0953c"),
  ]
}

/// The style sheet that drawings need: once per page, and in every separate file.
package enum PlotStyle {
  /// Background of a drawing.
  static let paper = (light: "#ffffff", dark: "#15191e")

  /// The rules; all of them apply inside `.plot` only. Colours are not variables, because
  /// converters of SVG files don't support those.
  package static let styleSheet: String = {
    let base = """
      .plot{font-family:\(fonts);font-size:12px;display:block;width:100%;height:auto}
      .plot text{stroke:none}
      .plot .tick{font-size:11px;font-variant-numeric:tabular-nums}
      .plot .bold{font-weight:600}
      .plot .start{text-anchor:start}.plot .middle{text-anchor:middle}.plot .end{text-anchor:end}
      .plot path,.plot line{fill:none;stroke-width:1}
      .plot .thick{stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
      .plot .halo{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}
      .plot .faint{opacity:.55}

      """
    return base + rules(\.light, paper.light) + "\n@media (prefers-color-scheme:dark){\n"
      + rules(\.dark, paper.dark) + "\n}\n"
      // Printed pages have the light colours, to save ink.
      + "@media print{\n" + rules(\.light, paper.light) + "\n}\n"
  }()

  /// The system's own font.
  static let fonts =
    "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

  private static func rules(
    _ value: KeyPath<(light: String, dark: String), String>, _ paper: String
  ) -> String {
    let colours = PlotColour.all.map { colour in
      let text = colour.values[keyPath: value]
      return ".plot .\(colour.name){stroke:\(text)}.plot .fill-\(colour.name){fill:\(text)}"
    }
    return colours.joined(separator: "\n")
      + "\n.plot .paper,.plot .fill-paper{fill:\(paper)}.plot .halo,.plot .ring{stroke:\(paper)}"
  }
}
