import Contract
import ShardStore
import ShardStoreFixtures
import Testing
import VideoCatalog

@testable import ExtractionRun

@Suite struct JobTaskTests {
  /// A store that is divided into tasks, and one of older software, which doesn't record the
  /// number.
  private let divided = StoreDescription(recipe: SyntheticVideos.description.recipe, tasks: 4)
  private let older = StoreDescription(recipe: SyntheticVideos.description.recipe)

  @Test func aTaskIsReadFromItsIndexAndTheirNumber() {
    #expect(JobTask("0/1") == .only)
    #expect(JobTask("7/8") == JobTask(index: 7, count: 8))
    #expect(JobTask(part: "1/8") == JobTask(index: 0, count: 8))
    #expect(JobTask(part: "8/8") == JobTask(index: 7, count: 8))
    #expect(JobTask("999/1000")?.text == "999/1000")
    for wrong in [
      "8/8", "-1/8", "0/0", "0/1001", "1", "", "a/8", "0/8/1", "1/ 8", "9223372036854775808/8",
    ] {
      #expect(JobTask(wrong) == nil, "\(wrong)")
    }
    for wrong in ["0/8", "9/8", "1/1001"] { #expect(JobTask(part: wrong) == nil, "\(wrong)") }
  }

  @Test func everyVideoHasOneTaskAndFakesThatOfTheirOriginal() {
    let tasks = (0..<4).map { JobTask(index: $0, count: 4) }
    var counts = [Int](repeating: 0, count: 4)
    for number in 0..<400 {
      let real = CatalogVideo(
        name: "part_\(number % 7)/\(number).mp4", path: "", label: .real, group: "a")
      let owner = tasks.filter { $0.includes(real, of: divided) }
      #expect(owner.count == 1)
      counts[owner[0].index] += 1
      for copy in 0..<5 {
        let fake = CatalogVideo(
          name: "part_\(number % 7)/\(number)_\(copy).mp4", path: "", label: .fake, group: "a",
          original: real.name)
        #expect(tasks.filter { $0.includes(fake, of: divided) } == owner)
      }
    }
    // A quarter each, within five standard deviations.
    #expect(counts.allSatisfy { (57...143).contains($0) }, "\(counts)")
  }

  /// Stores that were begun by older software are continued with its rule.
  @Test func anOlderStoreGoesByTheVideosOwnName() {
    let tasks = (0..<4).map { JobTask(index: $0, count: 4) }
    var apart = 0
    for number in 0..<50 {
      let fake = CatalogVideo(
        name: "fake/\(number).mp4", path: "", label: .fake, group: "a", original: "real/0.mp4")
      let alone = CatalogVideo(name: fake.name, path: "", label: .fake, group: "a")
      let owner = tasks.filter { $0.includes(fake, of: older) }
      #expect(owner == tasks.filter { $0.includes(alone, of: older) })
      if owner != tasks.filter({ $0.includes(fake, of: divided) }) { apart += 1 }
    }
    #expect(apart > 10)
  }
}
