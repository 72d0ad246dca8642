extension ReportPage {
  /// The page as a file, which is both HTML and well-formed XML.
  package var html: String {
    // The page fetches and runs nothing; the policy forbids both.
    let head: Markup = """
      <head><meta charset="utf-8"/>\
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"/>\
      <meta name="viewport" content="width=device-width, initial-scale=1"/>\
      <meta name="color-scheme" content="light dark"/><link rel="icon" href="data:,"/>\
      <title>\(title)</title><style>\(Markup(stringLiteral: Self.styleSheet + PlotStyle.styleSheet))\
      </style></head>
      """
    let body: Markup = """
      <body><header><h1>\(title)</h1><p class="subtitle">\(subtitle)</p></header>\
      <main>\(verdictMarkup)\(numbersMarkup)\(contents)\(sectionsMarkup)</main>\
      <footer><p>\(footer)</p></footer></body>
      """
    return "<!DOCTYPE html>\n<html lang=\"en\">" + (head + body).source + "</html>\n"
  }

  private var verdictMarkup: Markup {
    verdicts.map { verdict -> Markup in
      let sign =
        switch verdict.tone {
        case .good: "✓"
        case .doubtful: "?"
        case .bad: "✗"
        }
      return """
        <section class="verdict \(verdict.tone.rawValue)"><p class="result">\
        <span class="sign" aria-hidden="true">\(sign)</span>\(verdict.title)</p>\
        <p>\(verdict.text)</p></section>
        """
    }.joined()
  }

  private var numbersMarkup: Markup {
    guard !keyNumbers.isEmpty else { return Markup() }
    let numbers = keyNumbers.map { number -> Markup in
      """
      <div><dt>\(number.title)</dt><dd><strong>\(number.value)</strong>\
      <span>\(number.note)</span></dd></div>
      """
    }
    return "<dl class=\"numbers\">\(numbers.joined())</dl>"
  }

  private var contents: Markup {
    guard sections.count > 2 else { return Markup() }
    let links = sections.map { section -> Markup in
      "<li><a href=\"#\(section.name)\">\(section.title)</a></li>"
    }
    return "<nav aria-label=\"Contents\"><ul>\(links.joined())</ul></nav>"
  }

  private var sectionsMarkup: Markup {
    sections.map { section -> Markup in
      """
      <section id="\(section.name)"><h2>\(section.title)</h2>\
      \(section.blocks.map(Self.markup).joined())</section>
      """
    }.joined()
  }

  private static func markup(_ block: Block) -> Markup {
    switch block {
    case .paragraph(let text): "<p>\(text)</p>"
    case .note(let text): "<p class=\"note\">\(text)</p>"
    case .code(let text): "<pre class=\"code\"><code>\(text)</code></pre>"
    case .table(let table): table.markup
    case .figures(let figures):
      "<div class=\"figures of\(figures.count)\">\(figures.map(markup).joined())</div>"
    case .pictures(let groups):
      "<div class=\"pictures\">\(groups.map(markup).joined())</div>"
    case .details(let title, let blocks):
      "<details><summary>\(title)</summary>\(blocks.map(markup).joined())</details>"
    case .markup(let markup): markup
    }
  }

  private static func markup(_ figure: Figure) -> Markup {
    let caption: Markup =
      figure.caption.isEmpty ? "" : "<figcaption>\(figure.caption)</figcaption>"
    return "<figure><h3>\(figure.drawing.title)</h3>\(figure.drawing.inline)\(caption)</figure>"
  }

  private static func markup(_ group: PictureGroup) -> Markup {
    """
    <figure class="of\(group.pictures.count)"><div class="row">\
    \(group.pictures.map(\.markup).joined())</div>\
    <figcaption>\(group.caption)</figcaption></figure>
    """
  }
}
