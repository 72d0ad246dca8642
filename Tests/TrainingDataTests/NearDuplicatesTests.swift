import Contract
import Imaging
import TestSupport
import Testing
import Workers

@testable import TrainingData

/// Copies on two sides of a split that are not equal byte by byte.
@Suite struct NearDuplicatesTests {
  private typealias Video = PictureStore.Video

  /// Ten videos of three crops on each of the three sides, all different.
  private func different() throws -> [Video] {
    try [DatasetSplit.train, .validation, .test].enumerated().flatMap { side, split in
      try (0..<10).map { number in
        Video(
          "\(split.rawValue)/\(number)",
          try (0..<3).map { try spotsFile(1000 * side + 10 * number + $0) },
          number % 2 == 0 ? .real : .fake, split: split)
      }
    }
  }

  private func encoded(_ picture: PixelBuffer, quality: Int = 85) throws -> [UInt8] {
    try JPEGEncoder(quality: quality).encode(picture)
  }

  private func looks(_ video: Video) throws -> [PerceptualHash?] {
    let decoder = try JPEGDecoder()
    return try PerceptualHash.chosenCrops(of: video.files.count).map { crop in
      let file = video.files[crop]
      return PerceptualHash(try decoder.decode(file.span.bytes))
    }
  }

  /// The result is the same with and without hashes in the store.
  private func find(_ videos: [Video]) throws -> (pairs: [[String]], warning: String?) {
    let decoded = try find(videos) { _ in nil }
    let stored = try find(videos) { try looks($0) }
    #expect(stored.pairs == decoded.pairs && stored.warning == decoded.warning)
    return stored
  }

  private func find(
    _ videos: [Video], observer: any WorkObserver = SilentObserver(),
    looks: (Video) throws -> [PerceptualHash?]?
  ) throws -> (pairs: [[String]], warning: String?) {
    try withTemporaryDirectory { directory in
      let catalog = try SampleCatalog(
        directory: try PictureStore(in: directory, videos, looks: looks).path)
      let split = try DataSplit(catalog, settings: .init())
      let found = try NearDuplicates(
        in: catalog, split: split, workerCount: 2, observer: observer)
      return (
        found.pairs.map { [catalog.videos[$0.video].name, catalog.videos[$0.other].name] },
        found.warning
      )
    }
  }

  /// Different pictures are no copies of each other.
  @Test func differentVideosAreNotCopies() throws {
    let (pairs, warning) = try find(try different())
    #expect(pairs.isEmpty && warning == nil)
  }

  /// A recompressed, downscaled or brightened copy is found on another side, in either direction.
  @Test func copiesOnAnotherSideAreFound() throws {
    var videos = try different()
    let small = try (0..<3).map { crop in
      try encoded(spots(20 + crop).resized(width: 24, height: 24).resized(width: 64, height: 64))
    }
    var bright = spots(1030)
    bright.bytes = bright.bytes.map { UInt8(min(Double($0) * 1.1 + 10, 255)) }
    videos += [
      Video("copy/of train 1", try (10..<13).map { try spotsFile($0, quality: 30) }, split: .test),
      Video("copy/of train 2", small, split: .validation),
      Video("copy/of validation 3", [try encoded(bright)], split: .test),
      Video("copy/of test 4", [try spotsFile(2041, quality: 50)], split: .train),
    ]
    let (pairs, warning) = try find(videos)
    #expect(
      Set(pairs) == [
        ["copy/of train 1", "train/1"], ["copy/of train 2", "train/2"],
        ["copy/of validation 3", "validation/3"], ["test/4", "copy/of test 4"],
      ])
    #expect(warning?.hasPrefix("4 videos of validation and test look like a copy") == true)
    #expect(warning?.contains("column \"group\" of a CSV file") == true)
  }

  /// One crop of three is enough: in a copy, faces of the other frames may be missed.
  @Test func oneCropIsEnough() throws {
    let copy = Video(
      "copy", [try spotsFile(5000), try spotsFile(31, quality: 60), try spotsFile(5001)],
      split: .test)
    #expect(try find(try different() + [copy]).pairs == [["copy", "train/3"]])
  }

  /// On one side, or in one group, a copy gives no warning; as the warning says, one group for both
  /// is the remedy.
  @Test func oneSideAndOneGroupAreNotWarnedOf() throws {
    let files = try (10..<13).map { try spotsFile($0, quality: 30) }
    let sameSide = Video("copy", files, split: .train)
    #expect(try find(try different() + [sameSide]).pairs.isEmpty)
    let otherSide = Video("copy", files, split: .test)
    #expect(try find(try different() + [otherSide]).pairs.count == 1)
    let sameGroup = Video("copy", files, group: "train/1", split: .test)
    #expect(try find(try different() + [sameGroup]).pairs.isEmpty)
  }

  /// Black crops and videos without a face are compared with nothing.
  @Test func nothingIsNoCopy() throws {
    let black = try encoded(PixelBuffer(width: 64, height: 64))
    let videos =
      try different() + [
        Video("black 1", [black], split: .train),
        Video("black 2", [black, black], split: .test),
        Video("faceless 1", [], split: .train), Video("faceless 2", [], split: .validation),
      ]
    #expect(try find(videos).pairs.isEmpty)
  }

  /// The store's hashes are used, and no crop is decoded; if there are too few of them, crops are
  /// decoded.
  @Test func picturesAreDecodedOnlyWhereNeeded() throws {
    let videos = try different()
    let first = try #require(try videos.first.map { try looks($0) })
    let (pairs, _) = try find(videos) { $0.name == "test/5" ? first : try looks($0) }
    #expect(pairs == [["test/5", "train/0"]])
    let short = try find(videos) { $0.name == "test/5" ? [first[0]] : nil }
    #expect(short.pairs.isEmpty)
  }

  /// An observer sees every video, and may end the work.
  @Test func reportsAndStops() throws {
    final class Observer: WorkObserver {
      let stops: Bool
      let seen = Locked((total: 0, most: 0, ended: false))
      init(stops: Bool) { self.stops = stops }
      func begin(total: Int, unit: String) { seen.withLock { $0.total = total } }
      func advance(to done: Int, detail: String) {
        seen.withLock { $0.most = max($0.most, done) }
      }
      func end() { seen.withLock { $0.ended = true } }
      var shallStop: Bool { stops }
    }
    let observer = Observer(stops: false)
    _ = try find(try different(), observer: observer) { _ in nil }
    let seen = observer.seen.withLock { $0 }
    #expect(seen.total == 30 && seen.most == 30 && seen.ended)
    let stopping = Observer(stops: true)
    #expect(throws: WorkStopped.self) {
      try find(try different(), observer: stopping) { _ in nil }
    }
    #expect(stopping.seen.withLock { $0.ended })
  }
}
