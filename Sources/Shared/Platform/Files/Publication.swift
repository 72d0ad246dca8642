internal import Glibc

/// Puts a whole file into a folder that other machines use as well, such as one of NFS.
///
/// A file that is there is never replaced: of several processes that publish under one name, on any
/// machines, one wins. The others' file stays whole and apart until they have removed it.
package enum Publication {
  /// The end of the name of a file that says that a name is taken, on file systems without links. It
  /// stays beside the file: who looks through an old cache, and sees no file yet, can't make it again.
  package static let claimSuffix = ".claim"

  /// Whoever makes a claim gives the name within this time, or not at all.
  package static let claimLimit = Duration.seconds(30)

  private static let blockBytes = 1 << 20

  /// Copies a file to `path`, syncs it, and gives it that name.
  ///
  /// The name is given by a hard link, which fails where one is there. Where the file system has no
  /// links, who makes the empty file `path.claim`, which stays, may rename; one whose process died takes
  /// the name with it.
  ///
  /// - Returns: false where the name is taken; then nothing was changed.
  package static func publish(
    copyOf source: String, at path: String
  ) throws(FileError) -> Bool {
    guard try !isTaken(path) else { return false }
    let temporary = try copy(source, beside: path)
    defer { unlink(temporary) }
    if try !giveName(path, to: temporary) { return false }
    try FileSystem.syncFolder(FileSystem.folder(of: path))
    return true
  }

  /// Whether a file or a claim of the name is there.
  private static func isTaken(_ path: String) throws(FileError) -> Bool {
    if try FileSystem.exists(path) { return true }
    return try FileSystem.exists(path + claimSuffix)
  }

  /// Gives a new file a name that no file has.
  ///
  /// - Returns: false where one has it, which is then there whole.
  static func giveName(
    _ path: String, to temporary: String
  ) throws(FileError) -> Bool {
    guard link(temporary, path) != 0 else { return true }
    let reason = errno
    var (ours, there) = (stat(), stat())
    if lstat(path, &there) == 0 {
      // The answer to a link that was made can be lost on the way, and the second try fails.
      return lstat(temporary, &ours) == 0 && ours.st_ino == there.st_ino
        && ours.st_dev == there.st_dev && ours.st_nlink > 1
    }
    // Some network file systems say of every failure that it isn't permitted.
    guard [EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS, EMLINK, EIO].contains(reason) else {
      throw FileError(errno: reason, path, "can't give a new file this name")
    }
    return try claimAndRename(temporary, to: path)
  }

  /// Gives a name on a file system without links.
  ///
  /// - Parameter patience: how long a name that another process has claimed is waited for.
  static func claimAndRename(
    _ temporary: String, to path: String, patience: Duration = .seconds(5)
  ) throws(FileError) -> Bool {
    let claim = path + claimSuffix
    let start = ContinuousClock.now
    do throws(FileError) {
      _ = try OpenFile(claim, .append, creating: .always)
    } catch {
      guard try isTaken(path) else { throw error }
      // Who has the claim renames at once, unless it has died.
      while try !FileSystem.exists(path), ContinuousClock.now - start < patience {
        usleep(100_000)
      }
      return false
    }
    // What was here before there were claims, and a process that slept in between: others may have taken
    // it for dead.
    if try FileSystem.exists(path) || ContinuousClock.now - start > claimLimit { return false }
    try FileSystem.rename(temporary, to: path)
    return true
  }

  /// A synced copy under a hidden name; nothing is left after an error.
  private static func copy(
    _ source: String, beside path: String
  ) throws(FileError) -> String {
    let original = try OpenFile(source, .read)
    var offset = 0
    return try AtomicFile.writeTemporary(beside: path, subject: path) { file throws(FileError) in
      while true {
        let block = try original.read(count: blockBytes, at: offset)
        if block.isEmpty { break }
        try file.append(block)
        offset += block.count
      }
    }
  }
}
