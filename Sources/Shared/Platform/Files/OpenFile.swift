internal import Glibc

/// An open file; closed with its owner.
///
/// A wrapper of our own and not swift-system's `FileDescriptor`: that one is copied freely and closed
/// by hand, and has neither `fsync` nor `flock`.
package struct OpenFile: ~Copyable {
  /// What the file is opened for.
  package enum Access: String, Sendable {
    /// To read.
    case read = "reading"
    /// To write at the end, wherever other writers have moved that.
    case append = "appending"
    /// To read and to write.
    case update = "reading and writing"
  }

  /// What happens where the file is missing or there.
  package enum Creation: Sendable {
    /// The file must be there.
    case never
    /// It is made, empty, where it is missing.
    case ifMissing
    /// It must not be there.
    case always
  }

  /// The file as errors name it.
  package let path: String
  private(set) var number: Int32

  /// The file's length in bytes at opening, and all that was appended whole since.
  package private(set) var length: Int

  /// Opens a file or, to read, a folder. A file that is made has the permissions that the process
  /// gives new files. The corresponding C function is `open`.
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

  /// Closes the file and reports what network file systems say only then, such as a full disk. The
  /// corresponding C function is `close`.
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
  /// Says that pages are read here and there: the system then reads no others along with them. The
  /// corresponding C function is `posix_fadvise`. Advice only; where it isn't taken, reading is slower.
  package func expectRandomReads() { _ = posix_fadvise(number, 0, 0, POSIX_FADV_RANDOM) }

  /// Has bytes read from the disk while the process does other things.
  package func prefetch(count: Int, at offset: Int) {
    _ = posix_fadvise(number, off_t(offset), off_t(count), POSIX_FADV_WILLNEED)
  }
}

// MARK: Writing

extension OpenFile {
  /// Appends all of `bytes`. Where that fails, the file is cut back to what it was before: half a
  /// record would make what follows it unreadable.
  ///
  /// Past the limit of file sizes this throws; the process gets no signal. The corresponding C
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

  /// Makes the file at least `bytes` long, and that durable; what is added reads as zeros. The
  /// corresponding C functions are `ftruncate` and `fsync`.
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

/// Keeps SIGXFSZ from this thread while it writes: past the limit of file sizes, `write` shall fail
/// with EFBIG and not end the process.
struct FileSizeSignal {
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
