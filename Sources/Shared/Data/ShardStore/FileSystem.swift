import Foundation

/// What the store needs of the operating system, with errors that name the path.
enum FileSystem {
  static func text(_ number: Int32) -> String { String(cString: strerror(number)) }

  static func isNoSpace(_ number: Int32) -> Bool {
    [ENOSPC, EDQUOT, EFBIG].contains(number)
  }

  /// The error of a system call that failed with `number`.
  static func error(_ number: Int32, path: String, _ message: String) -> ShardStoreError {
    if isNoSpace(number) {
      return ShardStoreError(
        .noSpace, subject: path, message + "; " + freeSpaceAdvice(path), cause: text(number))
    }
    return ShardStoreError(.inputOutput, subject: path, message, cause: text(number))
  }

  /// How much is free where `path` lies, and what to do about it.
  static func freeSpaceAdvice(_ path: String) -> String {
    var status = statvfs()
    var folder = path
    // A file that could not be created has no disk of its own: ask its folder.
    while statvfs(folder, &status) != 0, folder.count > 1, folder != "." {
      folder = (folder as NSString).deletingLastPathComponent
      if folder.isEmpty { folder = "." }
    }
    let free = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    let mebibytes = free.overflow ? UInt64.max >> 20 : free.partialValue >> 20
    return "\(mebibytes) MiB are free there; free some space, or raise the quota or the limit of "
      + "file sizes, and run the same command again: it continues after the last stored video"
  }

  static func createDirectory(_ path: String) throws(ShardStoreError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw ShardStoreError(
        .inputOutput, subject: path, "cannot create the store's folder",
        cause: error.localizedDescription)
    }
  }

  /// Names of what is in a folder.
  static func entries(_ directory: String) throws(ShardStoreError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: directory)
    } catch {
      throw ShardStoreError(
        .inputOutput, subject: directory, "cannot list the folder",
        cause: error.localizedDescription)
    }
  }

  /// Makes creations, renames and removals in a folder durable. The corresponding C function is
  /// `fsync`.
  static func syncDirectory(_ path: String) throws(ShardStoreError) {
    let file = try FileDescriptor(path: path, flags: O_RDONLY | O_DIRECTORY)
    guard fsync(file.number) == 0 else {
      // Some network file systems cannot sync a folder; their renames are durable by themselves.
      if errno == EINVAL || errno == ENOTSUP { return }
      throw error(errno, path: path, "cannot sync the folder")
    }
  }

  /// Length of a file, or nil where there is none.
  static func fileSize(_ path: String) throws(ShardStoreError) -> Int? {
    guard access(path, F_OK) == 0 else {
      if errno == ENOENT { return nil }
      throw error(errno, path: path, "cannot look at the file")
    }
    let attributes: [FileAttributeKey: Any]
    do {
      attributes = try FileManager.default.attributesOfItem(atPath: resolved(path))
    } catch {
      throw ShardStoreError(
        .inputOutput, subject: path, "cannot look at the file", cause: error.localizedDescription)
    }
    guard attributes[.type] as? FileAttributeType == .typeRegular,
      let size = attributes[.size] as? NSNumber
    else {
      throw ShardStoreError(.inputOutput, subject: path, "expected a file, got something else")
    }
    return size.intValue
  }

  /// The absolute path without symbolic links. The corresponding C function is `realpath`.
  static func resolved(_ path: String) throws(ShardStoreError) -> String {
    guard let pointer = realpath(path, nil) else {
      throw error(errno, path: path, "cannot look at the file")
    }
    defer { free(pointer) }
    return String(cString: pointer)
  }

  static func rename(_ source: String, to destination: String) throws(ShardStoreError) {
    guard Foundation.rename(source, destination) == 0 else {
      throw error(errno, path: destination, "cannot rename \(source) to it")
    }
  }

  /// Reads a whole file of at most `limit` bytes; nil where there is none.
  static func contents(_ path: String, limit: Int) throws(ShardStoreError) -> [UInt8]? {
    guard let size = try fileSize(path) else { return nil }
    guard size <= limit else {
      throw ShardStoreError(
        .notAStore, subject: path, "expected at most \(limit) bytes, got \(size)")
    }
    return try FileDescriptor(path: path, flags: O_RDONLY).read(count: size, at: 0)
  }

  /// Makes a file at least `bytes` long. The corresponding C function is `ftruncate`.
  static func extend(_ path: String, to bytes: Int) throws(ShardStoreError) {
    let file = try FileDescriptor(path: path, flags: O_RDWR)
    let size = lseek(file.number, 0, SEEK_END)
    guard size >= 0, size < bytes else { return }
    guard ftruncate(file.number, off_t(bytes)) == 0, fsync(file.number) == 0 else {
      throw error(errno, path: path, "cannot extend the shard")
    }
  }

  /// Writes a new file and syncs it.
  static func write(_ bytes: [UInt8], to path: String) throws(ShardStoreError) {
    let file = try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT | O_EXCL)
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes {
        Foundation.write(file.number, $0.baseAddress, $0.count)
      }
      guard count >= 0 || errno == EINTR else {
        throw error(errno, path: path, "cannot write the file")
      }
      written += max(0, count)
    }
    guard fsync(file.number) == 0 else {
      throw error(errno, path: path, "cannot sync the file")
    }
  }
}

/// An open file; closed with its owner.
struct FileDescriptor: ~Copyable {
  let number: Int32
  let path: String

  init(path: String, flags: Int32) throws(ShardStoreError) {
    number = open(path, flags | O_CLOEXEC, 0o644)
    self.path = path
    guard number >= 0 else {
      throw FileSystem.error(errno, path: path, "cannot open it")
    }
  }

  deinit { if number >= 0 { close(number) } }

  /// The bytes at `offset`; fewer than `count` only at the end of the file. The corresponding C
  /// function is `pread`.
  func read(count: Int, at offset: Int) throws(ShardStoreError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = bytes.withUnsafeMutableBytes {
        pread(number, $0.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
      }
      if got == 0 { break }
      guard got > 0 || errno == EINTR else {
        throw FileSystem.error(errno, path: path, "cannot read at byte \(offset + filled)")
      }
      filled += max(0, got)
    }
    bytes.removeLast(count - filled)
    return bytes
  }
}
