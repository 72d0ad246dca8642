internal import Files

/// The entries of a shard's `videos`, read page by page without LMDB. Nothing is mapped: if another
/// machine replaces or truncates the file meanwhile, this is an error, not a signal that ends the
/// process.
enum ShardEntries {
  /// The samples and the records of some videos of a shard, by name. Only videos that are finished
  /// there are included.
  ///
  /// - Throws: `damagedRecord` if they aren't what was written.
  static func samples(
    of names: Set<[UInt8]>, _ path: String, _ shard: ShardName, _ description: StoreDescription
  ) throws(ShardStoreError) -> [[UInt8]: StoredVideo] {
    var records: [[UInt8]: VideoRecord] = [:]
    var samples: [[UInt8]: [SampleRecord]] = [:]
    var checksums: [[UInt8]: CRC32] = [:]
    let visit: PageCheck.Visit = { database, key, value throws(ShardStoreError) in
      switch database {
      case "videos":
        guard names.contains(key) else { return }
        let subject = shard.fileName + ": video " + String(decoding: key, as: UTF8.self)
        try VideoRecord.checkChecksum(
          value, name: key, hasChecksum: description.hasProofs, subject: subject)
        records[key] = try RecordCoding.decode(VideoRecord.self, from: value, subject: subject)
      case "samples":
        // The name, without the indices of frame and face.
        guard key.count > SampleKey.suffixBytes else { return }
        let name = Array(key.dropLast(SampleKey.suffixBytes))
        guard names.contains(name) else { return }
        let subject = shard.fileName + ": sample " + String(decoding: key, as: UTF8.self)
        samples[name, default: []].append(
          try RecordCoding.decode(SampleRecord.self, from: value, subject: subject))
        checksums[name, default: CRC32()].update(key)
        checksums[name, default: CRC32()].update(value)
      default: break
      }
    }
    try PageCheck.run(path, .records, visit: visit)
    var found: [[UInt8]: StoredVideo] = [:]
    for (name, record) in records where record.state == .done {
      guard record.samplesCRC32 == checksums[name]?.value ?? 0 else {
        throw ShardStoreError(
          .damagedRecord,
          subject: shard.fileName + ": video " + String(decoding: name, as: UTF8.self),
          "expected CRC-32 \(record.samplesCRC32) of the samples' records, got "
            + "\(checksums[name]?.value ?? 0); " + repairAdvice)
      }
      found[name] = StoredVideo(record: record, samples: samples[name] ?? [])
    }
    return found
  }

  /// Calls `body` with each video's name and record, after checking the record's checksum.
  ///
  /// - Returns: the shard's own state; nil in a store of an older format.
  static func read(
    _ path: String, _ shard: ShardName, _ description: StoreDescription,
    _ body:
      @escaping (_ name: [UInt8], _ record: [UInt8], _ subject: String) throws(ShardStoreError) ->
      Void
  ) throws(ShardStoreError) -> ShardState? {
    var state: ShardState?
    let subject = shard.fileName + ": state of the shard"
    let visit: PageCheck.Visit = { database, key, value throws(ShardStoreError) in
      if database == "shard" {
        guard key == ShardState.key else { return }
        state = try ShardState.decode(value, subject: subject)
      } else {
        let subject = shard.fileName + ": video " + String(decoding: key, as: UTF8.self)
        try VideoRecord.checkChecksum(
          value, name: key, hasChecksum: description.hasProofs, subject: subject)
        try body(key, value, subject)
      }
    }
    let transaction = try PageCheck.run(path, .videos, visit: visit)
    if let state { try state.check(transaction: transaction, subject: subject) }
    return state
  }
}
