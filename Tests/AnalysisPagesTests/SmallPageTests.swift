import AnalysisPages
import Testing

/// Assets, login page and message pages.
struct SmallPageTests {
  @Test(arguments: [
    ("style.css", "text/css; charset=utf-8", ":root"),
    ("app.js", "text/javascript; charset=utf-8", "EventSource"),
    ("icon.svg", "image/svg+xml", "<svg"),
  ])
  func assetsAreThere(_ name: String, _ type: String, _ part: String) throws {
    let file = try #require(PageAssets.file(named: name))
    #expect(file.contentType == type)
    let text = String(decoding: file.bytes, as: UTF8.self)
    #expect(text.contains(part))
    // Neither fetches anything from elsewhere.
    #expect(!text.contains("url("))
    #expect(!text.contains("@import"))
    #expect(!text.replacing("http://www.w3.org/2000/svg", with: "").contains("://"))
    #expect(!text.contains("innerHTML"))
  }

  @Test(arguments: ["", "../style.css", "style.css?v=1", "STYLE.CSS", "app.js/"])
  func otherNamesAreNoAssets(_ name: String) {
    #expect(PageAssets.file(named: name) == nil)
  }

  @Test func theLogInPosts() throws {
    let page = LoginPage(failed: false, next: nil).html
    #expect(try element("login", of: page)?["action"] == "/login")
    #expect(try element("login", of: page)?["method"] == "post")
    #expect(try element("token", of: page)?["name"] == "token")
    #expect(try element("token", of: page)?["type"] == "password")
    #expect(!page.contains("name=\"next\""))
    #expect(try element("login-error", of: page) == nil)
    let failed = LoginPage(failed: true, next: "/analyses/x?a=1&b=2").html
    #expect(try element("login-error", of: failed)?["role"] == "alert")
    #expect(failed.contains("name=\"next\" value=\"/analyses/x?a=1&amp;b=2\""))
  }

  @Test(arguments: ["//evil.example", "/\\evil.example", "https://evil.example", "", "x", "/a\nb"])
  func theLogInLeadsToNoOtherServer(_ next: String) {
    #expect(!LoginPage(failed: false, next: next).html.contains("name=\"next\""))
  }

  @Test func messagesSayWhatHappened() throws {
    let page = MessagePage(status: 413, title: "Too large", text: "At most 500 MB.").html
    #expect(page.contains("<h1>Too large</h1>"))
    #expect(page.contains("Error 413"))
    #expect(page.contains("At most 500 MB."))
    #expect(try element("main", of: page)?["data-status"] == "413")
  }
}
