internal import Files
import Foundation

/// A folder on a disk of this machine in which a task's videos wait for their publication: a store of
/// one task, with the identity of the store that they are for.
///
/// Its lock lies beside it and stays there, so that the folder can be removed and made again by whoever
/// holds the lock.
final class StagingFolder: Sendable {
  private static let maximumCount = 100

  /// The folder.
  let path: String
  private let task: Int
  private let lock: FileLock

  private init(_ path: String, task: Int, _ lock: consuming FileLock) {
    self.path = path
    self.task = task
    self.lock = lock
  }

  /// Takes a folder that no other process has, with what a former one has left in it.
  ///
  /// A folder whose content is damaged, after a power failure say, is passed over.
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

  /// A writer in the folder, of one shard: what fills that is published.
  func writer(_ description: StoreDescription) throws(ShardStoreError) -> ShardWriter {
    try ShardWriter(
      directory: path, task: task, description: description, maximumShardBytes: .max)
  }

  /// The shards in the folder, in order; none where there is no folder.
  func shards() throws(ShardStoreError) -> [ShardName] {
    FileManager.default.fileExists(atPath: path) ? try ShardName.all(inStore: path) : []
  }

  /// Copies a shard under another name, with some of its videos.
  ///
  /// - Parameter keeping: whether a video, by its name and how it ended here, is taken.
  /// - Returns: the copy's path; nil where nothing is left of it.
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

  /// Removes all that is in the folder.
  func empty() throws(ShardStoreError) {
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw ShardStoreError(
        .inputOutput, subject: path, "can't remove what was published", cause: "\(error)")
    }
  }

  /// Removes the folder, whose content was published.
  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
