internal import Contract
import Files

/// The check of the entries in `videos`.
extension ShardCheck {
  /// Compares each entry with the samples of its video, and removes its tally from `tallies`.
  mutating func checkVideos(
    _ transaction: borrowing Transaction, _ databases: Environment.Handles
  ) throws(ShardStoreError) {
    var state = result.state?.emptied
    var videos = try transaction.cursor(databases.videos)
    while let entry = try videos.next() {
      try advance(by: 1)
      let text = Self.text(entry.key)
      try checkLookup(entry, transaction, databases.videos)
      guard String(validating: entry.key, as: UTF8.self) != nil else {
        result.report(.key, text, video: entry.key, expected: "a name in UTF-8", got: text)
        continue
      }
      let record: VideoRecord
      do throws(ShardStoreError) {
        record = try VideoRecord.read(
          entry.value, name: entry.key, hasChecksum: description?.hasProofs ?? false,
          subject: text)
        try state?.add(entry.key, record: Array(entry.value))
      } catch {
        result.report(
          .record, text, video: entry.key, expected: "a video's record", got: error.description)
        continue
      }
      if let defect = try defect(of: record, entry) {
        result.report(.record, text, video: entry.key, expected: "a sound record", got: defect)
      }
      guard record.state == .done else {
        // Samples of a failed video stay in `tallies` and are reported there.
        result.failedVideos.append(text)
        continue
      }
      result.finishedVideos.append(text)
      compare(record, with: tallies.removeValue(forKey: entry.key), of: entry.key)
    }
    state?.transaction = result.state?.transaction ?? 0
    if let own = result.state, let state, own != state {
      result.report(
        .shardContent, nil, expected: "\(own.content), as the shard says",
        got: "\(state.content)\(own.content == state.content ? ", others" : "")")
    }
  }

  private func defect(
    of record: VideoRecord, _ entry: Cursor.Entry
  ) throws(ShardStoreError) -> String? {
    if let defect = record.defect { return defect }
    guard description?.hasProofs == false else { return nil }
    // Without a checksum, only this can be tested: whether this software would write the record
    // with the same bytes. Each value has one spelling.
    let again = try record.encoded(name: entry.key, hasChecksum: false)
    return again.elementsEqual(entry.value) ? nil : "keys or values that no record has"
  }

  private mutating func compare(_ record: VideoRecord, with tally: Tally?, of video: [UInt8]) {
    let text = Self.text(video)
    if record.images != tally?.samples ?? 0 {
      result.report(
        .imageCount, text, video: video, expected: "\(record.images) images",
        got: "\(tally?.samples ?? 0)")
    }
    if record.samplesCRC32 != tally?.checksum.value ?? 0 {
      result.report(
        .sampleChecksum, text, video: video,
        expected: "CRC-32 \(record.samplesCRC32) of the samples' records",
        got: "\(tally?.checksum.value ?? 0)")
    }
    if let tally, !record.describesSameVideo(as: tally.firstSample) {
      result.report(
        .record, text, video: video,
        expected: "label, group, split, method and compression of its samples", got: "others")
    }
  }

  /// Looks a key up as readers do: by the separators in the branches, not from leaf to leaf.
  mutating func checkLookup(
    _ entry: Cursor.Entry, _ transaction: borrowing Transaction, _ database: UInt32
  ) throws(ShardStoreError) {
    let found = try transaction.value(of: entry.key, in: database)
    guard found?.baseAddress != entry.value.baseAddress || found?.count != entry.value.count else {
      return
    }
    result.report(
      .lookup, Self.text(entry.key), video: Self.video(entry.key),
      expected: "the entry, when it is looked up",
      got: found == nil ? "nothing" : "another one")
  }
}
