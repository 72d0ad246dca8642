internal import Reporting

/// Icons in the colour of the text around them. They are hidden from screen readers, because words
/// say the same.
enum PageIcon {
  /// The product's logo: a face in a frame.
  static let brand = icon(
    """
    <path d="M3 8V5a2 2 0 0 1 2-2h3M16 3h3a2 2 0 0 1 2 2v3M21 16v3a2 2 0 0 1-2 2h-3M8 21H5a2 2 0 0 1-2-2\
    v-3"/><path d="M9 9.5v.5M15 9.5v.5M8.5 14.5c2 2 5 2 7 0"/>
    """)
  /// A circle with a tick.
  static let real = icon(
    "<circle cx=\"12\" cy=\"12\" r=\"9\"/><path d=\"m8 12.3 2.8 2.7L16 9.5\"/>")
  /// A triangle with an exclamation mark.
  static let fake = icon("<path d=\"M12 3.5 2.5 20h19zM12 10v4.5M12 17.2v.3\"/>")
  /// A square on its corner, with a question mark.
  static let cannotTell = icon(
    """
    <path d="m12 2.5 9.5 9.5-9.5 9.5L2.5 12z"/><path d="M9.8 10.2a2.2 2.2 0 1 1 3.3 1.9c-.8.5-1.1.8-1.1 \
    1.6M12 16.2v.2"/>
    """)
  /// An octagon with a cross.
  static let failed = icon(
    "<path d=\"M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3z\"/><path d=\"m9 9 6 6m0-6-6 6\"/>")
  /// An hourglass.
  static let queued = icon("<path d=\"M6 3h12M6 21h12M7 3v3l5 6 5-6V3M7 21v-3l5-6 5 6v3\"/>")
  /// An open circle, which rotates.
  static let running = icon("<path d=\"M12 3a9 9 0 1 1-9 9\"/>", kind: " turning")
  static let delete = icon("<path d=\"M4 6h16M9 6V4h6v2M6 6l1 15h10l1-15M10 10v7M14 10v7\"/>")
  static let upload = icon("<path d=\"M12 16V4m-5 5 5-5 5 5M4 15v5h16v-5\"/>")
  static let back = icon("<path d=\"M20 12H5m6-6-6 6 6 6\"/>")
  static let film = icon(
    "<path d=\"M3 5h18v14H3zM7 5v14M17 5v14M3 9.5h4M3 14.5h4M17 9.5h4M17 14.5h4\"/>")

  private static func icon(_ shapes: Markup, kind: Markup = "") -> Markup {
    "<svg class=\"icon\(kind)\" viewBox=\"0 0 24 24\" aria-hidden=\"true\">\(shapes)</svg>"
  }
}
