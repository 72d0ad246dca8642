internal import Glibc

/// Reads a whole regular file of at most `maximumSize` bytes.
///
/// The file is copied, not mapped: a mapped file that another process truncates would end this
/// process with SIGBUS.
func readFileBytes(_ path: String, maximumSize: Int) throws(TorchFileError) -> [UInt8] {
  // O_NONBLOCK: opening a named pipe must fail below and not wait for its writer.
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { throw unreadable(path, "cannot open", errno) }
  defer { close(descriptor) }

  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw unreadable(path, "cannot examine", errno) }
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw TorchFileError(.unreadable, file: path, "expected a regular file, got something else")
  }
  let size = Int(status.st_size)
  guard size <= maximumSize else {
    throw TorchFileError(
      .limitExceeded, file: path, "expected at most \(maximumSize) bytes, got \(size)")
  }

  var failure: Int32 = 0
  let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    guard let base = buffer.baseAddress else { return }
    while count < size {
      let got = read(descriptor, base + count, size - count)
      if got > 0 {
        count += got
      } else if got == 0 {
        return
      } else if errno != EINTR {
        failure = errno
        return
      }
    }
  }
  guard failure == 0 else { throw unreadable(path, "cannot read", failure) }
  guard bytes.count == size else {
    throw TorchFileError(
      .unreadable, file: path,
      "expected \(size) bytes, got \(bytes.count): the file shrank while it was read")
  }
  return bytes
}

private func unreadable(_ path: String, _ action: String, _ code: Int32) -> TorchFileError {
  TorchFileError(.unreadable, file: path, "\(action): \(String(cString: strerror(code)))")
}
