import Contract
import Testing
import VideoCatalog

@testable import ExtractionRun

/// The videos that one worker extracts one after the other.
@Suite struct VideoFamilyTests {
  private func video(_ name: String, of original: String? = nil) -> CatalogVideo {
    CatalogVideo(
      name: name, path: "/" + name, label: original == nil ? .real : .fake, group: "g",
      original: original)
  }

  @Test func fakesFollowTheirOriginal() {
    let families = VideoFamily.families([
      video("a-fake", of: "b"), video("a-fake-2", of: "b"), video("b"), video("c"),
      video("d-fake", of: "gone"),
    ])
    #expect(
      families.map { $0.videos.map(\.name) } == [["b", "a-fake", "a-fake-2"], ["c"], ["d-fake"]])
    #expect(families.map(\.original) == ["b", nil, "gone"])
  }

  @Test func orEachIsAlone() {
    let families = VideoFamily.singles([video("a", of: "b"), video("b")])
    #expect(families.map { $0.videos.map(\.name) } == [["a"], ["b"]])
    #expect(families.allSatisfy { $0.original == nil })
  }
}
