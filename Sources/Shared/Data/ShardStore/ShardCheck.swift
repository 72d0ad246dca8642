internal import Contract
import Files
import Foundation

/// The check of one shard.
struct ShardCheck {
  private static let recordsPerProgress = 256

  /// What the samples of one video add up to.
  private struct Tally {
    var samples = 0
    var checksum = CRC32()
    let firstSample: SampleRecord
  }

  private let name: ShardName
  private let geometry: CropGeometry?
  private let imageSize: StoreVerifier.ImageSize
  private let progress: (StoreVerifier.Progress) -> Void
  private let isCancelled: @Sendable () -> Bool
  private var result: ShardVerification
  private var tallies: [[UInt8]: Tally] = [:]
  private var recordsChecked = 0
  private var records = 0

  /// `geometry` is nil where the store's description can't be read.
  init(
    _ name: ShardName, geometry: CropGeometry?, imageSize: @escaping StoreVerifier.ImageSize,
    progress: @escaping (StoreVerifier.Progress) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.name = name
    self.geometry = geometry
    self.imageSize = imageSize
    self.progress = progress
    self.isCancelled = isCancelled
    result = ShardVerification(shard: name)
  }

  /// Checks the file, its pages, then every record. What is damaged is a finding.
  consuming func run(path: String) throws(ShardStoreError) -> ShardVerification {
    var check = self
    do throws(ShardStoreError) {
      try PageCheck.run(path, .everything, isCancelled: check.isCancelled)
      if let use = try EnvironmentUse.reading(path, checking: nil) {
        _ = try use.read { transaction, databases throws(ShardStoreError) in
          try check.checkRecords(transaction, databases)
        }
      }
    } catch let error where error.code != .cancelled && error.code != .busy {
      check.result.report(.shard, nil, expected: "a sound shard", got: error.description)
    }
    return check.result
  }

