internal import Files
import Foundation

/// The videos of a store, as a writer knows them: all of opening, plus what it appended.
///
/// Names are compared by bytes, as in the store.
struct KnownVideos {
  /// The failed entries of one shard: name to record.
  typealias Records = [[UInt8]: [UInt8]]

  private var done: Set<[UInt8]> = []
  private var failed: [ShardName: Records] = [:]

  /// What the shards say of themselves, as of opening; nothing in a store of an older format.
  private(set) var states: [ShardName: ShardState] = [:]

  /// Reads the `videos` of all shards. A shard that is being written is read between two commits.
  init(
    _ shards: [ShardName], inStore directory: String, _ description: StoreDescription
  ) throws(ShardStoreError) {
    for shard in shards {
      let path = shard.path(inStore: directory)
      let guardian = try stored(FileLock(waitingFor: path, .shared))
      try read(shard, path: path, description)
      _ = consume guardian
    }
  }

  private mutating func read(
    _ shard: ShardName, path: String, _ description: StoreDescription
  ) throws(ShardStoreError) {
    let use = try EnvironmentUse.reading(path, checking: .videos)
    struct StateOnly: Decodable { let state: VideoRecord.State }
    var done: Set<[UInt8]> = []
    var failed: Records = [:]
    states[shard] = try use.read { transaction, databases throws(ShardStoreError) in
      var cursor = try transaction.cursor(databases.videos)
      while let entry = try cursor.next() {
        let subject = shard.fileName + ": video " + String(decoding: entry.key, as: UTF8.self)
        try VideoRecord.checkChecksum(
          entry.value, name: entry.key, hasChecksum: description.hasProofs, subject: subject)
        switch try RecordCoding.decode(StateOnly.self, from: entry.value, subject: subject).state {
        case .done: done.insert(entry.key)
        case .failed: failed[entry.key] = Array(entry.value)
        }
      }
      return try ShardState.readOwn(transaction, databases, subject: shard.fileName)
    }
    self.done.formUnion(done)
    self.failed[shard] = failed
  }

  func state(of video: [UInt8]) -> VideoRecord.State? {
    if done.contains(video) { return .done }
    return failed.values.contains { $0[video] != nil } ? .failed : nil
  }

  func names(_ state: VideoRecord.State) -> [String] {
    let names: Set<[UInt8]> =
      switch state {
      case .done: done
      case .failed: Set(failed.values.flatMap(\.keys)).subtracting(done)
      }
    return names.sorted { $0.lexicographicallyPrecedes($1) }
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// Notes a committed video.
  mutating func note(
    _ video: [UInt8], _ state: VideoRecord.State, in shard: ShardName, record: [UInt8]
  ) {
    switch state {
    case .failed:
      failed[shard, default: [:]][video] = record
    case .done:
      failed[shard]?[video] = nil
      done.insert(video)
    }
  }

  /// The failed entries of a shard.
  func failedRecords(in shard: ShardName) -> Records { failed[shard] ?? [:] }

  /// The failed entries of a shard whose videos were finished elsewhere.
  func supersededVideos(in shard: ShardName) -> [[UInt8]] {
    failedRecords(in: shard).keys.filter(done.contains)
  }

  /// Forgets failed entries that were removed from a shard.
  mutating func forget(_ videos: [[UInt8]], in shard: ShardName) {
    for video in videos { failed[shard]?[video] = nil }
  }
}
