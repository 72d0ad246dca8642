internal import Glibc

/// An advisory lock of a file, held until the value ends or the process dies. The corresponding C
/// function is `flock`.
///
/// Locks of one process exclude each other as those of several processes do. If the file system has
/// no locks, a shared one is granted, so that a read-only copy is still readable.
package struct FileLock: ~Copyable {
  package enum Mode: Sendable {
    /// Any number of shared locks may be held at the same time.
    case shared
    /// No other lock may be held at the same time.
    case exclusive
  }

  private let file: OpenFile

  private init(_ file: consuming OpenFile) { self.file = file }

  // Closing the file isn't enough: a child process that was forked a moment ago and has not yet
  // called `exec` has the same open file, and would keep the lock.
  deinit { _ = flock(file.number, LOCK_UN) }

  /// Waits for the lock of an existing file.
  package init(waitingFor path: String, _ mode: Mode) throws(FileError) {
    let file = try Self.open(path, mode, creating: .never)
    _ = try Self.lock(file, mode, waits: true)
    self.file = file
  }

  /// Takes the lock without waiting; nil if another lock of the file prevents that.
  ///
  /// - Parameter creating: whether a missing file is created.
  package static func attempt(
    _ path: String, _ mode: Mode, creating: Bool = false
  ) throws(FileError) -> FileLock? {
    let file = try open(path, mode, creating: creating ? .ifMissing : .never)
    return try lock(file, mode, waits: false) ? FileLock(file) : nil
  }

  private static func open(
    _ path: String, _ mode: Mode, creating: OpenFile.Creation
  ) throws(FileError) -> OpenFile {
    // Network file systems lock a file exclusively only if it is open for writing.
    try OpenFile(path, mode == .shared && creating == .never ? .read : .update, creating: creating)
  }

  /// Whether the lock is held after the call.
  private static func lock(
    _ file: borrowing OpenFile, _ mode: Mode, waits: Bool
  ) throws(FileError) -> Bool {
    let operation = (mode == .shared ? LOCK_SH : LOCK_EX) | (waits ? 0 : LOCK_NB)
    while flock(file.number, operation) != 0 {
      switch errno {
      case EINTR: continue
      case EWOULDBLOCK where !waits: return false
      case ENOLCK, ENOTSUP, ENOSYS, EINVAL:
        if mode == .shared { return true }
        fallthrough
      default: throw FileError(errno: errno, file.path, "can't lock the file")
      }
    }
    return true
  }
}
