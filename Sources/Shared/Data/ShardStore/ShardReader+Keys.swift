extension ShardReader {
  /// Calls `body` with the keys of a shard's samples in order until it returns false, without
  /// decoding a record: about one microsecond a key, a fiftieth of `forEachSample`.
  ///
  /// What a video's samples have in common (label, group, split) is in its entry of `videos`. In a
  /// store that is being written, samples of videos that were added after opening are left out.
  package func forEachKey(
    in shard: ShardName, _ body: (SampleKey) throws(ShardStoreError) -> Bool
  ) throws(ShardStoreError) {
    try source(shard).read { transaction, databases throws(ShardStoreError) in
      var cursor = try transaction.cursor(databases.samples)
      var video: [UInt8] = []
      var isOwn = false
      while let entry = try cursor.next() {
        guard let key = SampleKey(bytes: entry.key) else {
          throw ShardStoreError(
            .damagedRecord,
            subject: shard.fileName + ": sample " + String(decoding: entry.key, as: UTF8.self),
            "expected a key <video>/<frame>/<face>")
        }
        // The keys of a video follow each other, so it is looked up once.
        if !key.video.utf8.elementsEqual(video) {
          video = Array(key.video.utf8)
          isOwn = owners[video] == shard
        }
        guard isOwn else { continue }
        guard try body(key) else { break }
      }
    }
  }

  /// The sample of a key that `forEachKey` returned for this shard. Takes about 50 microseconds.
  package func sample(of key: SampleKey, in shard: ShardName) throws(ShardStoreError) -> Sample {
    let subject = shard.fileName + ": sample " + key.description
    let record = try source(shard).read {
      transaction, databases throws(ShardStoreError) -> SampleRecord in
      guard let value = try transaction.value(of: key.bytes, in: databases.samples) else {
        throw ShardStoreError(
          .damagedRecord, subject: subject, "the shard has no record of this key; " + repairAdvice)
      }
      return try Self.record(value, subject: subject)
    }
    return Sample(key: key, record: record, shard: shard)
  }

  /// Calls `body` with the samples of one video in key order until it returns false. Takes about 50
  /// microseconds a sample; no record of another video is read.
  func forEachSample(
    of video: Video, _ body: (Sample) throws(ShardStoreError) -> Bool
  ) throws(ShardStoreError) {
    let prefix = Array(video.name.utf8) + [UInt8(ascii: "/")]
    try source(video.shard).read { transaction, databases throws(ShardStoreError) in
      var cursor = try transaction.cursor(databases.samples, from: prefix)
      while let entry = try cursor.next(), entry.key.starts(with: prefix) {
        // The keys of a video "a/b" lie among those of a video "a".
        guard let key = SampleKey(bytes: entry.key),
          key.video.utf8.elementsEqual(video.name.utf8)
        else { continue }
        let subject = video.shard.fileName + ": sample " + key.description
        let record = try Self.record(entry.value, subject: subject)
        guard try body(Sample(key: key, record: record, shard: video.shard)) else { break }
      }
    }
  }
}
