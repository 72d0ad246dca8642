/// A finished plot: SVG for a page, or for a file of its own.
package struct Drawing: Sendable, Equatable {
  /// What the drawing is called in files and anchors: lower-case letters, digits, hyphens.
  package let name: String
  /// What it shows, in a few words.
  package let title: String
  /// What a reader who can't see it should know, in a sentence or two.
  package let summary: String
  /// Size of the drawing's own coordinates.
  package let width: Double
  /// See `width`.
  package let height: Double

  private let content: Markup

  init(
    name: String, title: String, summary: String, width: Double, height: Double, content: Markup
  ) {
    self.name = Self.plainName(name)
    self.title = title
    self.summary = summary
    self.width = width
    self.height = height
    self.content = content
  }

  /// The drawing for a page that has `PlotStyle.styleSheet`. It is as wide as its surroundings.
  package var inline: Markup { element(attributes: "", before: "") }

  /// The drawing as a file: an SVG document with its style, on a surface of its own.
  package var file: String {
    let style: Markup = "<style>\(PlotStyle.styleSheet)</style>"
    let paper: Markup =
      "<rect class=\"paper\" width=\"\(at: width)\" height=\"\(at: height)\"/>"
    let attributes: Markup =
      "xmlns=\"http://www.w3.org/2000/svg\" width=\"\(at: 2 * width)\" height=\"\(at: 2 * height)\" "
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      + element(attributes: attributes, before: style + paper).source + "\n"
  }

  private func element(attributes: Markup, before: Markup) -> Markup {
    """
    <svg \(attributes)class="plot" viewBox="0 0 \(at: width) \(at: height)" role="img" \
    aria-labelledby="\(name)-title \(name)-summary"><title id="\(name)-title">\(title)</title>\
    <desc id="\(name)-summary">\(summary)</desc>\(before)\(content)</svg>
    """
  }

  /// What can stand in a file name and in an anchor.
  static func plainName(_ name: String) -> String {
    let plain = name.lowercased().unicodeScalars.map { scalar -> Character in
      ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) ? Character(scalar) : "-"
    }
    return plain.isEmpty ? "plot" : String(plain.prefix(80))
  }
}
