import Foundation
import TestSupport
import Testing

@testable import Reporting

struct ReportPageTests {
  private let hostile = "</h2><script src=\"https://example.org/x.js\">'&\u{0}"

  private func drawing(_ name: String) throws -> Drawing {
    let plot = LinePlot(
      name: name, title: hostile, summary: hostile, x: PlotAxis(hostile), y: PlotAxis(hostile),
      lines: [LinePlot.Line(hostile, [(1, 1), (2, 2)], colour: .ink)])
    return try #require(plot.drawing)
  }

  /// A page with one block of each kind.
  private func page() throws -> ReportPage {
    var glossary = ReportGlossary([
      .init("auc", "AUC", "An area."), .init("ece", "ECE", "An error."),
      .init("unused", "Unused", "Nothing."),
    ])
    var table = ReportTable([glossary.link("auc"), "\(hostile)"], caption: hostile)
    table.append([glossary.link("auc", "again"), glossary.link("ece", hostile)])
    let picture = ReportPicture(
      jpeg: [UInt8](repeating: 7, count: 200), width: 8, height: 8, description: hostile)
    return ReportPage(
      title: hostile, subtitle: hostile,
      verdicts: [.init(.bad, hostile, "\(hostile)"), .init(.good, "good", "")],
      keyNumbers: [.init(glossary.link("ece"), hostile, note: hostile)],
      sections: [
        .init("one", hostile, [.paragraph("\(hostile)"), .note("\(hostile)"), .table(table)]),
        .init(
          "two", "Two",
          [
            .figures([.init(try drawing("a"), caption: "\(hostile)")]),
            .details(hostile, [.code(hostile), .figures([.init(try drawing("b"), caption: "")])]),
          ]),
        .init("three", "Three", [.pictures([.init([picture, picture], caption: "\(hostile)")])]),
        .init("four", "Definitions", [.markup(glossary.definitions)]),
      ], footer: hostile)
  }

  @Test func pageIsSelfContained() throws {
    let outline = try XMLOutline(try page().html)
    #expect(outline.pageProblems == [])
    #expect(outline.elements("svg").count == 2)
    #expect(outline.elements("img").count == 2)
    #expect(outline.elements("style").count == 1)
    let policy = outline.elements("meta").first {
      $0.attributes["http-equiv"] == "Content-Security-Policy"
    }
    #expect(policy?.attributes["content"]?.contains("default-src 'none'") == true)
  }

  /// The checks can fail: each of these pages has a mistake, which they find.
  @Test(arguments: [
    "<body><a href=\"#nowhere\">x</a></body>", "<body><script>1</script></body>",
    "<body><img src=\"https://example.org/x.png\"/></body>", "<body><figure></figure></body>",
    "<body><p id=\"a\"/><p id=\"a\"/></body>", "<body><svg><text>x</text></svg></body>",
    "<body><style>@import 'x'</style></body>", "<body onload=\"x\"/>",
  ])
  func problemsAreFound(_ source: String) throws {
    #expect(try !XMLOutline(source).pageProblems.isEmpty)
  }

  @Test func drawingsOfAllDepthsAreListed() throws {
    #expect(try page().drawings.map(\.name) == ["a", "b"])
  }

  @Test func firstUseOfATermIsLinkedBothWays() throws {
    let outline = try XMLOutline(try page().html)
    let links = outline.elements("a").compactMap { $0.attributes["href"] }
    #expect(links.count { $0 == "#term-auc" } == 2)
    #expect(links.count { $0 == "#use-auc" } == 1)
    #expect(!links.contains("#term-unused"))
    #expect(outline.elements.count { $0.attributes["id"] == "use-auc" } == 1)
  }

  @Test func pictureIsItsFile() throws {
    let jpeg = (0..<256).map { UInt8($0) }
    let picture = ReportPicture(jpeg: jpeg, width: 3, height: 2, description: "x")
    let image = try #require(try XMLOutline(picture.markup.source).elements.first)
    let source = try #require(image.attributes["src"])
    let prefix = "data:image/jpeg;base64,"
    #expect(source.hasPrefix(prefix))
    #expect(Data(base64Encoded: String(source.dropFirst(prefix.count))) == Data(jpeg))
  }

  @Test func styleSheetsBalanceTheirBraces() {
    for style in [ReportPage.styleSheet, PlotStyle.styleSheet] {
      #expect(style.count { $0 == "{" } == style.count { $0 == "}" })
      #expect(!style.contains("<") && !style.contains("&"))
      #expect(style.contains("prefers-color-scheme:dark"))
    }
  }
}
