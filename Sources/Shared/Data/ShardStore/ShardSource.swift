internal import Files
internal import Workers

/// One shard as a reader sees it.
struct ShardSource: Sendable {
  private let name: ShardName
  private let path: String
  private let hasProofs: Bool

  /// The open file of a shard that is not being written; nil for a live one.
  private let use: EnvironmentUse?

  /// The tree of the images; nil until an image is read.
  private let images = Locked<ImageTree?>(nil)

  init(
    _ name: ShardName, inStore directory: String, _ description: StoreDescription, isLive: Bool
  ) throws(ShardStoreError) {
    self.name = name
    hasProofs = description.hasProofs
    path = name.path(inStore: directory)
    use = isLive ? nil : try EnvironmentUse.reading(path, checking: .records)
  }

  /// Runs `body` on a snapshot. If the shard was truncated after it was opened, the error says so,
  /// and not that a record is damaged.
  ///
  /// A live shard is opened again for each read, because it grows, and under its lock.
  func read<Result>(
    _ body: (borrowing Transaction, Environment.Handles) throws(ShardStoreError) -> Result
  ) throws(ShardStoreError) -> Result {
    if let use {
      do throws(ShardStoreError) {
        return try use.read(body)
      } catch let error where [.damagedRecord, .damagedShard].contains(error.code) {
        try ShardFileHeader.read(path).checkLength(path)
        throw error
      }
    }
    let lock = try stored(FileLock(waitingFor: path, .shared))
    // Its pages are not checked: every read would pay for that, and the writer that made them is
    // still running.
    let result = try EnvironmentUse.reading(path, checking: nil).read(body)
    _ = consume lock
    return result
  }

  /// Runs `body`, which reads the image of a key, on a snapshot.
  func readImage<Result>(
    of key: SampleKey,
    _ body: (borrowing Transaction, Environment.Handles) throws(ShardStoreError) -> Result
  ) throws(ShardStoreError) -> Result {
    if use != nil {
      let tree = try images.withLock { images throws(ShardStoreError) in
        if let images { return images }
        let tree = try ImageTree(ofShard: path)
        images = tree
        return tree
      }
      try tree.checkPages(to: key.bytes)
    }
    return try read(body)
  }

  /// The shard's own state; nil in a store of an older format.
  func state() throws(ShardStoreError) -> ShardState? {
    try read { transaction, databases throws(ShardStoreError) in
      try ShardState.readOwn(transaction, databases, subject: name.fileName)
    }
  }

  /// The entries of `videos`.
  func videos() throws(ShardStoreError) -> [(name: [UInt8], video: ShardReader.Video)] {
    var videos: [(name: [UInt8], video: ShardReader.Video)] = []
    try read { transaction, databases throws(ShardStoreError) in
      var cursor = try transaction.cursor(databases.videos)
      while let entry = try cursor.next() {
        let text = String(decoding: entry.key, as: UTF8.self)
        let subject = name.fileName + ": video " + text
        let record = try VideoRecord.read(
          entry.value, name: entry.key, hasChecksum: hasProofs, subject: subject)
        videos.append((entry.key, .init(name: text, record: record, shard: name)))
      }
    }
    return videos
  }
}
