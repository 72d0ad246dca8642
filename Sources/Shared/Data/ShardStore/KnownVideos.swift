internal import Files
import Foundation

/// The videos of a store that a writer knows: those at opening, and those that it appended.
///
/// Names are compared by bytes, as in the store.
struct KnownVideos {
  /// The failed entries of one shard: name to record.
  typealias Records = [[UInt8]: [UInt8]]

  private var done: Set<[UInt8]> = []
  private var failed: [ShardName: Records] = [:]

  /// The shards' own states at opening; empty in a store of an older format.
  private(set) var states: [ShardName: ShardState] = [:]

  /// Reads the `videos` of all shards, page by page: no file is mapped.
  ///
  /// - Parameter areLive: whether writers may be changing the shards; each is then read under its
  ///   lock, between two commits. Shards that were published whole never change.
  init(
    _ shards: [ShardName], inStore directory: String, _ description: StoreDescription,
    areLive: Bool = true
  ) throws(ShardStoreError) {
    for shard in shards {
      let path = shard.path(inStore: directory)
      let lock = areLive ? try stored(FileLock(waitingFor: path, .shared)) : nil
      try read(shard, path: path, description)
      _ = consume lock
    }
  }

  /// Adds the videos of a shard.
  mutating func read(
    _ shard: ShardName, path: String, _ description: StoreDescription
  ) throws(ShardStoreError) {
    struct StateOnly: Decodable { let state: VideoRecord.State }
    var done: Set<[UInt8]> = []
    var failed: Records = [:]
    states[shard] = try ShardEntries.read(path, shard, description) {
      name, record, subject throws(ShardStoreError) in
      switch try RecordCoding.decode(StateOnly.self, from: record, subject: subject).state {
      case .done: done.insert(name)
      case .failed: failed[name] = record
      }
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

  /// Adds a committed video.
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
