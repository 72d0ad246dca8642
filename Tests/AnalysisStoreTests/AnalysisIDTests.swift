import Analyses
import AnalysisStore
import Testing

@Suite struct AnalysisIDTests {
  @Test func nobodyElseHasIt() {
    let ids = (0..<1000).map { _ in AnalysisID().description }
    #expect(Set(ids).count == 1000)
    #expect(ids.allSatisfy { AnalysisID($0)?.description == $0 })
  }

  @Test(arguments: [
    "", "..", "../../../../../../etc/passwd", "abcdefghijklmnopqrstuvwxy",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "abcdefghijklmnopqrstuvwxy1", "abcdefghijklmnopqrstuvwxy/", "abcdefghijklmnopqrstuvwxyz2",
    "abcdefghijklmnopqrstuvwx\u{E9}",
  ])
  func nothingElseIsOne(_ text: String) {
    #expect(AnalysisID(text) == nil)
  }

  @Test(arguments: ["", "_", "0", "7ff0000000000000_abcdefghijklmnopqrstuvwxyz", "x_y", "1_2_3"])
  func foreignCursorsAreRefused(_ text: String) {
    #expect(AnalysisQuery.Cursor(text) == nil)
  }
}
