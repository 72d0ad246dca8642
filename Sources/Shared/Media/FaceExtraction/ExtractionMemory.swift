package import Measure
internal import NeuralNetwork

/// The memory that an extraction needs, checked against the limits of the process before it begins.
package enum ExtractionMemory {
  /// The need for pictures of 1920 x 1080 pixels, of which a decoder keeps several; larger pictures
  /// may need more. Fitted to the peaks of extractions with 1 to 4 workers, with a margin for
  /// streams that refer to many pictures.
  package static func need(workers: Int, searchesFaces: Bool) -> MemoryNeed {
    MemoryNeed(
      written: (33 + 35 * workers) << 20,
      reserved: MemoryNeed.stacks(threads: workers + 3)
        + (searchesFaces ? MatrixProductMemory.reservedBytes : 0),
      // Enough for the first shards; if the system refuses a larger map, the store throws an error.
      mapped: 64 << 20)
  }

  /// Checks that there is enough memory, and reserves what OpenBLAS will need.
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
