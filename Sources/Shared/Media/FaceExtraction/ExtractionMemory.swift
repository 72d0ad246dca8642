package import Measure
internal import NeuralNetwork

/// What an extraction needs of memory, checked against the limits of the process before it begins.
package enum ExtractionMemory {
  /// Pictures of 1920 x 1080 pixels, of which a decoder keeps several: larger ones may need more. Fitted
  /// to the peaks of extractions with 1 to 4 workers, with room for streams that refer to many pictures.
  package static func need(workers: Int, searchesFaces: Bool) -> MemoryNeed {
    MemoryNeed(
      written: (33 + 35 * workers) << 20,
      reserved: MemoryNeed.stacks(threads: workers + 3)
        + (searchesFaces ? MatrixProductMemory.reservedBytes : 0),
      // The first shards; a larger map that the system refuses is an error of the store.
      mapped: 64 << 20)
  }

  /// Checks that there is enough, and takes what OpenBLAS will need.
  package static func check(workers: Int, searchesFaces: Bool) throws(InsufficientMemory) {
    let limits = MemoryLimit.current
    guard !limits.isEmpty else { return }
    let cautious = MemoryNeed.cautious(limits)
    func fits(_ count: Int) -> Bool {
      need(workers: count, searchesFaces: searchesFaces)
        .obstacle(for: "", remedy: "", within: cautious) == nil
    }
    let fewer = (1..<max(workers, 1)).last(where: fits)
    try need(workers: workers, searchesFaces: searchesFaces).check(
      for: "the extraction",
      remedy: fewer.map { "take --workers \($0)" } ?? "one worker is too many")
    if searchesFaces { MatrixProductMemory.reserve() }
  }
}
