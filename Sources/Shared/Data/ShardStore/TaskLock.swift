internal import Files
import Foundation

/// The lock of the file `task-<task>.lock`: it is held by a task's writer alone (exclusive), or by
/// any number of readers (shared).
///
/// A shard itself is also locked, exclusively while a video is committed and shared while a live
/// shard is read: without its lock table, LMDB does not keep a writer from reusing pages that a
/// reader needs.
final class TaskLock: Sendable {
  enum Outcome {
    case held(TaskLock)
    /// The store was copied without its lock files; no process writes it.
    case noLockFile
    case writerRuns
  }

  private let lock: FileLock

  private init(_ lock: consuming FileLock) { self.lock = lock }

  /// Takes a task's lock for a reader.
  static func reading(
    _ task: Int, inStore directory: String
  ) throws(ShardStoreError) -> Outcome {
    let path = ShardName.lockPath(task: task, inStore: directory)
    guard try stored(FileSystem.size(of: path)) != nil else { return .noLockFile }
    guard let lock = try stored(FileLock.attempt(path, .shared)) else { return .writerRuns }
    return .held(TaskLock(lock))
  }

  /// Takes a task's lock for its writer, creating the file.
  static func writing(_ task: Int, inStore directory: String) throws(ShardStoreError) -> TaskLock {
    let path = ShardName.lockPath(task: task, inStore: directory)
    // A reader that finds a store in use releases its locks at once: wait for it up to a second.
    for _ in 0..<10 {
      if let lock = try stored(FileLock.attempt(path, .exclusive, creating: true)) {
        return TaskLock(lock)
      }
      guard try stored(FileLock.attempt(path, .shared)) != nil else {
        throw ShardStoreError(
          .busy, subject: path,
          "another process is writing task \(task) of this store; wait for its end, or give each "
            + "process its own task number")
      }
      usleep(100_000)
    }
    throw ShardStoreError(
      .busy, subject: path,
      "task \(task) of the store is being read, e.g. by a training run; wait for its end, or "
        + "write to another store")
  }
}
