/// A finished plot: SVG for a page, or for a separate file.
package struct Drawing: Sendable, Equatable {
  /// Name for files and anchors: lower-case letters, digits, hyphens.
  package let name: String
  /// What it shows, in a few words.
  package let title: String
  /// Description for readers who can't see the drawing, in a sentence or two.
  package let summary: String
  /// Width of the drawing, in its own coordinates.
  package let width: Double
  /// Height of the drawing, in its own coordinates.
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

  /// The drawing for a page that has `PlotStyle.styleSheet`. It takes the width
  /// of its parent element.
  package var inline: Markup { element(attributes: "", before: "") }

  /// The drawing as a file: an SVG document with its style sheet and a background.
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

  /// The name with only the characters that `name` allows, shortened to 80 characters.
  static func plainName(_ name: String) -> String {
    let plain = name.lowercased().unicodeScalars.map { scalar -> Character in
      ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) ? Character(scalar) : "-"
    }
    return plain.isEmpty ? "plot" : String(plain.prefix(80))
  }
}
