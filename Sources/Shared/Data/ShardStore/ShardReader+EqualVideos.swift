internal import Imaging
internal import Workers

extension ShardReader {
  /// Finds videos of equal content: every crop of one is a crop of the other, at the same frame and
  /// time, with the same box, landmarks, score and JPEG file. Returns sets of two or more in the
  /// order of `videos`, whatever their labels and groups.
  ///
  /// Files with equal bytes are such videos, and so are files that differ only in sound or
  /// container. Copies that were compressed again are not. Videos without a crop are left out.
  /// Cost: all records of the videos that may be equal; in a store of older software also one
  /// record of each video, about 60 microseconds.
  ///
  /// - Parameter workerCount: threads that read, or 0 for one per core.
  package func equalVideos(workerCount: Int = 0) throws(ShardStoreError) -> [[Video]] {
    let cropped = videos.filter { $0.record.state == .done && $0.record.images > 0 }
    let candidates = try mayBeEqual(cropped, workerCount)
    let all = try crops(of: candidates.map { cropped[$0] }, atMost: .max, workerCount)
    var equal: [[CropFacts]: [Int]] = [:]
    for (index, crops) in zip(candidates, all) { equal[crops, default: []].append(index) }
    return equal.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
      .map { $0.map { cropped[$0] } }
  }

  /// Indices of videos that may be equal to another one, ascending: the hashes of their chosen
  /// crops are equal. If the store lacks the hashes of a video, the first crops are compared
  /// instead.
  private func mayBeEqual(
    _ videos: [Video], _ workerCount: Int
  ) throws(ShardStoreError) -> [Int] {
    guard videos.allSatisfy({ $0.record.looks != nil }) else {
      let first = try crops(of: videos, atMost: 1, workerCount)
      return indicesOfEqual(first)
    }
    return indicesOfEqual(
      videos.map { Looks(count: $0.record.images, hashes: $0.record.looks ?? []) })
  }

  private func indicesOfEqual(_ values: [some Hashable]) -> [Int] {
    Dictionary(grouping: values.indices) { values[$0] }.values.filter { $0.count > 1 }
      .joined().sorted()
  }

  private struct Looks: Hashable {
    let count: Int
    let hashes: [PerceptualHash?]
  }

  /// The facts of the first crops of each video, in key order.
  private func crops(
    of videos: [Video], atMost count: Int, _ workerCount: Int
  ) throws(ShardStoreError) -> [[CropFacts]] {
    let found = Locked([[CropFacts]](repeating: [], count: videos.count))
    do {
      try WorkerPool(workerCount: workerCount).forEach(Array(videos.indices)) { _ in
        { index in
          var crops: [CropFacts] = []
          try self.forEachSample(of: videos[index]) { sample throws(ShardStoreError) in
            crops.append(CropFacts(sample.record))
            return crops.count < count
          }
          found.withLock { $0[index] = crops }
        }
      }
    } catch let error as ShardStoreError {
      throw error
    } catch {
      throw ShardStoreError(
        .inputOutput, subject: directory, "the store can't be read", cause: "\(error)")
    }
    return found.withLock { $0 }
  }
}

/// A crop without the names of its video and group: equal for crops of equal videos.
private struct CropFacts: Hashable {
  let frame: Int
  let timestampSeconds: Double?
  let box: SampleRecord.Box
  let landmarks: [SampleRecord.Point]?
  let score: Double
  let crc32: UInt32
  let imageBytes: Int

  init(_ record: SampleRecord) {
    frame = record.frame
    timestampSeconds = record.timestampSeconds
    box = record.box
    landmarks = record.landmarks
    score = record.score
    crc32 = record.crc32
    imageBytes = record.imageBytes
  }
}
