internal import Glibc

/// Whole small files: lists and metadata that come with a data set.
enum MetadataFile {
  /// Upper bound of a metadata file. That of the whole DFDC training set is about 12 MB.
  static let maximumBytes = 256 << 20

  /// Reads a regular file, refusing one that is larger than ``maximumBytes`` before it is read.
  static func read(_ path: String) throws(VideoCatalogError) -> [UInt8] {
    // O_NONBLOCK: opening a named pipe must fail the check below, not wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw unreadable(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw VideoCatalogError(.unreadable, path, "expected a regular file")
    }
    guard status.st_size <= maximumBytes else {
      throw VideoCatalogError(
        .unreadable, path, "expected at most \(maximumBytes) bytes, got \(status.st_size)",
        suggestion: "A metadata file of that size is damaged or not one: look at its first lines.")
    }
    return try readAll(descriptor, path: path, expected: Int(status.st_size))
  }

  /// Reads to the end, or to the bound should the file grow meanwhile.
  private static func readAll(
    _ descriptor: Int32, path: String, expected: Int
  ) throws(VideoCatalogError) -> [UInt8] {
    var failure: Int32 = 0
    // One byte more than expected, so that a file which grew is noticed and not cut.
    let bytes = [UInt8](unsafeUninitializedCapacity: expected + 1) { buffer, count in
      while count < buffer.count, let base = buffer.baseAddress {
        let got = Glibc.read(descriptor, base + count, buffer.count - count)
        if got < 0 {
          if errno == EINTR { continue }
          failure = errno
          return
        }
        if got == 0 { return }
        count += got
      }
    }
    guard failure == 0 else { throw unreadable(path, failure) }
    guard bytes.count <= expected else {
      throw VideoCatalogError(.unreadable, path, "the file grows while it is read")
    }
    return bytes
  }

  private static func unreadable(_ path: String, _ code: Int32) -> VideoCatalogError {
    VideoCatalogError(.unreadable, path, "can't be read: \(systemMessage(code))")
  }
}

/// The system's text for an error number. The corresponding C function is `strerror`.
func systemMessage(_ code: Int32) -> String {
  String(cString: strerror(code))
}
