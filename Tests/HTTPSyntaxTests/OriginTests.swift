import HTTPSyntax
import Testing

@Suite struct OriginTests {
  @Test(arguments: [
    ("http://a", "a", true), ("http://A:80", "a", true), ("http://a", "a:80", true),
    ("http://a:8080", "a:8080", true), ("https://a", "a", true), ("https://a:443", "a", true),
    ("https://a", "a:443", true), ("HTTPS://a.", "A", true), ("http://[::1]:1", "[0::1]:1", true),
    ("http://127.0.0.1:8080", "127.0.0.1:8080", true), ("http://a", "b", false),
    ("http://a:8080", "a", false), ("http://a", "a:8080", false), ("http://a", "a:443", false),
    ("https://a", "a:80", false), ("http://a.b", "b", false),
    ("http://localhost", "127.0.0.1", false),
    // Other schemes have no host that serves pages.
    ("chrome-extension://a", "a", false), ("ftp://a:80", "a:80", false),
  ])
  func sameHost(_ origin: String, _ host: String, _ expected: Bool) throws {
    let host = try #require(HostName(header: host))
    #expect(try #require(Origin(header: origin)).isSameHost(as: host) == expected)
  }

  @Test(arguments: [
    "", "null", "a", "http:", "http:/a", "http://", "http://a/", "http://a/b", "http://u@a",
    "http://a?b", "://a", "1a://b", "http://a http://b", "http://a,http://b", "http ://a",
    "file://",
  ])
  func others(_ header: String) { #expect(Origin(header: header) == nil) }

  @Test func parts() {
    let origin = Origin(header: "HTTP://Example.org:81")
    #expect(origin?.scheme == "http")
    #expect(origin?.host.name == "example.org")
    #expect(origin?.host.port == 81)
  }
}
