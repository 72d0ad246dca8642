internal import Reporting

/// The common parts of every page: head, header, footer.
struct PageDocument {
  /// Title in the browser's tab, before the product's name; nil for the home page.
  var title: String?
  /// Whether there is a session that the user can end.
  var isLoggedIn: Bool
  /// Additional elements of the head.
  var head = Markup()
  /// Attributes of the main element, each with a space before it.
  var attributes = Markup()
  /// Content of the main element.
  var main: Markup
  /// Elements after the main element: dialogs and templates.
  var rest = Markup()

  /// Name of the product on the pages.
  static let product = "Deepfake detector"

  /// The page, which is both HTML and well-formed XML.
  var html: String {
    let title = title.map { "\($0) – \(Self.product)" } ?? Self.product
    let head: Markup = """
      <head><meta charset="utf-8"/>\
      <meta name="viewport" content="width=device-width, initial-scale=1"/>\
      <meta name="color-scheme" content="light dark"/>\
      <meta name="robots" content="noindex"/>\
      <title>\(title)</title>\
      <link rel="icon" type="image/svg+xml" href="\(PageAssets.icon)"/>\
      <link rel="stylesheet" href="\(PageAssets.style)"/>\
      <script type="module" src="\(PageAssets.script)"></script>\(self.head)</head>
      """
    let body: Markup = """
      <body><a class="skip" href="#main">Skip to the content</a>\
      <header class="site"><a class="brand" href="/">\(PageIcon.brand)\(Self.product)</a>\
      \(logout)</header>\
      <main id="main" tabindex="-1"\(attributes)>\(main)</main>\
      <footer class="site"><p>An answer is evidence, not proof: the program finds traces that it \
      knows, in faces only.</p></footer>\
      <p id="live" class="unseen" role="status"></p>\(rest)</body>
      """
    return "<!DOCTYPE html>\n<html lang=\"en\">" + (head + body).source + "</html>\n"
  }

  private var logout: Markup {
    guard isLoggedIn else { return Markup() }
    return """
      <form id="logout" method="post" action="/logout">\
      <button class="quiet" type="submit">Log out</button></form>
      """
  }
}