  private mutating func checkRecords(
    _ transaction: borrowing Transaction, _ databases: Environment.Handles
  ) throws(ShardStoreError) {
    for database in Environment.Database.allCases {
      records += try transaction.entryCount(databases[database])
    }
    try checkSamples(transaction, databases)
    try checkVideos(transaction, databases)
    for (video, tally) in tallies.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      result.report(
        .videoMissing, Self.text(video), expected: "a finished entry of the video",
        got: "\(tally.samples) samples without one")
    }
    try advance(by: 0, isLast: true)
  }

  /// Walks samples and images side by side: both are in key order, so each lacking one shows.
  private mutating func checkSamples(
    _ transaction: borrowing Transaction, _ databases: Environment.Handles
  ) throws(ShardStoreError) {
    var samples = try transaction.cursor(databases.samples)
    var images = try transaction.cursor(databases.images)
    var sample = try samples.next()
    var image = try images.next()
    while sample != nil || image != nil {
      let order = Self.order(sample?.key, image?.key)
      if order <= 0, let sample {
        result.samples += 1
        let record = checkSample(sample)
        if order == 0, let image, let record {
          checkImage(image, record)
        } else if order < 0 {
          result.report(
            .imageMissing, Self.text(sample.key), expected: "an image of the sample", got: "none")
        }
      }
      if order >= 0, let image {
        result.images += 1
        result.imageBytes += image.value.count
        if order > 0 {
          result.report(
            .sampleMissing, Self.text(image.key), expected: "a sample of the image", got: "none")
        }
      }
      if order <= 0 { sample = try samples.next() }
      if order >= 0 { image = try images.next() }
      try advance(by: order == 0 ? 2 : 1)
    }
  }

  /// The sample's record, where it can be read; its video's tally is kept.
  private mutating func checkSample(_ entry: Cursor.Entry) -> SampleRecord? {
    let text = Self.text(entry.key)
    guard let key = SampleKey(bytes: entry.key) else {
      result.report(
        .key, text, expected: "<video>/<frame, 6 digits>/<face, 2 digits>", got: text)
      return nil
    }
    let record: SampleRecord
    do throws(ShardStoreError) {
      record = try RecordCoding.decode(SampleRecord.self, from: entry.value, subject: text)
    } catch {
      result.report(.record, text, expected: "a sample's record", got: error.description)
      return nil
    }
    if let defect = record.defect(alignment: geometry?.alignment) {
      result.report(.record, text, expected: "a sound record", got: defect)
    }
    let video = Array(key.video.utf8)
    if Array(record.video.utf8) != video || record.frame != key.frame {
      result.report(
        .record, text, expected: "video and frame of the key",
        got: "\(record.video), frame \(record.frame)")
    }
    var tally = tallies[video] ?? Tally(firstSample: record)
    if !record.describesSameVideo(as: tally.firstSample) {
      result.report(
        .record, text, expected: "label, group, split, method and compression of the first sample",
        got: "others")
    }
    tally.samples += 1
    tally.checksum.update(entry.key)
    tally.checksum.update(entry.value)
    tallies[video] = tally
    return record
  }

  private mutating func checkImage(_ entry: Cursor.Entry, _ record: SampleRecord) {
    let text = Self.text(entry.key)
    // The length comes first: what lies behind a wrong one is not touched.
    guard entry.value.count == record.imageBytes,
      entry.value.count <= RecordCoding.maximumImageBytes
    else {
      result.report(
        .imageLength, text, expected: "\(record.imageBytes) bytes",
        got: "\(entry.value.count) bytes")
      return
    }
    let checksum = CRC32.checksum(entry.value.bytes)
    guard checksum == record.crc32 else {
      result.report(
        .imageChecksum, text, expected: "CRC-32 \(record.crc32)", got: "\(checksum)")
      return
    }
    let size = imageSize(entry.value.bytes)
    let cropSize = geometry?.sizePixels
    if size == nil || cropSize.map({ size?.width != $0 || size?.height != $0 }) ?? false {
      let side = cropSize.map(String.init) ?? "any"
      result.report(
        .imageSize, text, expected: "an image of \(side) x \(side) pixels",
        got: size.map { "\($0.width) x \($0.height)" } ?? "no decodable image")
    }
  }

  /// Compares each entry with the samples of its video, and takes those out of `tallies`.
  private mutating func checkVideos(
    _ transaction: borrowing Transaction, _ databases: Environment.Handles
  ) throws(ShardStoreError) {
    var videos = try transaction.cursor(databases.videos)
    while let entry = try videos.next() {
      try advance(by: 1)
      let text = Self.text(entry.key)
      guard String(validating: entry.key, as: UTF8.self) != nil else {
        result.report(.key, text, expected: "a name in UTF-8", got: text)
        continue
      }
      let record: VideoRecord
      do throws(ShardStoreError) {
        record = try RecordCoding.decode(VideoRecord.self, from: entry.value, subject: text)
      } catch {
        result.report(.record, text, expected: "a video's record", got: error.description)
        continue
      }
      if let defect = record.defect {
        result.report(.record, text, expected: "a sound record", got: defect)
      }
      guard record.state == .done else {
        // Samples of a failed video stay in `tallies` and are reported there.
        result.failedVideos.append(text)
        continue
      }
      result.finishedVideos.append(text)
      let tally = tallies.removeValue(forKey: entry.key)
      if record.images != tally?.samples ?? 0 {
        result.report(
          .imageCount, text, expected: "\(record.images) images", got: "\(tally?.samples ?? 0)")
      }
      if record.samplesCRC32 != tally?.checksum.value ?? 0 {
        result.report(
          .sampleChecksum, text, expected: "CRC-32 \(record.samplesCRC32) of the samples' records",
          got: "\(tally?.checksum.value ?? 0)")
      }
      if let tally, !record.describesSameVideo(as: tally.firstSample) {
        result.report(
          .record, text, expected: "label, group, split, method and compression of its samples",
          got: "others")
      }
    }
  }

  /// Counts records; after every few hundred tells of it and asks whether to go on.
  private mutating func advance(by count: Int, isLast: Bool = false) throws(ShardStoreError) {
    let before = recordsChecked / Self.recordsPerProgress
    recordsChecked += count
    guard isLast || recordsChecked / Self.recordsPerProgress > before else { return }
    progress(.init(shard: name.fileName, recordsChecked: recordsChecked, records: records))
    if isCancelled() {
      throw ShardStoreError(.cancelled, subject: name.fileName, "the check was cancelled")
    }
  }

  /// Below 0 where `left` comes first or alone, 0 for equal keys.
  private static func order(_ left: [UInt8]?, _ right: [UInt8]?) -> Int {
    guard let left else { return 1 }
    guard let right else { return -1 }
    if left == right { return 0 }
    return left.lexicographicallyPrecedes(right) ? -1 : 1
  }

  private static func text(_ key: [UInt8]) -> String { String(decoding: key, as: UTF8.self) }
}
