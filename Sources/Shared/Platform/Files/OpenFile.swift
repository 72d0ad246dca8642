internal import Glibc

/// An open file. It is closed when the value ends.
///
/// swift-system's `FileDescriptor` is not used: it can be copied, must be closed by hand, and has
/// neither `fsync` nor `flock`.
package struct OpenFile: ~Copyable {
  /// What the file is opened for.
  package enum Access: String, Sendable {
    case read = "reading"
    /// Every write goes to the end of the file, even if other writers have moved it.
    case append = "appending"
    case update = "reading and writing"
  }

  /// Whether a file is created.
  package enum Creation: Sendable {
    /// The file must exist.
    case never
    /// A missing file is created, empty.
    case ifMissing
    /// The file must not exist yet.
    case always
  }

  /// The file as errors name it.
  package let path: String
  private(set) var number: Int32

  /// The file's length in bytes at opening, plus all that was appended completely since.
  package private(set) var length: Int

  /// Opens a file, or a folder for reading. A file that is created has the permissions that the
  /// process gives new files. The corresponding C function is `open`.
  ///
  /// - Parameter subject: what errors name instead of `path`.
  package init(
    _ path: String, _ access: Access, creating creation: Creation = .never, subject: String? = nil
  ) throws(FileError) {
    var flags = O_CLOEXEC
    switch access {
    // Opening a named pipe must not wait for its writer; reading regular files is not affected.
    case .read: flags |= O_RDONLY | O_NONBLOCK
    case .append: flags |= O_WRONLY | O_APPEND
    case .update: flags |= O_RDWR
    }
    switch creation {
    case .never: break
    case .ifMissing: flags |= O_CREAT
    case .always: flags |= O_CREAT | O_EXCL | O_NOFOLLOW
    }
    self.path = subject ?? path
    length = 0
    number = Self.open(path, flags)
    guard number >= 0 else {
      throw FileError(
        errno: errno, self.path,
        creation == .always ? "can't create \(path)" : "can't open it for \(access.rawValue)")
    }
    var status = stat()
    guard fstat(number, &status) == 0 else {
      throw FileError(errno: errno, self.path, "can't examine it")
    }
    length = Int(status.st_size)
  }

  deinit { if number >= 0 { _ = Glibc.close(number) } }

  private static func open(_ path: String, _ flags: Int32) -> Int32 {
    while true {
      let number = Glibc.open(path, flags, 0o666)
      if number >= 0 || errno != EINTR { return number }
    }
  }

  /// Closes the file and throws the errors that network file systems report only then, such as a
  /// full disk. The corresponding C function is `close`.
  package consuming func close() throws(FileError) {
    let owned = number
    number = -1
    guard Glibc.close(owned) == 0 else { throw FileError(errno: errno, path, "can't close it") }
  }
}

// MARK: Reading

extension OpenFile {
  /// The bytes at `offset`; fewer than `count` only at the end of the file. The corresponding C
  /// function is `pread`.
  package func read(count: Int, at offset: Int) throws(FileError) -> [UInt8] {
    var failure: Int32 = 0
    var position = offset
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let base = buffer.baseAddress {
        let got = pread(number, base + filled, count - filled, off_t(offset + filled))
        if got > 0 {
          filled += got
        } else if got == 0 {
          return
        } else if errno != EINTR {
          (failure, position) = (errno, offset + filled)
          return
        }
      }
    }
    guard failure == 0 else {
      throw FileError(errno: failure, path, "can't read at byte \(position)")
    }
    return bytes
  }
}

// MARK: Advice

extension OpenFile {
  /// Tells the system that pages are read in no order, so that it doesn't read others along with
  /// them. The corresponding C function is `posix_fadvise`. If the advice isn't taken, reading is
  /// slower.
  package func expectRandomReads() { _ = posix_fadvise(number, 0, 0, POSIX_FADV_RANDOM) }

  /// Tells the system to read bytes from the disk while the process does other things.
  package func prefetch(count: Int, at offset: Int) {
    _ = posix_fadvise(number, off_t(offset), off_t(count), POSIX_FADV_WILLNEED)
  }
}

// MARK: Writing

extension OpenFile {
  /// Appends all of `bytes`. If that fails, the file is truncated to its length before: half a
  /// record would make everything after it unreadable.
  ///
  /// Beyond the limit of file sizes this throws; the process gets no signal. The corresponding C
  /// function is `write`.
  package mutating func append(_ bytes: RawSpan) throws(FileError) {
    let signals = FileSizeSignal.block()
    defer { signals.restore() }
    var done = 0
    while done < bytes.byteCount {
      // Linux writes at most 2 GiB at once.
      let count = bytes.withUnsafeBytes {
        Glibc.write(number, $0.baseAddress.map { $0 + done }, min($0.count - done, 1 << 30))
      }
      if count > 0 {
        done += count
      } else if count == 0 || errno != EINTR {
        let reason = count == 0 ? EIO : errno
        ftruncate(number, off_t(length))
        throw FileError(errno: reason, path, "can't write \(bytes.byteCount) bytes at \(length)")
      }
    }
    length += bytes.byteCount
  }

  /// Appends all of `bytes`, see `append(_:)` of a span.
  package mutating func append(_ bytes: [UInt8]) throws(FileError) {
    try append(bytes.span.bytes)
  }

  /// Extends the file durably to at least `bytes`; the added bytes read as zeros. The corresponding
  /// C functions are `ftruncate` and `fsync`.
  package mutating func extend(to bytes: Int) throws(FileError) {
    guard length < bytes else { return }
    let signals = FileSizeSignal.block()
    defer { signals.restore() }
    guard ftruncate(number, off_t(bytes)) == 0 else {
      throw FileError(errno: errno, path, "can't extend it to \(bytes) bytes")
    }
    length = bytes
    try sync()
  }

  /// Makes what was written survive a power failure. The corresponding C function is `fsync`.
  package func sync() throws(FileError) {
    guard fsync(number) == 0 else { throw FileError(errno: errno, path, "can't sync it") }
  }
}

/// Blocks SIGXFSZ in this thread while it writes: beyond the limit of file sizes, `write` then
/// fails with EFBIG and doesn't end the process.
struct FileSizeSignal {
  private let previous: sigset_t

  static func block() -> FileSizeSignal {
    var set = signalSet
    var previous = sigset_t()
    pthread_sigmask(SIG_BLOCK, &set, &previous)
    return FileSizeSignal(previous: previous)
  }

  /// Discards the signal of a failed write, then restores the former signal mask.
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
