/// A report as one HTML file that contains its text, tables, drawings and pictures: it fetches
/// nothing and has no script. It follows the light or dark setting of the reader's system, and
/// suits large screens, phones and paper.
package struct ReportPage: Sendable {
  package enum Block: Sendable {
    case paragraph(Markup)
    /// A remark that must not be overlooked.
    case note(Markup)
    /// Commands or the text of a file, preformatted.
    case code(String)
    case table(ReportTable)
    /// Drawings, side by side if there is room.
    case figures([Figure])
    /// Photographs, side by side.
    case pictures([PictureGroup])
    /// A part with a title that is collapsed until the reader opens it.
    case details(String, [Block])
    /// Any other markup, for instance that of a `ReportGlossary`.
    case markup(Markup)
  }

  /// A drawing with its caption.
  package struct Figure: Sendable {
    package var drawing: Drawing
    package var caption: Markup

    package init(_ drawing: Drawing, caption: Markup) {
      self.drawing = drawing
      self.caption = caption
    }
  }

  /// Photographs in a row, with a common caption.
  package struct PictureGroup: Sendable {
    package var pictures: [ReportPicture]
    package var caption: Markup

    package init(_ pictures: [ReportPicture], caption: Markup) {
      self.pictures = pictures
      self.caption = caption
    }
  }

  /// A part of the page with a heading.
  package struct Section: Sendable {
    /// Name in anchors: lower-case letters, digits, hyphens; unique on the page.
    package var name: String
    package var title: String
    package var blocks: [Block]

    package init(_ name: String, _ title: String, _ blocks: [Block]) {
      self.name = name
      self.title = title
      self.blocks = blocks
    }
  }

  /// Rating of a result.
  package enum Tone: String, Sendable {
    case good, doubtful, bad
  }

  /// A result, shown at the top of the page.
  package struct Verdict: Sendable {
    package var tone: Tone
    /// The result in a few words.
    package var title: String
    /// What the result means and is based on.
    package var text: Markup

    package init(_ tone: Tone, _ title: String, _ text: Markup) {
      self.tone = tone
      self.title = title
      self.text = text
    }
  }

  /// A number, shown below the verdicts.
  package struct KeyNumber: Sendable {
    package var title: Markup
    package var value: String
    /// Interval of the number, or what it was computed from.
    package var note: String

    package init(_ title: Markup, _ value: String, note: String) {
      self.title = title
      self.value = value
      self.note = note
    }
  }

  package var title: String
  package var subtitle: String
  /// The results, one per model.
  package var verdicts: [Verdict]
  package var keyNumbers: [KeyNumber]
  package var sections: [Section]
  package var footer: String

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
