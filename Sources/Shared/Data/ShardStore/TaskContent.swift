internal import Files

/// What a task has written, by its manifest; no shard is opened.
package struct TaskContent: Sendable, Equatable {
  /// The task, 0...999.
  package let task: Int
  /// How many shards it has.
  package let shards: Int
  /// Videos that were extracted.
  package let finishedVideos: Int
  /// Videos that could not be.
  package let failedVideos: Int
  /// Crops of all videos.
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

  /// The records of a task's videos, by name. Nothing is mapped; a shard that is being written is read
  /// between two commits.
  package static func records(
    of task: Int, inStore directory: String
  ) throws(ShardStoreError) -> [String: VideoRecord] {
    let description = try StoreDescription(store: directory)
    // Where nobody has taken the task's lock, its shards were published and never change.
    let isLocked =
      try stored(FileSystem.size(of: ShardName.lockPath(task: task, inStore: directory))) != nil
    var records: [String: VideoRecord] = [:]
    for shard in try ShardName.all(inStore: directory) where shard.task == task {
      let path = shard.path(inStore: directory)
      let guardian = isLocked ? try stored(FileLock(waitingFor: path, .shared)) : nil
      _ = try ShardEntries.read(path, shard, description) {
        name, bytes, subject throws(ShardStoreError) in
        let name = String(decoding: name, as: UTF8.self)
        let record = try RecordCoding.decode(VideoRecord.self, from: bytes, subject: subject)
        // A finished one is the answer before a failed one, then the first.
        guard let known = records[name], known.state == .done || record.state == .failed else {
          records[name] = record
          return
        }
      }
      _ = consume guardian
    }
    return records
  }

  private init(_ manifest: TaskManifest) {
    task = manifest.task
    shards = manifest.shards.count
    finishedVideos = manifest.shards.reduce(0) { $0 + $1.finishedVideos }
    failedVideos = manifest.shards.reduce(0) { $0 + $1.failedVideos }
    samples = manifest.shards.reduce(0) { $0 + $1.samples }
  }
}
