internal import Glibc

/// Puts a whole file into a folder that other machines use as well, such as one of NFS.
///
/// A file that is there is never replaced: of several processes that publish under one name, on any
/// machines, one wins. The others' file stays whole and apart until they have removed it.
package enum Publication {
  /// The end of the name of a file that says that a name is taken, on file systems without links.
  package static let claimSuffix = ".claim"

  private static let blockBytes = 1 << 20

  /// Copies a file to `path`, syncs it, and gives it that name.
  ///
  /// The name is given by a hard link, which fails where one is there. Where the file system has no
  /// links, who makes the file `path.claim` may rename; a claim whose process died stays, and takes its
  /// name with it.
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
  package static func isTaken(_ path: String) throws(FileError) -> Bool {
    if try exists(path) { return true }
    return try exists(path + claimSuffix)
  }

  private static func exists(_ path: String) throws(FileError) -> Bool {
    var status = stat()
    if lstat(path, &status) == 0 { return true }
    guard errno == ENOENT else { throw FileError(errno: errno, path, "can't examine it") }
    return false
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

  private static func claimAndRename(
    _ temporary: String, to path: String
  ) throws(FileError) -> Bool {
    let claim = path + claimSuffix
    do throws(FileError) {
      _ = try OpenFile(claim, .append, creating: .always)
    } catch {
      guard try isTaken(path) else { throw error }
      // Who has the claim renames at once, unless it has died.
      for _ in 0..<50 where try !exists(path) { usleep(100_000) }
      return false
    }
    defer { unlink(claim) }
    // Another process may have claimed, renamed and gone between the look and this claim.
    if try exists(path) { return false }
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
