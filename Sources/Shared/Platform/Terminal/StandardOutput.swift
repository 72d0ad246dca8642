internal import Glibc
internal import PrintableText
internal import Workers

/// Writes lines to standard output at once. Swift's own `print` buffers them if the output is a
/// file or a pipe, so that they would come after text that was written to standard error later.
package enum StandardOutput {
  private static let lost = Locked<Int32?>(nil)
  private static let log = Locked(false)
  private static let result = Locked(false)

  /// Whether the output is only a log of work whose result is elsewhere, in a store or a run's
  /// folder: a lost log is no failure.
  package static var isLog: Bool {
    get { log.withLock { $0 } }
    set { log.withLock { $0 = newValue } }
  }

  /// Whether standard output is for a result that programs read: `write` prints nothing then.
  static var isForResult: Bool {
    get { result.withLock { $0 } }
    set { result.withLock { $0 = newValue } }
  }

  /// Writes a line, or several that are joined by line feeds. Characters that a terminal would
  /// interpret are escaped.
  package static func write(_ line: String = "") {
    guard !isForResult else { return }
    writeResult(line + "\n")
  }

  /// Writes a result that programs read. The text must contain all its line feeds.
  static func writeResult(_ text: String) {
    let status = OutputDescriptor.write(text.printableLines, to: STDOUT_FILENO)
    guard status != 0 else { return }
    lost.withLock { $0 = $0 ?? status }
  }

  /// A sentence that says that some of the output was lost; nil if all of it was written. A closed
  /// terminal doesn't count, nor does a reader such as `head` that has read all it wants.
  package static var failure: String? {
    guard let status = lost.withLock({ $0 }), status != EIO, status != EPIPE else { return nil }
    return "standard output can't be written, so that part of it is missing "
      + "(\(String(cString: strerror(status)))); "
      + (status == EBADF ? "leave it open" : "free some space, or write to another place")
  }
}

/// Lines on standard error.
package enum StandardError {
  /// Writes a line, or several that are joined by line feeds. Characters that a terminal would
  /// interpret are escaped.
  package static func write(_ line: String = "") {
    _ = OutputDescriptor.write(line.printableLines + "\n", to: STDERR_FILENO)
  }

  /// Waits until the program at the other end of a pipe has read all that was written, and a moment
  /// longer, so that it can pass the text on. A launcher of several processes drops what it has not
  /// read yet when it is told to end the job: a process writes the reason, waits here, and then
  /// ends the job.
  ///
  /// - Parameter longest: the longest time to wait.
  package static func waitUntilRead(atMost longest: Duration) {
    OutputDescriptor.waitUntilRead(STDERR_FILENO, atMost: longest)
  }
}

/// Writes to a descriptor that may be a closed terminal or a full disk. Neither ends the process,
/// as they would with `FileHandle`.
enum OutputDescriptor {
  /// - Returns: 0, or the number of the error that ended writing.
  static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count > 0 {
          rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        } else if count == 0 {
          return EIO
        } else if errno == EAGAIN {
          // Another process made the terminal or pipe non-blocking: wait until it takes more.
          var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&state, 1, 1000)
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }

  /// See `StandardError.waitUntilRead`. Returns at once if the descriptor isn't a pipe.
  static func waitUntilRead(_ descriptor: Int32, atMost longest: Duration) {
    var state = stat()
    guard fstat(descriptor, &state) == 0, state.st_mode & S_IFMT == S_IFIFO else { return }
    let deadline = ContinuousClock.now + longest
    var unread: Int32 = 0
    while ioctl(descriptor, UInt(FIONREAD), &unread) == 0, unread > 0,
      ContinuousClock.now < deadline
    {
      usleep(1000)
    }
    usleep(200_000)
  }
}
