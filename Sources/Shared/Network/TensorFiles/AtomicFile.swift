internal import Glibc

/// Writes a file so that at every moment either the old or the new content stands under `path`.
///
/// The content goes to a new file `.<name>.<random>.partial` in the same folder, is synced and
/// renamed; then the folder is synced. On an error the new file is removed and the old one is as it
/// was; only a crash can leave a `.partial` file. A symbolic link is followed: the file that it
/// names is replaced, not the link.
func writeAtomically(
  to path: String, _ body: (inout FileOutput) throws(TorchFileError) -> Void
) throws(TorchFileError) {
  let destination = try replaceableFile(path)
  let signals = FileSizeSignal.block()
  defer { signals.restore() }
  let temporary = try createTemporary(beside: destination, path: path)
  do throws(TorchFileError) {
    try writeContent(temporary, path: path, body)
    guard rename(temporary.path, destination) == 0 else {
      throw unwritable(path, "cannot rename \(temporary.path) to it", errno)
    }
  } catch {
    unlink(temporary.path)
    throw error
  }
  try syncFolder(of: destination, path: path)
}

private func writeContent(
  _ temporary: TemporaryFile, path: String,
  _ body: (inout FileOutput) throws(TorchFileError) -> Void
) throws(TorchFileError) {
  var output = FileOutput(descriptor: temporary.descriptor, path: path)
  do throws(TorchFileError) {
    try body(&output)
    guard fsync(temporary.descriptor) == 0 else { throw unwritable(path, "cannot sync", errno) }
  } catch {
    close(temporary.descriptor)
    throw error
  }
  // Network file systems report a full disk here.
  guard close(temporary.descriptor) == 0 else { throw unwritable(path, "cannot close", errno) }
}

/// An open file that bytes are appended to.
struct FileOutput {
  fileprivate let descriptor: Int32
  /// The file as the caller named it, for errors.
  let path: String
  /// How many bytes were written.
  private(set) var position = 0

  fileprivate init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  /// Appends bytes. The corresponding C function is `write`.
  mutating func write(_ bytes: RawSpan) throws(TorchFileError) {
    var done = 0
    while done < bytes.byteCount {
      // Linux writes at most 2 GiB at once.
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, min($0.count - done, 1 << 30))
      }
      if count > 0 {
        done += count
        position += count
      } else if count == 0 || errno != EINTR {
        throw unwritable(path, "cannot write at byte \(position)", count == 0 ? EIO : errno)
      }
    }
  }
}

private struct TemporaryFile {
  let path: String
  let descriptor: Int32
}

/// A new file beside `destination`, with the permissions that the process gives new files.
private func createTemporary(
  beside destination: String, path: String
) throws(TorchFileError) -> TemporaryFile {
  let slash = destination.lastIndex(of: "/")
  let folder = slash.map { destination[...$0] } ?? ""
  let name = slash.map { destination[destination.index(after: $0)...] } ?? destination[...]
  for _ in 0..<100 {
    let random = String(UInt64.random(in: 0...(.max)), radix: 36)
    let temporary = "\(folder).\(name.prefix(60)).\(random).partial"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
    if descriptor >= 0 { return TemporaryFile(path: temporary, descriptor: descriptor) }
    guard errno == EEXIST || errno == EINTR else {
      throw unwritable(path, "cannot create \(temporary)", errno)
    }
  }
  throw unwritable(path, "cannot find a free name beside it", EEXIST)
}

/// Where the file is to stand: `path` itself, or what it links to. Anything but a regular file is
/// refused, because renaming a file over `/dev/null` would replace the device.
private func replaceableFile(_ path: String) throws(TorchFileError) -> String {
  var status = stat()
  guard lstat(path, &status) == 0 else {
    guard errno == ENOENT else { throw unwritable(path, "cannot examine", errno) }
    return path
  }
  var destination = path
  if status.st_mode & S_IFMT == S_IFLNK {
    guard let resolved = realpath(path, nil) else {
      throw unwritable(path, "cannot follow the symbolic link", errno)
    }
    destination = String(cString: resolved)
    free(resolved)
    guard stat(destination, &status) == 0 else { throw unwritable(path, "cannot examine", errno) }
  }
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw TorchFileError(
      .unwritable, file: path, "expected a regular file or none, got something else")
  }
  return destination
}

/// Makes the rename durable. The corresponding C function is `fsync`.
private func syncFolder(of destination: String, path: String) throws(TorchFileError) {
  func failure(_ action: String) -> TorchFileError {
    let cause = String(cString: strerror(errno))
    return TorchFileError(
      .unwritable, file: path,
      "\(action): \(cause). The new file is in place, but a power cut may undo that")
  }
  let folder = destination.lastIndex(of: "/").map { String(destination[...$0]) } ?? "."
  let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { throw failure("cannot open its folder") }
  defer { close(descriptor) }
  // Some network file systems cannot sync a folder; their renames are durable by themselves.
  guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
    throw failure("cannot sync its folder")
  }
}

private func unwritable(_ path: String, _ action: String, _ code: Int32) -> TorchFileError {
  var message = "\(action): \(String(cString: strerror(code)))"
  switch code {
  case ENOSPC, EDQUOT, EFBIG:
    message += "; free some space, or raise the quota or the limit of file sizes. "
  case ENOENT: message += "; does its folder exist? "
  default: message += ". "
  }
  return TorchFileError(.unwritable, file: path, message + "What stood there before is untouched")
}

/// Keeps SIGXFSZ from this thread while it writes: past the limit of file sizes, `write` shall fail
/// with EFBIG and not end the process.
private struct FileSizeSignal {
  private let previous: sigset_t

  static func block() -> FileSizeSignal {
    var set = signalSet
    var previous = sigset_t()
    pthread_sigmask(SIG_BLOCK, &set, &previous)
    return FileSizeSignal(previous: previous)
  }

  /// Takes the signal of a failed write, then lets signals through as before.
  func restore() {
    var previous = previous
    if sigismember(&previous, SIGXFSZ) == 0 {
      var set = Self.signalSet
      var immediately = timespec()
      while sigtimedwait(&set, nil, &immediately) == SIGXFSZ {}
    }
    pthread_sigmask(SIG_SETMASK, &previous, nil)
  }

  private static var signalSet: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGXFSZ)
    return set
  }
}
