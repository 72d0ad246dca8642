internal import Files
import Foundation

/// A folder on a disk of this machine in which a task's videos wait for their publication: a store
/// of one task, with the identity of the store that they are for.
///
/// Its lock file lies beside it and stays there, so that the holder of the lock can remove the
/// folder and create it again.
final class StagingFolder: Sendable {
  private static let maximumCount = 100

  let path: String
  private let task: Int
  private let lock: FileLock

  private init(_ path: String, task: Int, _ lock: consuming FileLock) {
    self.path = path
    self.task = task
    self.lock = lock
  }

  /// Takes a folder that no other process uses, with what an earlier process has left in it.
  ///
  /// A folder whose content is damaged, e.g. after a power failure, is skipped.
  static func take(
    scratch: String, task: Int, _ description: StoreDescription
  ) throws(ShardStoreError) -> (StagingFolder, ShardWriter) {
    try StoreFolder.create(scratch)
    let name =
      "deepfake-" + (description.identity ?? "") + "-task-" + Digits.padded(task, width: 3)
    for number in 0..<maximumCount {
      let path = "\(scratch)/\(name)-\(number)"
      guard let lock = try stored(FileLock.attempt(path + ".lock", .exclusive, creating: true))
      else { continue }
      let folder = StagingFolder(path, task: task, lock)
      do throws(ShardStoreError) {
        return (folder, try folder.writer(description))
      } catch {
        guard [.damagedShard, .damagedStore, .damagedRecord, .notAStore].contains(error.code) else {
          throw error
        }
      }
    }
    throw ShardStoreError(
      .busy, subject: scratch,
      "\(maximumCount) folders of this task are in use or damaged (\(name)-0, ...); remove those that no "
        + "process uses")
  }

  /// A writer of one shard of any size in the folder; the caller publishes it when it is full.
  func writer(_ description: StoreDescription) throws(ShardStoreError) -> ShardWriter {
    try ShardWriter(
      directory: path, task: task, description: description, maximumShardBytes: .max)
  }

  /// The shards in the folder, in order; none if there is no folder.
  func shards() throws(ShardStoreError) -> [ShardName] {
    FileManager.default.fileExists(atPath: path) ? try ShardName.all(inStore: path) : []
  }

  /// Copies a shard under another name, with some of its videos.
  ///
  /// - Parameter keeping: whether a video is copied, by its name and how it ended here.
  /// - Returns: the copy's path; nil if no video is left in it.
  func copy(
    _ shard: ShardName, as name: ShardName,
    keeping: (_ video: [UInt8], _ state: VideoRecord.State) -> Bool
  ) throws(ShardStoreError) -> String? {
    let outgoing = path + "/outgoing"
    try? FileManager.default.removeItem(atPath: outgoing)
    try StoreFolder.create(outgoing)
    let target = name.path(inStore: outgoing)
    _ = try stored(Publication.publish(copyOf: shard.path(inStore: path), at: target))
    let copy = try OpenShard(name, inStore: outgoing)
    return try copy.keepVideos(as: name, keeping) ? target : nil
  }

  /// Removes the folder and all that is in it; throws if it can't.
  func empty() throws(ShardStoreError) {
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw ShardStoreError(
        .inputOutput, subject: path, "can't remove what was published", cause: "\(error)")
    }
  }

  /// Removes the folder, whose content was published. If it can't be removed, this is no error.
  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
