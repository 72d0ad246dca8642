internal import Contract
import Files
import Foundation

/// The check of one shard.
struct ShardCheck {
  private static let recordsPerProgress = 256

  /// Count and checksum of the samples of one video.
  struct Tally {
    var samples = 0
    var checksum = CRC32()
    let firstSample: SampleRecord
  }

  private let name: ShardName
  let description: StoreDescription?
  private let imageSize: StoreVerifier.ImageSize?
  private let progress: (StoreVerifier.Progress) -> Void
  private let isCancelled: @Sendable () -> Bool
  var result: ShardVerification
  var tallies: [[UInt8]: Tally] = [:]
  private var recordsChecked = 0
  private var records = 0

  /// `description` is nil if the store's can't be read; without `imageSize` no image is decoded.
  init(
    _ name: ShardName, _ description: StoreDescription?, imageSize: StoreVerifier.ImageSize?,
    progress: @escaping (StoreVerifier.Progress) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.name = name
    self.description = description
    self.imageSize = imageSize
    self.progress = progress
    self.isCancelled = isCancelled
    result = ShardVerification(shard: name)
  }

  /// Checks the file, its pages, then every record. Damage becomes a finding, not an error.
  consuming func run(path: String) throws(ShardStoreError) -> ShardVerification {
    var check = self
    do throws(ShardStoreError) {
      try PageCheck.run(path, .everything, isCancelled: check.isCancelled)
      try EnvironmentUse.reading(path, checking: nil).read {
        transaction, databases throws(ShardStoreError) in
        try check.checkRecords(transaction, databases)
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
    do throws(ShardStoreError) {
      result.state = try ShardState.readOwn(transaction, databases, subject: name.fileName)
      if result.state == nil, description?.hasProofs == true {
        result.report(.shard, nil, expected: "the shard's own state", got: "none")
      }
    } catch {
      result.report(.shard, nil, expected: "the shard's own state", got: error.description)
    }
    try checkSamples(transaction, databases)
    try checkVideos(transaction, databases)
    for (video, tally) in tallies.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      result.report(
        .videoMissing, Self.text(video), video: video, expected: "a finished entry of the video",
        got: "\(tally.samples) samples without one")
    }
    try advance(by: 0, isLast: true)
  }

  /// Walks samples and images side by side: both are in key order, so a missing one is noticed.
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
        try checkLookup(sample, transaction, databases.samples)
        if order == 0, let image, let record {
          checkImage(image, record)
        } else if order < 0 {
          result.report(
            .imageMissing, Self.text(sample.key), video: Self.video(sample.key),
            expected: "an image of the sample", got: "none")
        }
      }
      if order >= 0, let image {
        result.images += 1
        result.imageBytes += image.value.count
        try checkLookup(image, transaction, databases.images)
        if order > 0 {
          result.report(
            .sampleMissing, Self.text(image.key), video: Self.video(image.key),
            expected: "a sample of the image", got: "none")
        }
      }
      if order <= 0 { sample = try samples.next() }
      if order >= 0 { image = try images.next() }
      try advance(by: order == 0 ? 2 : 1)
    }
  }

  /// Checks a sample and adds it to its video's tally.
  ///
  /// - Returns: the record; nil if it can't be read.
  private mutating func checkSample(_ entry: Cursor.Entry) -> SampleRecord? {
    let text = Self.text(entry.key)
    guard let key = SampleKey(bytes: entry.key) else {
      result.report(
        .key, text, video: entry.key, expected: "<video>/<frame, 6 digits>/<face, 2 digits>",
        got: text)
      return nil
    }
    let record: SampleRecord
    do throws(ShardStoreError) {
      record = try RecordCoding.decode(SampleRecord.self, from: entry.value, subject: text)
    } catch {
      result.report(
        .record, text, video: Self.video(entry.key), expected: "a sample's record",
        got: error.description)
      return nil
    }
    let video = Array(key.video.utf8)
    if let defect = record.defect(alignment: description?.geometry.alignment) {
      result.report(.record, text, video: video, expected: "a sound record", got: defect)
    }
    if Array(record.video.utf8) != video || record.frame != key.frame {
      result.report(
        .record, text, video: video, expected: "video and frame of the key",
        got: "\(record.video), frame \(record.frame)")
    }
    var tally = tallies[video] ?? Tally(firstSample: record)
    if !record.describesSameVideo(as: tally.firstSample) {
      result.report(
        .record, text, video: video,
        expected: "label, group, split, method and compression of the first sample", got: "others")
    }
    tally.samples += 1
    tally.checksum.update(entry.key)
    tally.checksum.update(entry.value)
    tallies[video] = tally
    return record
  }

  private mutating func checkImage(_ entry: Cursor.Entry, _ record: SampleRecord) {
    let text = Self.text(entry.key)
    let video = Self.video(entry.key)
    // The length is compared first: a value of a wrong length is not read.
    guard entry.value.count == record.imageBytes,
      entry.value.count <= RecordCoding.maximumImageBytes
    else {
      result.report(
        .imageLength, text, video: video, expected: "\(record.imageBytes) bytes",
        got: "\(entry.value.count) bytes")
      return
    }
    let checksum = CRC32.checksum(entry.value.bytes)
    guard checksum == record.crc32 else {
      result.report(
        .imageChecksum, text, video: video, expected: "CRC-32 \(record.crc32)",
        got: "\(checksum)")
      return
    }
    guard let imageSize else { return }
    let size = imageSize(entry.value.bytes)
    let cropSize = description?.geometry.sizePixels
    if size == nil || cropSize.map({ size?.width != $0 || size?.height != $0 }) ?? false {
      let side = cropSize.map(String.init) ?? "any"
      result.report(
        .imageSize, text, video: video, expected: "an image of \(side) x \(side) pixels",
        got: size.map { "\($0.width) x \($0.height)" } ?? "no decodable image")
    }
  }

  /// Counts records; after every few hundred, reports progress and asks whether to go on.
  mutating func advance(by count: Int, isLast: Bool = false) throws(ShardStoreError) {
    let before = recordsChecked / Self.recordsPerProgress
    recordsChecked += count
    guard isLast || recordsChecked / Self.recordsPerProgress > before else { return }
    progress(.init(shard: name.fileName, recordsChecked: recordsChecked, records: records))
    if isCancelled() {
      throw ShardStoreError(.cancelled, subject: name.fileName, "the check was cancelled")
    }
  }

  /// Below 0 if `left` comes first or alone, 0 for equal keys.
  private static func order(_ left: [UInt8]?, _ right: [UInt8]?) -> Int {
    guard let left else { return 1 }
    guard let right else { return -1 }
    if left == right { return 0 }
    return left.lexicographicallyPrecedes(right) ? -1 : 1
  }

  static func text(_ key: [UInt8]) -> String { String(decoding: key, as: UTF8.self) }

  /// Name of the video that a key of `samples` or `images` belongs to; the key itself if it is
  /// malformed.
  static func video(_ key: [UInt8]) -> [UInt8] {
    SampleKey(bytes: key).map { Array($0.video.utf8) } ?? key
  }
}
