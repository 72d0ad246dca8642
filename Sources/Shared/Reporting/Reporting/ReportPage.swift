/// A report as one HTML file: text, tables, drawings and pictures within it, nothing fetched, no
/// script. Light or dark as the reader's system is; for a desk, a phone and paper.
package struct ReportPage: Sendable {
  /// A part of a section.
  package enum Block: Sendable {
    /// A paragraph.
    case paragraph(Markup)
    /// A remark that must not be overlooked.
    case note(Markup)
    /// Commands or a file's text, as it stands.
    case code(String)
    /// A table.
    case table(ReportTable)
    /// Drawings, side by side where there is room.
    case figures([Figure])
    /// Photographs, side by side.
    case pictures([PictureGroup])
    /// What only some readers want: closed at first.
    case details(String, [Block])
    /// Markup as it is, a `ReportGlossary`'s for instance.
    case markup(Markup)
  }

  /// A drawing with its caption.
  package struct Figure: Sendable {
    /// The drawing.
    package var drawing: Drawing
    /// What it says.
    package var caption: Markup

    /// Creates a figure.
    package init(_ drawing: Drawing, caption: Markup) {
      self.drawing = drawing
      self.caption = caption
    }
  }

  /// Photographs that belong together, with their caption.
  package struct PictureGroup: Sendable {
    /// The photographs, in a row.
    package var pictures: [ReportPicture]
    /// What they show.
    package var caption: Markup

    /// Creates a group.
    package init(_ pictures: [ReportPicture], caption: Markup) {
      self.pictures = pictures
      self.caption = caption
    }
  }

  /// A part of the page with a heading.
  package struct Section: Sendable {
    /// Name in anchors: lower-case letters, digits, hyphens; unique on the page.
    package var name: String
    /// The heading.
    package var title: String
    /// What it says.
    package var blocks: [Block]

    /// Creates a section.
    package init(_ name: String, _ title: String, _ blocks: [Block]) {
      self.name = name
      self.title = title
      self.blocks = blocks
    }
  }

  /// How a result is to be taken.
  package enum Tone: String, Sendable {
    case good, doubtful, bad
  }

  /// A result that is seen first.
  package struct Verdict: Sendable {
    /// How it is to be taken.
    package var tone: Tone
    /// The result in a few words.
    package var title: String
    /// What it means and rests on.
    package var text: Markup

    /// Creates a verdict.
    package init(_ tone: Tone, _ title: String, _ text: Markup) {
      self.tone = tone
      self.title = title
      self.text = text
    }
  }

  /// A number that is seen next.
  package struct KeyNumber: Sendable {
    /// What it is of.
    package var title: Markup
    /// The number.
    package var value: String
    /// Its interval, or what it is counted over.
    package var note: String

    /// Creates a number.
    package init(_ title: Markup, _ value: String, note: String) {
      self.title = title
      self.value = value
      self.note = note
    }
  }

  /// The page's title.
  package var title: String
  /// What stands below the title.
  package var subtitle: String
  /// The results, one per model.
  package var verdicts: [Verdict]
  /// Key numbers, below the verdicts.
  package var keyNumbers: [KeyNumber]
  /// The sections.
  package var sections: [Section]
  /// What stands at the page's end.
  package var footer: String

  /// Creates a page.
  package init(
    title: String, subtitle: String, verdicts: [Verdict] = [], keyNumbers: [KeyNumber] = [],
    sections: [Section] = [], footer: String = ""
  ) {
    self.title = title
    self.subtitle = subtitle
    self.verdicts = verdicts
    self.keyNumbers = keyNumbers
    self.sections = sections
    self.footer = footer
  }

  /// Every drawing of the page, in order.
  package var drawings: [Drawing] { sections.flatMap { Self.drawings(in: $0.blocks) } }

  private static func drawings(in blocks: [Block]) -> [Drawing] {
    blocks.flatMap { block -> [Drawing] in
      switch block {
      case .figures(let figures): figures.map(\.drawing)
      case .details(_, let blocks): drawings(in: blocks)
      default: []
      }
    }
  }
}
