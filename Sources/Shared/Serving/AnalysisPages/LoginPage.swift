internal import Reporting

/// The page that asks for a token.
package struct LoginPage: Sendable {
  /// Whether a wrong token was entered.
  package var failed: Bool
  /// Path of the requested page; nil for the first page. Anything but a path of this server is
  /// ignored.
  package var next: String?

  package init(failed: Bool, next: String?) {
    self.failed = failed
    self.next = next
  }

  package var html: String {
    let message: Markup =
      failed
      ? """
      <p id="login-error" class="note" role="alert">\(PageIcon.failed)<span>That isn’t a token \
      of this server. Ask its operator for one.</span></p>
      """ : ""
    let invalid: Markup = failed ? " aria-invalid=\"true\" aria-describedby=\"login-error\"" : ""
    let hidden: Markup =
      path.map { path -> Markup in "<input type=\"hidden\" name=\"next\" value=\"\(path)\"/>" }
      ?? ""
    return PageDocument(
      title: "Log in", isLoggedIn: false, attributes: " class=\"narrow\" data-page=\"login\"",
      main: """
        <h1>Log in</h1><p class="lead">This server can be used with a token only.</p>\(message)\
        <form id="login" class="card" method="post" action="/login">\
        <p><label for="token">Token</label>\
        <input id="token" name="token" type="password" required="" autofocus="" \
        autocomplete="current-password" maxlength="1000" spellcheck="false"\(invalid)/></p>\(hidden)\
        <button class="primary" type="submit">Log in</button></form>
        """
    ).html
  }

  /// `next` if it is a path of this server; to a browser `//host` and `/\host` are other servers.
  private var path: String? {
    guard let next, next.utf8.first == UInt8(ascii: "/"), next.utf8.count <= 2000 else {
      return nil
    }
    let second = next.utf8.dropFirst().first
    let isForeign = second == UInt8(ascii: "/") || second == UInt8(ascii: "\\")
    return isForeign || next.utf8.contains { $0 < 0x20 } ? nil : next
  }
}
