internal import Glibc

/// An advisory lock of a file, held until the value ends or the process dies. The corresponding C
/// function is `flock`.
///
/// Locks of one process exclude each other as those of several processes do. Where the file system
/// has no locks, a shared one is granted: a read-only copy of something is still readable.
package struct FileLock: ~Copyable {
  /// Who may hold the lock besides.
  package enum Mode: Sendable {
    /// Other shared locks.
    case shared
    /// Nobody.
    case exclusive
  }

  private let file: OpenFile

  private init(_ file: consuming OpenFile) { self.file = file }

  /// Waits for the lock of a file that is there.
  package init(waitingFor path: String, _ mode: Mode) throws(FileError) {
    let file = try Self.open(path, mode, creating: .never)
    _ = try Self.lock(file, mode, waits: true)
    self.file = file
  }

  /// Takes the lock at once; nil where somebody holds the file.
  ///
  /// - Parameter creating: whether a missing file is made.
  package static func attempt(
    _ path: String, _ mode: Mode, creating: Bool = false
  ) throws(FileError) -> FileLock? {
    let file = try open(path, mode, creating: creating ? .ifMissing : .never)
    return try lock(file, mode, waits: false) ? FileLock(file) : nil
  }

  private static func open(
    _ path: String, _ mode: Mode, creating: OpenFile.Creation
  ) throws(FileError) -> OpenFile {
    // Network file systems want a file open for writing for an exclusive lock.
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
