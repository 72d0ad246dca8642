internal import Files

/// What a task has written according to its manifest; no shard is opened.
package struct TaskContent: Sendable, Equatable {
  /// The task, 0...999.
  package let task: Int
  /// Number of its shards.
  package let shards: Int
  /// Number of videos that were extracted.
  package let finishedVideos: Int
  /// Number of videos that could not be extracted.
  package let failedVideos: Int
  /// Number of crops of all videos.
  package let samples: Int

  /// Reads the manifests of a store, in the order of their tasks; tasks without one are left out.
  package static func all(inStore directory: String) throws(ShardStoreError) -> [TaskContent] {
    var contents: [TaskContent] = []
    for task in try TaskManifest.tasks(inStore: directory) {
      guard let manifest = try TaskManifest.read(task, inStore: directory) else { continue }
      contents.append(TaskContent(manifest))
    }
    return contents
  }

  /// The records of a task's videos, by name. Nothing is mapped; a shard that is being written is
  /// read between two commits.
  package static func records(
    of task: Int, inStore directory: String
  ) throws(ShardStoreError) -> [String: VideoRecord] {
    let description = try StoreDescription(store: directory)
    var records: [String: VideoRecord] = [:]
    try forEachShard(of: task, inStore: directory) { shard, path throws(ShardStoreError) in
      _ = try ShardEntries.read(path, shard, description) {
        name, bytes, subject throws(ShardStoreError) in
        let name = String(decoding: name, as: UTF8.self)
        let record = try RecordCoding.decode(VideoRecord.self, from: bytes, subject: subject)
        // A finished record counts before a failed one, and among equals the first.
        guard let known = records[name], known.state == .done || record.state == .failed else {
          records[name] = record
          return
        }
      }
    }
    return records
  }

  /// Calls `body` with those of the named videos that a task has finished, shard by shard, without
  /// their pictures. Nothing is mapped, as in `records`. Cost: all pages of records.
  package static func forEachVideo(
    of names: Set<String>, task: Int, inStore directory: String,
    _ body: (_ name: String, _ video: StoredVideo) -> Void
  ) throws(ShardStoreError) {
    let wanted = Set(names.map { Array($0.utf8) })
    guard !wanted.isEmpty else { return }
    let description = try StoreDescription(store: directory)
    try forEachShard(of: task, inStore: directory) { shard, path throws(ShardStoreError) in
      for (name, video) in try ShardEntries.samples(of: wanted, path, shard, description) {
        body(String(decoding: name, as: UTF8.self), video)
      }
    }
  }

  /// Calls `body` with each shard of a task and its path. One that is being written is locked
  /// meanwhile.
  private static func forEachShard(
    of task: Int, inStore directory: String,
    _ body: (ShardName, String) throws(ShardStoreError) -> Void
  ) throws(ShardStoreError) {
    // If there is no lock file of the task, its shards were published whole and never change.
    let isLocked =
      try stored(FileSystem.size(of: ShardName.lockPath(task: task, inStore: directory))) != nil
    for shard in try ShardName.all(inStore: directory) where shard.task == task {
      let path = shard.path(inStore: directory)
      let lock = isLocked ? try stored(FileLock(waitingFor: path, .shared)) : nil
      try body(shard, path)
      _ = consume lock
    }
  }

  private init(_ manifest: TaskManifest) {
    task = manifest.task
    shards = manifest.shards.count
    finishedVideos = manifest.shards.reduce(0) { $0 + $1.finishedVideos }
    failedVideos = manifest.shards.reduce(0) { $0 + $1.failedVideos }
    samples = manifest.shards.reduce(0) { $0 + $1.samples }
  }
}
