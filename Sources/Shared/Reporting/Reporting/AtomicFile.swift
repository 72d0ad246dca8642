import Foundation

/// Files that are there whole or not at all.
public enum AtomicFile {
  /// Writes a file so that a reader, and whoever looks after a power failure, finds the former
  /// content or all of the new one: a temporary file beside it, `fsync`, `rename`, `fsync` of the
  /// folder. A symbolic link at `path` is replaced, not followed.
  ///
  /// - Parameters:
  ///   - bytes: The whole content.
  ///   - path: The file; its folder must exist.
  public static func write(_ bytes: [UInt8], to path: String) throws(ReportingError) {
    let temporary = "\(path).\(UUID().uuidString).partial"
    do throws(ReportingError) {
      var file = try OutputFile(creating: temporary)
      try file.append(bytes)
      try file.sync()
      guard rename(temporary, path) == 0 else {
        throw ReportingError(errno: errno, path, "can't rename \(temporary) to it")
      }
    } catch {
      unlink(temporary)
      throw error
    }
    try syncFolder(of: path)
  }

  /// Writes text as UTF-8, see `write(_:to:)`.
  public static func write(text: String, to path: String) throws(ReportingError) {
    try write(Array(text.utf8), to: path)
  }

  /// Makes a rename durable.
  private static func syncFolder(of path: String) throws(ReportingError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let number = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { throw ReportingError(errno: errno, folder, "can't open the folder") }
    defer { close(number) }
    // Some network file systems can't sync a folder; their renames are durable by themselves.
    guard fsync(number) == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw ReportingError(errno: errno, folder, "can't sync the folder")
    }
  }
}
