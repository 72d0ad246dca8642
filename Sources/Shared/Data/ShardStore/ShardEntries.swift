internal import Files

/// The entries of a shard's `videos`, read page by page without LMDB: nothing is mapped, so a file that
/// another machine replaces or cuts meanwhile is an error, and no signal that ends the process.
enum ShardEntries {
  /// Calls `body` with each video's name and record, after the check of the record's checksum.
  ///
  /// - Returns: what the shard says of itself; nil in a store of an older format.
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
