import Testing

@testable import Terminal

@Suite struct TerminalInterfaceTests {
  @Test func tableAlignsNumbersToTheRight() {
    var table = TextTable(header: ["label", "videos"])
    table.append(["real", "7"])
    table.append(["fake", "1234"])
    #expect(
      table.render() == """
        label  videos
        -----  ------
        real        7
        fake     1234
        """)
  }

  @Test func plainLineHasRateAndRemainingTime() {
    let text = ProgressLine.render(
      done: 20, total: 50, unit: "videos", detail: "640 faces", elapsedSeconds: 10, width: nil)
    #expect(text == "20/50 videos  640 faces  2.00 videos/s  ETA 0:15")
  }

  @Test(arguments: [21, 40, 60, 80, 200]) func barNeverExceedsTheTerminal(width: Int) {
    for done in [0, 1, 49, 50] {
      let text = ProgressLine.render(
        done: done, total: 50, unit: "videos", detail: "640 faces", elapsedSeconds: 10,
        width: width)
      #expect(text.count < width)
    }
  }

  @Test func barIsFullAtTheEnd() {
    let text = ProgressLine.render(
      done: 5, total: 5, unit: "videos", detail: "", elapsedSeconds: 3700, width: 100)
    #expect(!text.contains(".]"))
    #expect(text.hasSuffix("1:01:40"))
  }
}
