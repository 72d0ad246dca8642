internal import Contract
import Foundation

/// Writes the shards of one task of a store.
///
/// A video is stored in one transaction, whole or not at all. A video that the writer knows as
/// finished is not stored again; a failed one may be tried again. Failed entries are in the task's
/// last shard only: starting the next shard moves them there, so that a full shard has finished
/// videos only and never changes.
///
/// Sendable: any thread may call any method; `lock` serialises them. Other tasks, on this host or
/// another, may write to the same store at the same time.
package final class ShardWriter: @unchecked Sendable {
  /// Size from which a shard counts as full, in bytes.
  package static let defaultMaximumShardBytes = 1 << 30

  /// Size of a shard's map at the start, in bytes; it doubles as needed.
  package static let initialMapBytes = 16 << 20

  /// The store's folder.
  package let directory: String

  /// The task, 0...999.
  package let task: Int

  private let maximumShardBytes: Int
  private let description: StoreDescription
  private let lock = NSLock()

  // All below: guarded by `lock`.
  private var taskLock: TaskLock?
  private var manifest: TaskManifest?
  private var known: KnownVideos
  private var shard: OpenShard?
  private var refusal: ShardStoreError?

  /// Opens a store for writing, creating the folder and `store.json` if they are missing.
  ///
  /// Reads the videos of the task's own shards; if the store isn't divided into tasks, also those
  /// of all other shards, even while these are being written. Throws if the task is in use, the
  /// store was made with another description, or a part of it is lost (`damagedStore`;
  /// `StoreRepair` repairs the store).
  ///
  /// - Parameters:
  ///   - directory: The store's folder.
  ///   - task: Number of the task, 0...999; one process writes it at a time.
  ///   - description: The recipe and settings that the content depends on; equal for all runs of a
  ///     store.
  ///   - maximumShardBytes: The first video after this size goes into a new shard. A shard is
  ///     larger by at most its last video.
  package init(
    directory: String, task: Int, description: StoreDescription,
    maximumShardBytes: Int = ShardWriter.defaultMaximumShardBytes
  ) throws(ShardStoreError) {
    guard (0...ShardName.maximumTask).contains(task), maximumShardBytes > 0 else {
      throw ShardStoreError(
        .invalidArgument, subject: "task \(task)",
        "expected a task of 0...\(ShardName.maximumTask) and a positive shard size, got "
          + "\(maximumShardBytes)")
    }
    let established = try description.establish(inStore: directory)
    self.directory = directory
    self.task = task
    self.maximumShardBytes = maximumShardBytes
    self.description = established
    taskLock = try TaskLock.writing(task, inStore: directory)
    try OpenShard.removeLeftovers(task: task, inStore: directory)
    let inventory = try StoreInventory(store: directory, established)
    // If the data set is divided, no other task has videos of this one.
    let isDivided = (established.tasks ?? 1) > 1
    known = try KnownVideos(
      inventory.shards.filter { !isDivided || $0.task == task }, inStore: directory, established)
    try inventory.throwLosses(
      known.states, writer: task, lookingAtOthers: !isDivided, directory, established)
    try takeUpManifest(inventory)
    try takeUpShards(inventory.shards.filter { $0.task == task })
  }

  /// Continues the task's manifest, which is written before the first shard.
  private func takeUpManifest(_ inventory: StoreInventory) throws(ShardStoreError) {
    guard let identity = description.identity else { return }
    let present = inventory.manifest(of: task)
    var manifest = present ?? TaskManifest(store: identity, task: task)
    // The writer may have been killed between a commit and the update of the manifest.
    for (name, state) in known.states where name.task == task { manifest.note(state) }
    if manifest != present { try manifest.write(inStore: directory) }
    self.manifest = manifest
  }

  private func takeUpShards(_ own: [ShardName]) throws(ShardStoreError) {
    guard let last = own.last else { return }
    let shard = try OpenShard(last, inStore: directory)
    try moveFailedVideos(from: own.dropLast(), to: shard)
    // Another task may have finished videos that failed here: one entry is enough.
    let superseded = known.supersededVideos(in: last)
    try note(try shard.update(removing: superseded, adding: [:]))
    known.forget(superseded, in: last)
    self.shard = shard
  }

  /// Writes a shard's state to the manifest if it has changed.
  private func note(_ state: ShardState?) throws(ShardStoreError) {
    guard let state, var manifest = self.manifest else { return }
    manifest.note(state)
    guard manifest != self.manifest else { return }
    try manifest.write(inStore: directory)
    self.manifest = manifest
  }

  /// How a video ended; nil for one that the store does not have.
  package func state(of video: String) -> VideoRecord.State? {
    lock.withLock { known.state(of: Array(video.utf8)) }
  }

  /// Names of all finished videos of the store, in key order, as of opening plus those appended.
  package var finishedVideos: [String] { lock.withLock { known.names(.done) } }

  /// Names of all videos that failed and were not finished since, in key order.
  package var failedVideos: [String] { lock.withLock { known.names(.failed) } }

  /// Stores a video durably: samples, images and its entry, in one transaction. Cost: three syncs,
  /// one of them for the task's manifest.
  ///
  /// Replaces the entry of a video that failed before. A video that can't be stored
  /// (`invalidVideo`) or is stored already (`alreadyStored`) leaves the writer as it was; after any
  /// other error it refuses to go on.
  package func append(_ video: VideoExtraction) throws(ShardStoreError) {
    let encoded = try EncodedVideo(video, for: description)
    lock.lock()
    defer { lock.unlock() }
    if let refusal {
      throw ShardStoreError(
        .closed, subject: directory,
        "task \(task) takes no more videos: " + refusal.description)
    }
    guard known.state(of: encoded.name) != .done else {
      throw ShardStoreError(
        .alreadyStored, subject: video.name, "the store has a finished entry of this video")
    }
    do throws(ShardStoreError) {
      let shard = try shardWithRoom()
      let state = try shard.write(encoded)
      known.note(encoded.name, video.record.state, in: shard.name, record: encoded.record)
      try note(state)
    } catch {
      refusal = error
      shard = nil
      throw error
    }
  }

  /// Ends writing and releases the task. What was appended is durable already.
  package func close() {
    lock.withLock {
      shard = nil
      taskLock = nil
      refusal = refusal ?? ShardStoreError(.closed, subject: directory, "the writer was closed")
    }
  }

  /// The shard for the next video: the open one, or a new one if that is full.
  private func shardWithRoom() throws(ShardStoreError) -> OpenShard {
    if let shard, try shard.usedBytes() < maximumShardBytes { return shard }
    // Numbers of shards that were lost, or taken out, are not used again.
    var number = max(shard.map { $0.name.number + 1 } ?? 0, manifest?.nextShard ?? 0)
    // If a process died between claiming a name and giving it, its number can't be used any more.
    while let name = ShardName(task: task, number: number),
      try OpenShard.isClaimedInVain(name, inStore: directory)
    {
      number += 1
    }
    guard let name = ShardName(task: task, number: number) else {
      throw ShardStoreError(
        .invalidArgument, subject: directory,
        "task \(task) has \(number) shards, the most there can be; raise the maximum shard size")
    }
    let full = shard?.name
    let carried = full.map(known.failedRecords) ?? [:]
    // The full shard is closed first: only the last one is kept open.
    shard = nil
    let next = try OpenShard.create(
      name, inStore: directory, store: description.identity, failed: carried)
    for (video, record) in carried { known.note(video, .failed, in: name, record: record) }
    if let full { try moveFailedVideos(from: [full], to: next) }
    shard = next
    return next
  }

  /// Moves failed entries from full shards to the last one, which gets them before they are
  /// removed. A crash in between leaves them in both until the next opening, which does this again.
  private func moveFailedVideos(
    from full: some Sequence<ShardName>, to last: OpenShard
  ) throws(ShardStoreError) {
    for name in full {
      let records = known.failedRecords(in: name)
      guard !records.isEmpty else { continue }
      let present = known.failedRecords(in: last.name)
      let missing = records.filter { present[$0.key] == nil && known.state(of: $0.key) != .done }
      try note(try last.update(removing: [], adding: missing))
      for (video, record) in missing { known.note(video, .failed, in: last.name, record: record) }
      let videos = Array(records.keys)
      let shard = try OpenShard(name, inStore: directory)
      try note(try shard.update(removing: videos, adding: [:]))
      known.forget(videos, in: name)
    }
  }
}
