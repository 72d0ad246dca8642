import Files

/// A shard's own record of itself: which store it belongs to, and what it holds after its last
/// transaction.
///
/// It is written in every transaction, into the shard's database `shard` under the key `state`, and
/// also into the manifest of the shard's task. So a shard that is missing, or was replaced by an
/// older copy, is noticed.
package struct ShardState: Codable, Sendable, Equatable {
  static let key = Array("state".utf8)

  /// Identity of the store, as in `store.json`.
  package let store: String
  /// The task that writes the shard.
  package let task: Int
  /// Number of the shard in its task; none is used twice.
  package let number: Int
  /// LMDB's number of the transaction that wrote this.
  package internal(set) var transaction: Int
  /// Number of entries of finished videos.
  package internal(set) var finishedVideos: Int
  /// Number of entries of failed videos.
  package internal(set) var failedVideos: Int
  /// Number of samples of all videos.
  package internal(set) var samples: Int
  /// Sum of the CRC-32 of name and record of every entry in `videos`, modulo 2^32.
  package internal(set) var videosChecksum: UInt32

  /// The state of a shard without a video.
  init(_ name: ShardName, store: String) {
    self.store = store
    task = name.task
    number = name.number
    transaction = 0
    finishedVideos = 0
    failedVideos = 0
    samples = 0
    videosChecksum = 0
  }

  /// The same shard without a video.
  var emptied: ShardState? { name.map { ShardState($0, store: store) } }

  /// The shard's name; nil if the numbers are out of bounds.
  var name: ShardName? { ShardName(task: task, number: number) }

  /// Counts an entry of `videos` that is added.
  mutating func add(_ video: [UInt8], record: [UInt8]) throws(ShardStoreError) {
    try count(video, record, sign: 1)
    videosChecksum &+= Self.checksum(video, record)
  }

  /// Counts an entry of `videos` that is removed.
  mutating func remove(_ video: [UInt8], record: [UInt8]) throws(ShardStoreError) {
    try count(video, record, sign: -1)
    videosChecksum &-= Self.checksum(video, record)
  }

  private mutating func count(
    _ video: [UInt8], _ record: [UInt8], sign: Int
  ) throws(ShardStoreError) {
    struct Counts: Decodable {
      let state: VideoRecord.State
      let images: Int
    }
    let counts = try RecordCoding.decode(
      Counts.self, from: record, subject: "video " + String(decoding: video, as: UTF8.self))
    switch counts.state {
    case .done: finishedVideos += sign
    case .failed: failedVideos += sign
    }
    samples += sign * counts.images
  }

  private static func checksum(_ video: [UInt8], _ record: [UInt8]) -> UInt32 {
    var checksum = CRC32()
    checksum.update(video)
    checksum.update(record)
    return checksum.value
  }

  /// "3 finished and 1 failed videos, 96 samples".
  var content: String {
    "\(finishedVideos) finished and \(failedVideos) failed videos, \(samples) samples"
  }
}

extension ShardState {
  /// Reads the state of a shard's snapshot.
  static func read(
    _ transaction: borrowing Transaction, _ databases: Environment.Handles, subject: String
  ) throws(ShardStoreError) -> ShardState? {
    guard let database = databases.shard else { return nil }
    let subject = subject + ": state of the shard"
    guard let value = try transaction.value(of: key, in: database) else {
      throw ShardStoreError(.damagedShard, subject: subject, "the shard has none; " + repairAdvice)
    }
    try RecordCoding.checkLength(value, subject: subject)
    return try decode(Array(value), subject: subject)
  }

  /// Reads the state from its record.
  static func decode(
    _ record: [UInt8], subject: String
  ) throws(ShardStoreError) -> ShardState {
    try OwnChecksum.check(record, isRequired: true, subject: subject)
    return try RecordCoding.decode(ShardState.self, from: record, subject: subject)
  }

  /// Reads the state of a shard that doesn't change meanwhile, and compares it with the number of
  /// the snapshot: this finds a header that leads to older pages.
  static func readOwn(
    _ transaction: borrowing Transaction, _ databases: Environment.Handles, subject: String
  ) throws(ShardStoreError) -> ShardState? {
    guard let state = try read(transaction, databases, subject: subject) else { return nil }
    try state.check(transaction: transaction.number, subject: subject)
    return state
  }

  /// Throws if the state is not that of the file's last transaction.
  func check(transaction number: Int, subject: String) throws(ShardStoreError) {
    guard transaction == number else {
      throw ShardStoreError(
        .damagedShard, subject: subject,
        "its header is of transaction \(number), its state of \(transaction); " + repairAdvice)
    }
  }

  /// Writes the state in a transaction, with the transaction's number.
  mutating func write(
    in transaction: borrowing Transaction, _ databases: Environment.Handles
  ) throws(ShardStoreError) {
    guard let database = databases.shard else { return }
    self.transaction = transaction.number
    let json = try RecordCoding.encode(self, subject: "state of the shard")
    try transaction.put(Self.key, OwnChecksum.added(to: json), in: database)
  }
}
