internal import Reporting

/// Says that something didn't work, and what to do: 404, 413, 429, 507 and the like.
package struct MessagePage: Sendable {
  /// The status of the response, of HTTP.
  package var status: Int
  /// What happened, in a few words.
  package var title: String
  /// What that means, and what to try, in a few sentences.
  package var text: String
  /// Whether there is a session that can be ended.
  package var isLoggedIn: Bool

  package init(status: Int, title: String, text: String, isLoggedIn: Bool = false) {
    self.status = status
    self.title = title
    self.text = text
    self.isLoggedIn = isLoggedIn
  }

  /// The page as a browser gets it.
  package var html: String {
    PageDocument(
      title: title, isLoggedIn: isLoggedIn,
      attributes: " class=\"narrow\" data-page=\"message\" data-status=\"\(status)\"",
      main: """
        <p class="status">Error \(status)</p><h1>\(title)</h1><p class="lead">\(text)</p>\
        <p><a class="button" href="/">To the first page</a></p>
        """
    ).html
  }
}
