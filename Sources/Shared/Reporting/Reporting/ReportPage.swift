/// A report as one HTML file: text, tables, drawings and pictures within it, nothing fetched, no
/// script. Light or dark as the reader's system is; for a desk, a phone and paper.
public struct ReportPage: Sendable {
  /// A part of a section.
  public enum Block: Sendable {
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
  public struct Figure: Sendable {
    /// The drawing.
    public var drawing: Drawing
    /// What it says.
    public var caption: Markup

    /// Creates a figure.
    public init(_ drawing: Drawing, caption: Markup) {
      self.drawing = drawing
      self.caption = caption
    }
  }

  /// Photographs that belong together, with their caption.
  public struct PictureGroup: Sendable {
    /// The photographs, in a row.
    public var pictures: [ReportPicture]
    /// What they show.
    public var caption: Markup

    /// Creates a group.
    public init(_ pictures: [ReportPicture], caption: Markup) {
      self.pictures = pictures
      self.caption = caption
    }
  }

  /// A part of the page with a heading.
  public struct Section: Sendable {
    /// Name in anchors: lower-case letters, digits, hyphens; unique on the page.
    public var name: String
    /// The heading.
    public var title: String
    /// What it says.
    public var blocks: [Block]

    /// Creates a section.
    public init(_ name: String, _ title: String, _ blocks: [Block]) {
      self.name = name
      self.title = title
      self.blocks = blocks
    }
  }

  /// How a result is to be taken.
  public enum Tone: String, Sendable {
    case good, doubtful, bad
  }

  /// A result that is seen first.
  public struct Verdict: Sendable {
    /// How it is to be taken.
    public var tone: Tone
    /// The result in a few words.
    public var title: String
    /// What it means and rests on.
    public var text: Markup

    /// Creates a verdict.
    public init(_ tone: Tone, _ title: String, _ text: Markup) {
      self.tone = tone
      self.title = title
      self.text = text
    }
  }

  /// A number that is seen next.
  public struct KeyNumber: Sendable {
    /// What it is of.
    public var title: Markup
    /// The number.
    public var value: String
    /// Its interval, or what it is counted over.
    public var note: String

    /// Creates a number.
    public init(_ title: Markup, _ value: String, note: String) {
      self.title = title
      self.value = value
      self.note = note
    }
  }

  /// The page's title.
  public var title: String
  /// What stands below the title.
  public var subtitle: String
  /// The results, one per model.
  public var verdicts: [Verdict]
  /// Key numbers, below the verdicts.
  public var keyNumbers: [KeyNumber]
  /// The sections.
  public var sections: [Section]
  /// What stands at the page's end.
  public var footer: String

  /// Creates a page.
  public init(
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
  public var drawings: [Drawing] { sections.flatMap { Self.drawings(in: $0.blocks) } }

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
