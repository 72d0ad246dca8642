import Foundation
import TestSupport
import Testing

@testable import Reporting

struct LinePlotTests {
  private func plot(
    _ lines: [LinePlot.Line], x: PlotAxis = PlotAxis("epoch", numbers: .whole),
    y: PlotAxis = PlotAxis("loss"), marks: [LinePlot.Mark] = [], guides: [LinePlot.Guide] = []
  ) -> LinePlot {
    LinePlot(
      name: "loss", title: "Loss", summary: "It falls.", x: x, y: y, lines: lines, marks: marks,
      guides: guides)
  }

  private func line(
    _ points: [(x: Double, y: Double)], _ name: String = "training", hasMarks: Bool = false
  ) -> LinePlot.Line {
    LinePlot.Line(name, points, colour: .series(0), hasMarks: hasMarks)
  }

  @Test func fileIsADocumentOfItsOwn() throws {
    let drawing = try #require(plot([line([(1, 0.7), (2, 0.5), (3, 0.4)])]).drawing)
    let outline = try XMLOutline(drawing.file)
    let root = try #require(outline.elements.first)
    #expect(root.name == "svg")
    #expect(root.attributes["viewBox"]?.hasPrefix("0 0 360 ") == true)
    #expect(outline.elements("style").count == 1)
    #expect(outline.elements("title").count == 1)
    #expect(outline.elements("desc").count == 1)
    let labels = (root.attributes["aria-labelledby"] ?? "").split(separator: " ").map(String.init)
    let identifiers = outline.elements.compactMap { $0.attributes["id"] }
    #expect(labels.count == 2 && labels.allSatisfy(identifiers.contains))
    let rest = drawing.file.replacingOccurrences(of: "http://www.w3.org/2000/svg", with: "")
    #expect(!rest.contains("://"))
  }

  @Test func pageGetsNoStyleTwice() throws {
    let drawing = try #require(plot([line([(1, 0.7), (2, 0.5)])]).drawing)
    #expect(try XMLOutline(drawing.inline.source).elements("style").isEmpty)
  }

