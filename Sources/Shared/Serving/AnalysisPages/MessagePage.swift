internal import Reporting

/// The page of an error, with advice: 404, 413, 429, 507 and others.
package struct MessagePage: Sendable {
  /// HTTP status of the response.
  package var status: Int
  /// The error in a few words.
  package var title: String
  /// The cause, and what to try, in a few sentences.
  package var text: String
  /// Whether there is a session that the user can end.
  package var isLoggedIn: Bool

  package init(status: Int, title: String, text: String, isLoggedIn: Bool = false) {
    self.status = status
    self.title = title
    self.text = text
    self.isLoggedIn = isLoggedIn
  }

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
