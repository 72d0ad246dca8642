internal import Glibc

/// Puts a whole file into a folder that other machines use as well, such as one on NFS.
///
/// An existing file is never replaced: of several processes that publish under one name, on any
/// machines, one wins. The temporary files of the others stay apart until these remove them.
package enum Publication {
  /// The suffix of a file that claims a name, on file systems without hard links. It stays beside
  /// the published file, so that a process whose cache doesn't show that file yet can't publish it
  /// again.
  package static let claimSuffix = ".claim"

  /// A process that claims a name begins to rename within this time, or not at all.
  package static let claimLimit = Duration.seconds(30)

  private static let blockBytes = 1 << 20

  /// Copies a file to `path`, syncs it, and gives it that name.
  ///
  /// The name is given by a hard link, which fails if the name exists. If the file system has no
  /// links, the process that creates the file `path.claim`, which stays, may rename. If that
  /// process dies before, the name can't be used any more.
  ///
  /// - Returns: false if the name is taken; then nothing was changed.
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

  /// Whether a file of the name or a claim of it exists.
  private static func isTaken(_ path: String) throws(FileError) -> Bool {
    if try FileSystem.exists(path) { return true }
    return try FileSystem.exists(path + claimSuffix)
  }

  /// Gives a new file a name that no file has.
  ///
  /// - Returns: false if another file has the name or has claimed it; it may be seen here only
  ///   later.
  package static func giveName(
    _ path: String, to temporary: String
  ) throws(FileError) -> Bool {
    // Another process, whose mount has no links, may have claimed the name.
    if try FileSystem.exists(path + claimSuffix) {
      try awaitFile(path, .seconds(5))
      return false
    }
    guard link(temporary, path) != 0 else { return true }
    let reason = errno
    var (ours, there) = (stat(), stat())
    if lstat(path, &there) == 0 {
      // The reply to a successful link can get lost; the system's second try then fails.
      return lstat(temporary, &ours) == 0 && ours.st_ino == there.st_ino
        && ours.st_dev == there.st_dev && ours.st_nlink > 1
    }
    if reason == EEXIST { return false }
    // Some network file systems report every failure as "not permitted".
    guard [EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS, EMLINK].contains(reason) else {
      throw FileError(errno: reason, path, "can't give a new file this name")
    }
    return try claimAndRename(temporary, to: path)
  }

  /// Gives a name on a file system without links.
  ///
  /// - Parameter patience: how long to wait for the file of another process that has claimed the
  ///   name.
  static func claimAndRename(
    _ temporary: String, to path: String, patience: Duration = .seconds(5)
  ) throws(FileError) -> Bool {
    let claim = path + claimSuffix
    let start = ContinuousClock.now
    do throws(FileError) {
      var file = try OpenFile(claim, .append, creating: .always)
      // The claim names the temporary file: a process that takes the claim for dead removes this
      // file first, so that it can't be renamed any more.
      try file.append(Array(temporary.utf8.suffix(from: afterLastSlash(temporary))))
      try file.sync()
      try file.close()
    } catch {
      guard error.code == .taken else { throw error }
      try awaitFile(path, patience)
      return false
    }
    // The file may have been there before the claim. And if this process was suspended since then,
    // others may have taken it for dead.
    if try FileSystem.exists(path) || ContinuousClock.now - start > claimLimit { return false }
    if rename(temporary, path) == 0 { return true }
    // Another process has taken this one for dead.
    if errno == ENOENT { return false }
    throw FileError(errno: errno, path, "can't rename \(temporary) to it")
  }

  /// Waits for a file whose name is claimed: the process with the claim renames at once, unless it
  /// has died.
  private static func awaitFile(_ path: String, _ patience: Duration) throws(FileError) {
    let start = ContinuousClock.now
    while try !FileSystem.exists(path), ContinuousClock.now - start < patience {
      usleep(100_000)
    }
  }

  /// Makes sure that a name that was claimed long ago is not given any more: removes the file that
  /// was to get it.
  ///
  /// - Returns: false if that file is gone: it has the name, perhaps not seen here yet, or was
  ///   given up.
  package static func revokeClaim(of path: String) throws(FileError) -> Bool {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try FileSystem.contents(of: path + claimSuffix, maximumBytes: 255)
    } catch {
      guard error.code == .missing || error.code == .tooLarge else { throw error }
      return true
    }
    // Only the name of one of our temporary files in the same folder is accepted.
    guard let name = String(validating: bytes, as: UTF8.self), name.hasPrefix("."),
      name.hasSuffix(AtomicFile.partialSuffix), !name.contains("/")
    else { return true }
    let temporary =
      String(decoding: path.utf8.prefix(upTo: afterLastSlash(path)), as: UTF8.self)
      + name
    if unlink(temporary) == 0 { return true }
    guard errno == ENOENT else { throw FileError(errno: errno, temporary, "can't remove it") }
    return false
  }

  private static func afterLastSlash(_ path: String) -> String.Index {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path.utf8.index(after: $0) }
      ?? path.startIndex
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
