import TestSupport
import Testing

@testable import Reporting

struct PlotTests {
  private let hostile = "</text><script>'\"&"

  @Test func histogramsShowSharesOfEachGroup() throws {
    let plot = HistogramPlot(
      name: "scores", title: "Scores", summary: "", x: PlotAxis("p", range: 0...1), binCount: 4,
      groups: [
        .init("real", [0.1, 0.1, 0.2, 0.9], colour: .real),
        .init(hostile, [1, 1, .nan, 7], colour: .fake),
      ], guides: [.vertical(0.5, label: "threshold")])
    let outline = try XMLOutline(try #require(plot.drawing).file)
    #expect(outline.elements("script").isEmpty)
    let paths = outline.elements("path").compactMap { $0.attributes["d"] }
    #expect(paths.count == 2)
    // Three quarters of the reals are in the first bin, all valid fakes in the last one.
    func heights(_ path: String) -> [Double] {
      path.split { "VHMZ ".contains($0) }.compactMap { Double($0) }
    }
    let (real, fake) = (heights(paths[0]), heights(paths[1]))
    let bottom = real[1]
    #expect(real[2] < bottom && real[4] == bottom)
    #expect(fake[2] == bottom && fake[8] < real[2])
    let ratio = (bottom - real[2]) / (bottom - fake[8])
    #expect(abs(ratio - 0.75) < 0.01)
  }

  @Test func histogramsWithoutValuesAreNone() {
    let plot = HistogramPlot(
      name: "n", title: "", summary: "", x: PlotAxis("p", range: 0...1),
      groups: [.init("a", [], colour: .real), .init("b", [.nan, 3], colour: .fake)])
    #expect(plot.drawing == nil)
  }

  @Test func barsAreAsLongAsTheirValues() throws {
    let plot = BarPlot(
      name: "methods", title: "Methods", summary: "", x: PlotAxis("AUC", range: 0...1),
      bars: [
        .init("a", 0.5, text: "0.5", colour: .fake), .init(hostile, 1, text: "1", colour: .fake),
        .init("c", nil, text: "–", colour: .fake), .init("d", .nan, text: "–", colour: .fake),
      ], reference: 0.5)
    let outline = try XMLOutline(try #require(plot.drawing).inline.source)
    let widths = outline.elements("rect").compactMap { $0.attributes["width"].flatMap(Double.init) }
    #expect(widths.count == 2)
    #expect(widths[0] * 2 == widths[1])
    #expect(outline.elements("script").isEmpty)
  }

  @Test func barsWithoutValuesAreNone() {
    let bars = [BarPlot.Bar("a", nil, text: "–", colour: .fake)]
    #expect(
      BarPlot(name: "n", title: "", summary: "", x: PlotAxis("v"), bars: bars).drawing == nil)
  }

  @Test func manyBarsAreCut() throws {
    let bars = (0..<10_000).map { BarPlot.Bar("\($0)", 0.5, text: "", colour: .real) }
    let plot = BarPlot(name: "n", title: "", summary: "", x: PlotAxis("v"), bars: bars)
    let outline = try XMLOutline(try #require(plot.drawing).inline.source)
    #expect(outline.elements("rect").count == BarPlot.maximumBars)
  }

  @Test func confusionShowsCountsAndSharesOfRows() throws {
    let plot = ConfusionPlot(
      name: "c", title: "C", summary: "",
      rows: [
        .init("real", colour: .real, counts: [3, 1]),
        .init(hostile, colour: .fake, counts: [0, 0]),
      ])
    let outline = try XMLOutline(try #require(plot.drawing).file)
    #expect(outline.text.contains("75.0%") && outline.text.contains("25.0%"))
    #expect(outline.elements("script").isEmpty)
    let empty = ConfusionPlot(
      name: "c", title: "", summary: "", rows: [.init("a", colour: .real, counts: [0])])
    #expect(empty.drawing == nil)
    let ragged = ConfusionPlot(
      name: "c", title: "", summary: "", rows: [.init("a", colour: .real, counts: [1, 2])])
    #expect(ragged.drawing == nil)
  }
}
