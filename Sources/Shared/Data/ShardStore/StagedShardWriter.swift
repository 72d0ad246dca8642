internal import Files
import Foundation

/// Writes the shards of one task on a disk of this machine, and publishes them whole in a store
/// that other machines use as well, such as one on NFS.
///
/// A shard is published when it is full, after a quarter of an hour, and at the end. Any number of
/// processes may do the same task at the same time, on any machines: videos that one has published
/// are left out by the others. Nothing in the store's folder is locked or mapped.
///
/// Videos that were appended and not published yet are in a folder of the scratch disk. If a
/// process is killed, the next one of the same task on this machine publishes them.
///
/// Sendable: any thread may call any method; `lock` serialises them.
package final class StagedShardWriter: VideoWriter, @unchecked Sendable {
  /// Seconds after which appended videos are published.
  package static let publishingInterval = 900.0

  private let directory: String
  private let task: Int
  private let maximumShardBytes: Int
  private let interval: Duration
  private let description: StoreDescription
  private let staging: StagingFolder
  private let lock = NSLock()

  // All below: guarded by `lock`.
  private var published: TaskShards
  private var local: ShardWriter?
  private var localBytes = 0
  private var lastPublished = ContinuousClock.now
  private var refusal: ShardStoreError?

  /// Opens a store for a task, creating the folder and `store.json` if they are missing, and
  /// publishes what an earlier process of the task has left on the scratch disk.
  ///
  /// - Parameters:
  ///   - directory: the store's folder.
  ///   - scratch: a folder on a disk of this machine; created if missing.
  ///   - task: number of the task, 0...999.
  ///   - description: the recipe and settings that the content depends on; equal for all runs of a
  ///     store.
  ///   - maximumShardBytes: size from which a shard is published.
  ///   - publishingInterval: seconds after which a smaller shard is published too.
  ///   - patience: how long to wait for a shard that another machine is publishing; nil waits long
  ///     enough for the caches of network file systems.
  package init(
    directory: String, scratch: String, task: Int, description: StoreDescription,
    maximumShardBytes: Int = ShardWriter.defaultMaximumShardBytes,
    publishingInterval: Double = StagedShardWriter.publishingInterval, patience: Duration? = nil
  ) throws(ShardStoreError) {
    let established = try description.establish(inStore: directory)
    guard established.identity != nil else {
      throw ShardStoreError(
        .invalidArgument, subject: directory,
        "stores of format \(established.formatVersion) can't be filled by way of a scratch folder; "
          + "go on without --scratch")
    }
    self.directory = directory
    self.task = task
    self.maximumShardBytes = maximumShardBytes
    self.description = established
    interval = .seconds(publishingInterval)
    published = try TaskShards(
      task: task, inStore: directory, established, patience: patience ?? TaskShards.defaultPatience)
    let (staging, writer) = try StagingFolder.take(
      scratch: scratch, task: task, established)
    self.staging = staging
    local = writer
    if !writer.finishedVideos.isEmpty || !writer.failedVideos.isEmpty { try publish() }
  }

  /// How a video ended, here or in the shards that any process of the task has published, as far as
  /// they were read.
  package func state(of video: String) -> VideoRecord.State? {
    lock.withLock {
      if local?.state(of: video) == .done { return .done }
      return published.videos.state(of: Array(video.utf8)) ?? local?.state(of: video)
    }
  }

  /// Stores a video on the scratch disk, and publishes what is there when it is time. A video that
  /// another process of the task has published in the meantime is left out.
  package func append(_ video: VideoExtraction) throws(ShardStoreError) {
    lock.lock()
    defer { lock.unlock() }
    if let refusal {
      throw ShardStoreError(
        .closed, subject: directory, "task \(task) takes no more videos: " + refusal.description)
    }
    guard published.videos.state(of: Array(video.name.utf8)) != .done else { return }
    do throws(ShardStoreError) {
      try localWriter().append(video)
      localBytes += video.samples.reduce(0) { $0 + $1.image.count }
      if localBytes >= maximumShardBytes || ContinuousClock.now - lastPublished >= interval {
        try publish()
      }
    } catch {
      if ![.invalidVideo, .alreadyStored].contains(error.code) { refusal = error }
      throw error
    }
  }

  private func localWriter() throws(ShardStoreError) -> ShardWriter {
    if let local { return local }
    let writer = try staging.writer(description)
    local = writer
    return writer
  }

  /// Publishes all appended videos, and ends.
  package func finish() throws(ShardStoreError) {
    lock.lock()
    defer { lock.unlock() }
    let former = refusal
    refusal = refusal ?? ShardStoreError(.closed, subject: directory, "the writer was closed")
    guard former == nil else {
      local?.close()
      return
    }
    try publish()
    local?.close()
    local = nil
    staging.remove()
  }

  /// Publishes all local shards and removes them.
  private func publish() throws(ShardStoreError) {
    local?.close()
    local = nil
    do throws(ShardStoreError) {
      for shard in try staging.shards() { try publish(shard) }
      try published.noteShards()
    } catch {
      throw ShardStoreError(
        error.code, subject: error.subject,
        "\(error.message); what isn't published yet is kept in \(staging.path): the same command with "
          + "the same --scratch publishes it", cause: error.cause)
    }
    try staging.empty()
    localBytes = 0
    lastPublished = .now
  }

  /// Publishes those videos of a local shard that no published shard has.
  private func publish(_ shard: ShardName) throws(ShardStoreError) {
    while true {
      guard let name = ShardName(task: task, number: try published.refresh()) else {
        throw ShardStoreError(
          .invalidArgument, subject: directory,
          "task \(task) has the most shards that there can be; raise the maximum shard size")
      }
      let known = published.videos
      guard
        let path = try staging.copy(
          shard, as: name,
          keeping: { video, state in
            switch known.state(of: video) {
            case nil: true
            // The video failed before and was tried again.
            case .failed: state == .done
            case .done: false
            }
          })
      else { return }
      // If another process takes the number first, the loop reads its shard and tries the next
      // number.
      if try published.publish(path, as: name) { return }
    }
  }
}
