internal import Glibc

extension AtomicFile {
  /// Replaces a file by one that a library writes to a path; see `write(_:to:)`.
  ///
  /// Beyond the limit of file sizes a library's writes fail, if it writes in this thread; the
  /// process gets no signal.
  ///
  /// - Parameters:
  ///   - path: the file; its folder must exist.
  ///   - body: creates a file at the path that it is given. If it throws, the old file is
  ///     unchanged.
  package static func replace<Result>(
    _ path: String, _ body: (_ temporary: String) throws -> Result
  ) throws -> Result {
    let destination = try replaceable(path)
    let temporary = temporaryName(beside: destination)
    let result: Result
    do {
      let signals = FileSizeSignal.block()
      defer { signals.restore() }
      result = try body(temporary)
      try OpenFile(temporary, .read, subject: path).sync()
      guard rename(temporary, destination) == 0 else {
        throw FileError(errno: errno, path, "can't rename \(temporary) to it")
      }
    } catch {
      unlink(temporary)
      throw error
    }
    try sync(folderOf: destination, subject: path)
    return result
  }
}
