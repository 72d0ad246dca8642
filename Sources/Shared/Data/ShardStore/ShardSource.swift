internal import Files

/// One shard as a reader sees it.
struct ShardSource: Sendable {
  private let name: ShardName
  private let path: String
  private let isLive: Bool

  /// The open file of a shard that rests; nil for one that holds nothing or is live.
  private let use: EnvironmentUse?

  init(_ name: ShardName, inStore directory: String, isLive: Bool) throws(ShardStoreError) {
    self.name = name
    self.isLive = isLive
    path = name.path(inStore: directory)
    use = isLive ? nil : try EnvironmentUse.reading(path, checking: .trees)
  }

  /// Runs `body` on a snapshot; nil where the shard holds nothing.
  ///
  /// A live shard is opened anew each time, because it grows, and under its lock.
  func read<Result>(
    _ body: (borrowing Transaction, Environment.Handles) throws(ShardStoreError) -> Result
  ) throws(ShardStoreError) -> Result? {
    guard isLive else { return try use?.read(body) }
    let guardian = try stored(FileLock(waitingFor: path, .shared))
    // Unchecked, as each reading would pay for it: its pages come from a writer that runs.
    let result = try EnvironmentUse.reading(path, checking: nil)?.read(body)
    _ = consume guardian
    return result
  }

  /// The entries of `videos`.
  func videos() throws(ShardStoreError) -> [(name: [UInt8], video: ShardReader.Video)] {
    var videos: [(name: [UInt8], video: ShardReader.Video)] = []
    try read { transaction, databases throws(ShardStoreError) in
      var cursor = try transaction.cursor(databases.videos)
      while let entry = try cursor.next() {
        let text = String(decoding: entry.key, as: UTF8.self)
        let subject = name.fileName + ": video " + text
        let record = try RecordCoding.decode(VideoRecord.self, from: entry.value, subject: subject)
        videos.append((entry.key, .init(name: text, record: record, shard: name)))
      }
    }
    return videos
  }
}
