import HTTPSyntax
import Testing

@Suite struct DisplayNameTests {
  @Test(arguments: [
    ("a.mp4", "a.mp4"), ("/etc/passwd", "passwd"), (#"C:\fakepath\a b.mp4"#, "a b.mp4"),
    ("../../x", "x"), ("a/b/", "b"), (#"a/b\c"#, "c"), (" a ", "a"), ("\u{A0}a\u{3000}", "a"),
    ("Grüße – 视频.mp4", "Grüße – 视频.mp4"), ("👩\u{200D}🔬.png", "👩\u{200D}🔬.png"),
    ("a\u{202E}4pm.exe", "a\u{FFFD}4pm.exe"),
    ("a\nb\u{1B}[31m\0", "a\u{FFFD}b\u{FFFD}[31m\u{FFFD}"),
    ("a\u{2028}b\u{200F}", "a\u{FFFD}b\u{FFFD}"), ("<script>.mp4", "<script>.mp4"),
    ("\r\n", "upload"), ("", "upload"), ("/", "upload"), (#"\\"#, "upload"), ("..", "upload"),
    (".", "upload"),
    ("\u{200D}", "upload"), ("   ", "upload"), ("\u{FEFF}", "upload"), (".mp4", ".mp4"),
  ])
  func names(_ name: String, _ expected: String) { #expect(DisplayName(name).text == expected) }

  @Test func longNamesKeepTheirEnding() {
    let long = DisplayName(String(repeating: "ä", count: 500) + ".mp4").text
    #expect(long.unicodeScalars.count == 200)
    #expect(long.hasPrefix("ää") && long.hasSuffix("ä….mp4"))
    let exact = String(repeating: "a", count: 200)
    #expect(DisplayName(exact).text == exact)
    #expect(DisplayName(exact + "a").text == exact.dropLast() + "…")
    // Characters are not cut, unless one alone is longer than the limit.
    let family = "👩\u{200D}👩\u{200D}👧"
    let families = DisplayName(String(repeating: family, count: 100)).text
    #expect(families == String(repeating: family, count: 39) + "…")
    let marks = "a" + String(repeating: "\u{301}", count: 10_000)
    #expect(DisplayName(marks).text.unicodeScalars.count == 200)
  }
}
