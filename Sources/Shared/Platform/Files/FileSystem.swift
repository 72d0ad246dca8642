internal import Glibc

/// Operations on whole files, folders and paths.
package enum FileSystem {
  /// Reads a whole regular file.
  ///
  /// The file is copied, not mapped: a mapped file that another process truncates would end this
  /// process with SIGBUS. Bytes that are appended while the file is read are left out.
  ///
  /// - Parameter maximumBytes: a larger file is refused before it is read.
  package static func contents(
    of path: String, maximumBytes: Int
  ) throws(FileError) -> [UInt8] {
    let file = try OpenFile(path, .read)
    var status = stat()
    guard fstat(file.number, &status) == 0, isRegular(status) else { throw notAFile(path) }
    let size = file.length
    guard size <= maximumBytes else {
      throw FileError(.tooLarge, path, "expected at most \(maximumBytes) bytes, got \(size)")
    }
    let bytes = try file.read(count: size, at: 0)
    guard bytes.count == size else {
      throw FileError(
        .inputOutput, path,
        "expected \(size) bytes, got \(bytes.count): the file shrank while it was read")
    }
    return bytes
  }

  /// Whether anything of this name exists, even a link whose target is missing. The corresponding C
  /// function is `lstat`.
  package static func exists(_ path: String) throws(FileError) -> Bool {
    var status = stat()
    if lstat(path, &status) == 0 { return true }
    guard errno == ENOENT else { throw FileError(errno: errno, path, "can't examine it") }
    return false
  }

  /// Length of a regular file in bytes; nil if there is no such file. The corresponding C function
  /// is `stat`.
  package static func size(of path: String) throws(FileError) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { return nil }
      throw FileError(errno: errno, path, "can't examine it")
    }
    guard isRegular(status) else { throw notAFile(path) }
    return Int(status.st_size)
  }

  /// The absolute path without symbolic links. The corresponding C function is `realpath`.
  package static func resolved(_ path: String) throws(FileError) -> String {
    guard let pointer = realpath(path, nil) else {
      throw FileError(errno: errno, path, "can't follow the path")
    }
    defer { free(pointer) }
    return String(cString: pointer)
  }

  /// The corresponding C function is `rename`.
  package static func rename(_ source: String, to destination: String) throws(FileError) {
    guard Glibc.rename(source, destination) == 0 else {
      throw FileError(errno: errno, destination, "can't rename \(source) to it")
    }
  }

  /// Makes creations, renames and removals in a folder durable. The corresponding C function is
  /// `fsync`.
  package static func syncFolder(_ path: String) throws(FileError) {
    let folder = try OpenFile(path, .read)
    // Some network file systems can't sync a folder; their renames are durable by themselves.
    guard fsync(folder.number) == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw FileError(errno: errno, path, "can't sync the folder")
    }
  }

  /// Free space of the file system of `path`, which need not exist, in MiB. The corresponding C
  /// function is `statvfs`.
  package static func freeMebibytes(at path: String) -> Int {
    var status = statvfs()
    var folder = path
    // A path that doesn't exist has no file system: ask its folder.
    while statvfs(folder, &status) != 0, folder != ".", folder != "/" {
      folder = Self.folder(of: folder)
    }
    let free = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return Int((free.overflow ? UInt64.max : free.partialValue) >> 20)
  }

  /// The path of the folder that holds `path`.
  static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func isRegular(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFREG }

  static func notAFile(_ path: String) -> FileError {
    FileError(.notAFile, path, "expected a regular file, got something else")
  }
}
