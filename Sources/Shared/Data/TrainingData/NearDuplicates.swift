internal import Contract
internal import Imaging
package import Workers

/// Videos on different sides of a split that look like copies of each other: recompressed, resized,
/// brightened.
///
/// Three crops of each video, at a sixth, a half and five sixths of its samples, are compared by
/// ``PerceptualHash`` with those of the other sides; one similar crop is enough. The store has
/// their hashes; crops in a store of older software are decoded. Groups lie on one side, so a fake
/// is never compared with its own original. The result is a guess that people must check: no video
/// is left out or moved because of it.
package struct NearDuplicates: Sendable, Equatable {
  /// Two videos that look like copies.
  package struct Pair: Sendable, Equatable {
    /// Index in the catalog of a validation or test video.
    package let video: Int
    /// Index of the most similar video on another side.
    package let other: Int
    /// Number of bits, of 255, in which their hashes differ.
    package let distance: Int
  }

  /// For each video of validation and test that has such a copy in training, and for each of test
  /// that has one in validation, the most similar one; the most similar pairs come first.
  package let pairs: [Pair]

  /// What was found, in a few sentences; nil if nothing was.
  package let warning: String?

  /// Searches for such videos. It takes about a nanosecond for each two videos on different sides,
  /// and 3 milliseconds per video if the store is of older software, divided by the workers.
  ///
  /// - Parameters:
  ///   - workerCount: threads that work, or 0 for one per core.
  ///   - observer: sees the progress in videos.
  /// - Throws: `WorkStopped` if the observer ended the work; `TrainingDataError` if a crop can't be
  ///   read.
  package init(
    in catalog: SampleCatalog, split: DataSplit, workerCount: Int = 0,
    observer: any WorkObserver = SilentObserver()
  ) throws {
    let sides: [[Int]] = [split.train, split.validation, split.test]
    let pool = WorkerPool(workerCount: workerCount)
    let hashes = try Self.hashes(sides.flatMap(\.self), of: catalog, pool, observer)
    pairs = try Self.pairs(sides, hashes: hashes, pool)
    warning = Self.warning(pairs, catalog.videos)
  }

  // MARK: Hashes

  /// Hashes by index of the crop, then of the video in the catalog; nil if a crop has none.
  typealias Hashes = [[PerceptualHash?]]

  private static func hashes(
    _ videos: [Int], of catalog: SampleCatalog, _ pool: WorkerPool, _ observer: any WorkObserver
  ) throws -> Hashes {
    let count = PerceptualHash.chosenCrops(of: 1).count
    var stored = Hashes(
      repeating: [PerceptualHash?](repeating: nil, count: catalog.videos.count), count: count)
    var unknown: [Int] = []
    for video in videos where !catalog.videos[video].samples.isEmpty {
      guard let looks = catalog.videos[video].looks, looks.count == count else {
        unknown.append(video)
        continue
      }
      for (crop, hash) in looks.enumerated() { stored[crop][video] = hash }
    }
    guard !unknown.isEmpty else { return stored }
    let found = Locked((hashes: stored, done: 0))
    observer.begin(total: unknown.count, unit: "videos")
    defer { observer.end() }
    try pool.forEach(unknown) { _ in
      let decoder = try JPEGDecoder()
      return { video in
        if observer.shallStop { throw WorkStopped() }
        let hashes = try Self.hashes(of: video, catalog, decoder)
        let done = found.withLock { found in
          for (crop, hash) in hashes.enumerated() { found.hashes[crop][video] = hash }
          found.done += 1
          return found.done
        }
        observer.advance(to: done, detail: "looking for copies on two sides")
      }
    }
    return found.withLock { $0.hashes }
  }

  private static func hashes(
    of video: Int, _ catalog: SampleCatalog, _ decoder: JPEGDecoder
  ) throws -> [PerceptualHash?] {
    let samples = catalog.videos[video].samples
    var known: [Int: PerceptualHash?] = [:]
    return try PerceptualHash.chosenCrops(of: samples.count).map { offset in
      let sample = samples.lowerBound + offset
      if let hash = known[sample] { return hash }
      let hash = PerceptualHash(try catalog.picture(of: sample, decoder: decoder))
      known[sample] = hash
      return hash
    }
  }

  // MARK: Comparison

  /// The most similar video of an earlier side for each one of a later side.
  static func pairs(_ sides: [[Int]], hashes: Hashes, _ pool: WorkerPool) throws -> [Pair] {
    let found = Locked([Pair]())
    for side in 1..<sides.count {
      let others = sides[..<side].flatMap(\.self)
      let known = hashes.map { hashes in others.filter { hashes[$0] != nil } }
      let indexes = zip(hashes, known).map { hashes, known in
        PerceptualHashIndex(known.compactMap { hashes[$0] })
      }
      try pool.forEach(sides[side]) { _ in
        { video in
          var best: Pair?
          for crop in hashes.indices {
            guard let hash = hashes[crop][video], let closest = indexes[crop].closest(to: hash),
              closest.distance < best?.distance ?? .max
            else { continue }
            best = Pair(
              video: video, other: known[crop][closest.position], distance: closest.distance)
          }
          if let best { found.withLock { $0.append(best) } }
        }
      }
    }
    return found.withLock { $0 }.sorted { ($0.distance, $0.video) < ($1.distance, $1.video) }
  }

  private static func warning(_ pairs: [Pair], _ videos: [SampleCatalog.Video]) -> String? {
    guard !pairs.isEmpty else { return nil }
    let examples = pairs.prefix(3).map {
      "\"\(videos[$0.video].name)\" and \"\(videos[$0.other].name)\" (\($0.distance))"
    }
    return
      "\(counted(pairs.count, "video")) of validation and test \(pairs.count == 1 ? "looks" : "look") "
      + "like a copy of a video on another side: \(examples.joined(separator: ", ")); in brackets, how "
      + "many of 255 bits of their looks differ. What is measured on copies is too good. Look at them; "
      + "where they are copies, give both one group (column \"group\" of a CSV file) and extract into a "
      + "new store."
  }
}
