import Foundation

/// An advisory lock of a file, held until the value ends or the process dies. The corresponding C
/// function is `flock`.
///
/// Two kinds of file are locked. `task-<task>.lock` says who uses a task: its writer alone
/// (exclusive), or any number of readers (shared). A shard itself is locked exclusively while a
/// video is committed and shared while a live shard is read, because LMDB without its lock table
/// does not keep a writer from reusing pages under a reader.
struct FileLock: ~Copyable {
  enum Mode { case shared, exclusive }

  private let file: FileDescriptor

  /// Waits for the lock.
  init(waitingFor path: String, _ mode: Mode) throws(ShardStoreError) {
    // Network file systems want a file open for writing for an exclusive lock.
    let file = try FileDescriptor(path: path, flags: mode == .shared ? O_RDONLY : O_RDWR)
    let operation = mode == .shared ? LOCK_SH : LOCK_EX
    while flock(file.number, operation) != 0 {
      // Where the file system has no locks a read-only copy is still readable.
      if mode == .shared, Self.isUnsupported(errno) { break }
      guard errno == EINTR else {
        throw FileSystem.error(errno, path: path, "cannot lock the file")
      }
    }
    self.file = file
  }

  private init(file: consuming FileDescriptor) { self.file = file }

  /// Takes the shared lock, or returns nil where a writer holds the file.
  static func shared(_ path: String) throws(ShardStoreError) -> FileLock? {
    let file = try FileDescriptor(path: path, flags: O_RDONLY)
    guard flock(file.number, LOCK_SH | LOCK_NB) == 0 else {
      if errno == EWOULDBLOCK { return nil }
      if isUnsupported(errno) { return FileLock(file: file) }
      throw FileSystem.error(errno, path: path, "cannot lock the file")
    }
    return FileLock(file: file)
  }

  /// Takes a task's lock for its writer, creating the file.
  static func writer(task: Int, store directory: String) throws(ShardStoreError) -> FileLock {
    let path = ShardName.lockPath(task: task, inStore: directory)
    let file = try FileDescriptor(path: path, flags: O_RDWR | O_CREAT)
    // A reader that finds a store in use lets go of its locks at once: wait a second for it.
    for attempt in 0..<10 {
      if flock(file.number, LOCK_EX | LOCK_NB) == 0 { return FileLock(file: file) }
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw FileSystem.error(errno, path: path, "cannot lock the file")
      }
      if flock(file.number, LOCK_SH | LOCK_NB) != 0 { break }
      flock(file.number, LOCK_UN)
      if attempt == 9 {
        throw ShardStoreError(
          .busy, subject: path,
          "task \(task) of the store is being read, e.g. by a training run; wait for its end, or "
            + "write to another store")
      }
      usleep(100_000)
    }
    throw ShardStoreError(
      .busy, subject: path,
      "another process is writing task \(task) of this store; wait for its end, or give each "
        + "process its own task number")
  }

  private static func isUnsupported(_ number: Int32) -> Bool {
    [ENOLCK, ENOTSUP, ENOSYS, EINVAL].contains(number)
  }
}
