import Foundation
import Reporting
import TestSupport
import Testing

struct MarkupTests {
  @Test func interpolatedTextIsEscaped() {
    let name = "</td><script src='x'>\"&amp;"
    let cell: Markup = "<td title=\"\(name)\">\(name)</td>"
    let escaped = "&lt;/td&gt;&lt;script src=&#39;x&#39;&gt;&quot;&amp;amp;"
    #expect(cell.source == "<td title=\"\(escaped)\">\(escaped)</td>")
  }

  @Test func interpolatedMarkupStays() {
    let inner: Markup = "<b>\("a<b")</b>"
    let outer: Markup = "<p>\(inner)\(7)</p>"
    #expect(outer.source == "<p><b>a&lt;b</b>7</p>")
  }

  @Test(arguments: ["\u{0}", "\u{1B}[31m", "\u{FFFE}", "\u{85}", "\u{202E}", "\u{7F}"])
  func charactersWithoutPlaceBecomeReplacements(_ text: String) throws {
    let markup = Markup(text: "a" + text + "b")
    #expect(markup.source.contains("\u{FFFD}"))
    #expect(try XMLOutline("<p>\(markup.source)</p>").text.hasPrefix("a\u{FFFD}"))
  }

  @Test func numbersAreTheSameEverywhere() {
    #expect(NumberText.decimals(0.12349, 3) == "0.123")
    #expect(NumberText.decimals(-0.0001, 2) == "0.00")
    #expect(NumberText.decimals(-1.5, 1) == "−1.5")
    #expect(NumberText.decimals(.nan) == "–")
    #expect(NumberText.decimals(nil) == "–")
    #expect(NumberText.percent(0.5, decimals: 0) == "50%")
    #expect(NumberText.percent(.infinity) == "–")
    #expect(NumberText.count(1_234_567) == "1\u{202F}234\u{202F}567")
    #expect(NumberText.count(.min).hasPrefix("−9"))
    #expect(NumberText.short(0.00001) == "1e-05")
  }
}
