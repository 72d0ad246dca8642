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

  private init(_ manifest: TaskManifest) {
    task = manifest.task
    shards = manifest.shards.count
    finishedVideos = manifest.shards.reduce(0) { $0 + $1.finishedVideos }
    failedVideos = manifest.shards.reduce(0) { $0 + $1.failedVideos }
    samples = manifest.shards.reduce(0) { $0 + $1.samples }
  }
}
