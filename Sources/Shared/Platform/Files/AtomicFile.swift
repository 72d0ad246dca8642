internal import Glibc

/// Writes files atomically: a file is there whole or not at all.
///
/// The content goes to a new file `.<name>.<random>.partial` in the same folder, is synced, and
/// gets its name in one step; then the folder is synced. So a reader, also after a power failure,
/// finds the old content or all of the new one. On an error the new file is removed and the old one
/// is unchanged; only a crash can leave a `.partial` file.
///
/// A symbolic link is followed: the file that it names is replaced, not the link. Anything but a
/// regular file is refused, because a file renamed over `/dev/null` would replace the device.
package enum AtomicFile {
  /// The end of the names of files that are not complete.
  package static let partialSuffix = ".partial"

  /// Writes a file with these bytes.
  ///
  /// - Parameters:
  ///   - bytes: the whole content.
  ///   - path: the file; its folder must exist.
  ///   - isDurable: whether the new content must survive a power failure. If not, a sync is saved,
  ///     and the old content may be there again after one.
  package static func write(
    _ bytes: [UInt8], to path: String, isDurable: Bool = true
  ) throws(FileError) {
    try write(to: path, isDurable: isDurable) { (file) throws(FileError) in
      try file.append(bytes)
    }
  }

  /// Writes text as UTF-8, see `write(_:to:)`.
  package static func write(text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes what `body` appends; see `write(_:to:)`. If `body` throws, the old file is unchanged.
  package static func write(
    to path: String, isDurable: Bool = true,
    _ body: (inout OpenFile) throws(FileError) -> Void
  ) throws(FileError) {
    let destination = try replaceable(path)
    let temporary = try writeTemporary(beside: destination, subject: path, body)
    guard rename(temporary, destination) == 0 else {
      let reason = errno
      unlink(temporary)
      throw FileError(errno: reason, path, "can't rename \(temporary) to it")
    }
    if isDurable { try sync(folderOf: destination, subject: path) }
  }

  /// Creates a file if there is none. If several processes try at the same time, one of them wins.
  ///
  /// - Returns: false if there is a file already, which is left unchanged.
  package static func create(_ bytes: [UInt8], at path: String) throws(FileError) -> Bool {
    let temporary = try writeTemporary(beside: path, subject: path) { (file) throws(FileError) in
      try file.append(bytes)
    }
    defer { unlink(temporary) }
    guard try Publication.giveName(path, to: temporary) else { return false }
    try sync(folderOf: path, subject: path)
    return true
  }

  /// Writes and syncs a new file, and returns its path. Nothing is left after an error.
  static func writeTemporary(
    beside destination: String, subject: String,
    _ body: (inout OpenFile) throws(FileError) -> Void
  ) throws(FileError) -> String {
    let temporary = temporaryName(beside: destination)
    var file = try OpenFile(temporary, .append, creating: .always, subject: subject)
    do throws(FileError) {
      try body(&file)
      try file.sync()
      try file.close()
    } catch {
      unlink(temporary)
      throw error
    }
    return temporary
  }

  /// A name in the same folder that no other file has.
  static func temporaryName(beside destination: String) -> String {
    let slash = destination.lastIndex(of: "/")
    let folder = slash.map { destination[...$0] } ?? ""
    let name = slash.map { destination[destination.index(after: $0)...] } ?? destination[...]
    let random = String(UInt64.random(in: 0...(.max)), radix: 36)
    // A file's name has at most 255 bytes, a character at most some 30.
    return "\(folder).\(shortened(name)).\(random)\(partialSuffix)"
  }

  /// The beginning of a name: whole characters, at most 200 bytes.
  private static func shortened(_ name: Substring) -> Substring {
    var result = name
    while result.utf8.count > 200 { result.removeLast() }
    return result
  }

  /// The path of the file to replace: `path` itself, or the target of a link.
  static func replaceable(_ path: String) throws(FileError) -> String {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      guard errno == ENOENT else { throw FileError(errno: errno, path, "can't examine it") }
      return path
    }
    var destination = path
    if status.st_mode & S_IFMT == S_IFLNK {
      destination = try FileSystem.resolved(path)
      guard stat(destination, &status) == 0 else {
        throw FileError(errno: errno, path, "can't examine it")
      }
    }
    guard FileSystem.isRegular(status) else { throw FileSystem.notAFile(path) }
    return destination
  }

  static func sync(folderOf path: String, subject: String) throws(FileError) {
    do throws(FileError) {
      try FileSystem.syncFolder(FileSystem.folder(of: path))
    } catch {
      throw FileError(
        error.code, subject,
        "\(error.message). The new file is in place, but a power failure may undo that",
        cause: error.cause)
    }
  }
}
