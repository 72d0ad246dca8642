import Foundation

/// A file that is open for appending; closed with its owner.
struct OutputFile: ~Copyable {
  let path: String
  private let number: Int32

  /// Bytes that were appended whole.
  private var length: off_t

  /// Makes a new file.
  init(creating path: String) throws(ReportingError) {
    try self.init(path, flags: O_CREAT | O_EXCL)
  }

  /// Opens a file that exists.
  init(appendingTo path: String) throws(ReportingError) {
    try self.init(path, flags: 0)
  }

  private init(_ path: String, flags: Int32) throws(ReportingError) {
    self.path = path
    number = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0o644)
    length = number >= 0 ? lseek(number, 0, SEEK_END) : 0
    guard number >= 0, length >= 0 else {
      throw ReportingError(errno: errno, path, "can't open the file for writing")
    }
  }

  deinit { if number >= 0 { close(number) } }

  /// Writes all of `bytes`. Where that fails, the file is cut back to what it was before: half a
  /// record would make what follows it unreadable.
  mutating func append(_ bytes: [UInt8]) throws(ReportingError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(number, $0.baseAddress.map { $0 + written }, $0.count - written)
      }
      guard count >= 0 || errno == EINTR else {
        let reason = errno
        ftruncate(number, length)
        throw ReportingError(errno: reason, path, "can't write \(bytes.count) bytes")
      }
      written += max(0, count)
    }
    length += off_t(bytes.count)
  }

  /// The corresponding C function is `fsync`.
  func sync() throws(ReportingError) {
    guard fsync(number) == 0 else {
      throw ReportingError(errno: errno, path, "can't sync the file")
    }
  }
}