  @Test func pointsLieWhereTheAxesSay() throws {
    let drawing = try #require(
      plot(
        [line([(0, 0), (10, 1), (4, 0.4)])], x: PlotAxis("x", range: 0...10),
        y: PlotAxis("y", range: 0...1)
      ).drawing)
    let outline = try XMLOutline(drawing.inline.source)
    let path = try #require(outline.elements("path").first?.attributes["d"])
    let numbers = path.split { "ML ".contains($0) }.compactMap { Double($0) }
    let grid = outline.elements("line").filter { $0.attributes["class"] == "grid" }
    let rows = grid.compactMap { $0.attributes["y1"].flatMap(Double.init) }
    let columns = grid.compactMap { line in
      line.attributes["x1"].flatMap(Double.init).map { ($0, Double(line.attributes["x2"] ?? "")) }
    }
    try #require(numbers.count == 6)
    #expect(abs(numbers[4] - (numbers[0] + 0.4 * (numbers[2] - numbers[0]))) < 0.02)
    #expect(abs(numbers[5] - (numbers[1] + 0.4 * (numbers[3] - numbers[1]))) < 0.02)
    #expect(numbers[1] == rows.max())
    #expect(numbers[3] == rows.min())
    #expect(numbers[0] == columns.first?.0)
    #expect(numbers[2] == columns.first?.1)
  }

  @Test func gapsCutTheLine() throws {
    let drawing = try #require(
      plot([line([(1, 0.7), (2, .nan), (3, 0.4), (4, 0.3), (5, .infinity), (6, 0.2)])]).drawing)
    let outline = try XMLOutline(drawing.inline.source)
    let path = try #require(outline.elements("path").first?.attributes["d"])
    #expect(path.count { $0 == "M" } == 3)
    #expect(path.count { $0 == "L" } == 1)
    #expect(!drawing.file.contains("nan") && !drawing.file.contains("inf"))
    // The first and the last point are single.
    #expect(outline.elements("circle").count == 2)
  }

  @Test func withoutAPointThereIsNoDrawing() {
    #expect(plot([]).drawing == nil)
    #expect(plot([line([])]).drawing == nil)
    #expect(plot([line([(1, .nan)])]).drawing == nil)
    #expect(plot([line([(1, -2)])], y: PlotAxis("rate", scale: .logarithmic)).drawing == nil)
  }

  @Test func hostileNamesStayText() throws {
    let name = "</svg><script>alert('1')</script>"
    let plot = LinePlot(
      name: "../../" + name, title: name, summary: name, x: PlotAxis(name), y: PlotAxis(name),
      lines: [line([(1, 1), (2, 2)], name), line([(1, 2), (2, 3)], "other")],
      marks: [LinePlot.Mark(name, at: LinePlot.Point(x: 1, y: 1))])
    let drawing = try #require(plot.drawing)
    let outline = try XMLOutline(drawing.file)
    #expect(outline.elements("script").isEmpty)
    #expect(outline.elements("svg").count == 1)
    #expect(drawing.name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
  }

  @Test(arguments: [
    (-1e308, 1e308), (0, .leastNonzeroMagnitude), (1e-12, 1.0000001e-12), (3, 3), (-5, -5),
    (0, 1e17),
    (1e300, 2e300),
  ])
  func anyRangeCanBeDrawn(_ lower: Double, _ upper: Double) throws {
    for scale in [PlotAxis.Scale.linear, .logarithmic] {
      for numbers in [PlotAxis.Numbers.plain, .percent, .whole] {
        let axis = PlotAxis("value", scale: scale, numbers: numbers)
        let plot = plot([line([(lower, lower), (upper, upper)])], x: axis, y: axis)
        guard let drawing = plot.drawing else {
          #expect(scale == .logarithmic && upper <= 0)
          continue
        }
        _ = try XMLOutline(drawing.file)
        #expect(drawing.file.utf8.count < 20_000)
      }
    }
  }

  @Test func whatIsComparedWithHasAPlace() throws {
    let drawing = try #require(
      plot([line([(1, 0.8), (2, 0.9)])], y: PlotAxis("AUC"), guides: [.horizontal(0.5)]).drawing)
    let outline = try XMLOutline(drawing.inline.source)
    #expect(outline.text.contains("0.5"))
    #expect(outline.elements("line").contains { $0.attributes["stroke-dasharray"] == "3 4" })
  }

  @Test func marksStandWhereTheirPointIs() throws {
    let drawing = try #require(
      plot(
        [line([(0, 0), (1, 1)])], x: PlotAxis("x", range: 0...1), y: PlotAxis("y", range: 0...1),
        marks: [
          .init("threshold", at: LinePlot.Point(x: 1, y: 1)),
          .init("outside", at: LinePlot.Point(x: 2, y: 1)),
        ]
      ).drawing)
    let outline = try XMLOutline(drawing.inline.source)
    let circles = outline.elements("circle")
    #expect(circles.count == 1)
    let path = try #require(outline.elements("path").first?.attributes["d"])
    let end = path.split { "ML ".contains($0) }.suffix(2).map(String.init)
    #expect([circles[0].attributes["cx"], circles[0].attributes["cy"]] == end)
    #expect(outline.text.contains("threshold") && !outline.text.contains("outside"))
  }

  @Test func longLinesAreThinned() throws {
    let points = (0..<100_000).map { (x: Double($0), y: Double($0 % 7)) }
    let drawing = try #require(plot([line(points)]).drawing)
    let path = try XMLOutline(drawing.inline.source).elements("path").first?.attributes["d"]
    #expect(path?.count { "ML".contains($0) } == LinePlot.maximumPoints)
    let thinned = LinePlot.thinned(points.map { LinePlot.Point(x: $0.x, y: $0.y) })
    #expect(thinned.first?.x == 0)
    #expect(thinned.last?.x == 99_999)
  }

  @Test func legendNamesLinesAndDoesNotOverlap() throws {
    let names = (0..<8).map { "perturbation \($0) of some length" }
    let lines = names.enumerated().map { place, name in
      LinePlot.Line(name, [(1, 0.5), (5, 0.9)], colour: .series(place), hasMarks: true)
    }
    let drawing = try #require(plot(lines).drawing)
    let outline = try XMLOutline(drawing.inline.source)
    let texts = outline.elements("text")
    let rows = texts.filter { $0.attributes["class"] == "fill-ink" }
    #expect(rows.count == names.count)
    let places = rows.map { "\($0.attributes["x"] ?? "") \($0.attributes["y"] ?? "")" }
    #expect(Set(places).count == names.count)
    let lowest = rows.compactMap { $0.attributes["y"].flatMap(Double.init) }.max() ?? 0
    let highest =
      outline.elements("line").filter { $0.attributes["class"] == "grid" }
      .compactMap { $0.attributes["y1"].flatMap(Double.init) }.min() ?? 0
    #expect(lowest < highest)
  }
}

struct AxisTicksTests {
  @Test func ticksAreRound() {
    #expect(AxisTicks.roundStep(0.13) == 0.2)
    #expect(AxisTicks.roundStep(0.2) == 0.2)
    #expect(AxisTicks.roundStep(6) == 10)
    let axis = PlotAxis("y").resolved([0.31, 0.87], tickCount: 5)
    #expect(axis.range.lowerBound <= 0.31 && axis.range.upperBound >= 0.87)
    #expect(axis.ticks.count >= 4 && axis.ticks.count <= 8)
    #expect(axis.ticks.map(axis.label).allSatisfy { $0.count == 3 })
  }

  @Test func epochsAreWholeNumbers() {
    let axis = PlotAxis("epoch", numbers: .whole).resolved([1, 3], tickCount: 6)
    #expect(axis.ticks.map(axis.label) == ["1", "2", "3"])
    let one = PlotAxis("epoch", numbers: .whole).resolved([1], tickCount: 6)
    #expect(one.ticks.map(one.label) == ["0", "1", "2"])
  }

  @Test func ratesHaveDecades() {
    let axis = PlotAxis("rate", scale: .logarithmic).resolved([1e-5, 0.1], tickCount: 5)
    #expect(axis.ticks.map(axis.label) == ["1e-05", "0.0001", "0.001", "0.01", "0.1"])
    #expect(axis.position(0) == nil)
    #expect(abs((axis.position(0.001) ?? 0) - 0.5) < 1e-12)
  }

  @Test func sharesArePercentages() {
    let axis = PlotAxis("share", numbers: .percent, range: 0...1).resolved([], tickCount: 5)
    #expect(axis.ticks.map(axis.label) == ["0%", "20%", "40%", "60%", "80%", "100%"])
  }
}
