internal import Foundation
internal import Workers

/// A process of this program that writes lines.
final class WorkerProcess {
  enum Line {
    case text(String)
    case end
    case timeOut
  }

  private let process: pid_t
  private let output: Int32
  private var pending: [UInt8] = []

  /// Starts this program with its output at our end of a pipe. The corresponding C function is
  /// `posix_spawn`.
  init(_ arguments: [String], errors: String) throws {
    // Another thread's process would keep our end of the pipe open.
    let (started, output) = try Self.starting.withLock { _ in try Self.start(arguments, errors) }
    process = started
    self.output = output
  }

  private static let starting = Locked(())

  private static func start(
    _ arguments: [String], _ errors: String
  ) throws -> (process: pid_t, output: Int32) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var started: pid_t = 0
    let status = posix_spawn(&started, program, &actions, nil, &words, environ)
    close(ends[1])
    guard status == 0 else {
      close(ends[0])
      throw POSIXError(POSIXErrorCode(rawValue: status) ?? .EIO)
    }
    return (started, ends[0])
  }

  deinit { close(output) }

  /// The next line, waited for so long at most.
  func line(seconds: Double) -> Line {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while true {
      if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        let text = String(decoding: pending[..<end], as: UTF8.self)
        pending.removeSubrange(...end)
        return .text(text)
      }
      let left = deadline - ContinuousClock.now
      guard left > .zero else { return .timeOut }
      var poll = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      let milliseconds = Int32(left / .milliseconds(1)) + 1
      guard Glibc.poll(&poll, 1, milliseconds) > 0 else { continue }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(output, &buffer, buffer.count)
      guard count > 0 else { return .end }
      pending += buffer[..<count]
    }
  }

  func kill() { Glibc.kill(process, SIGKILL) }

  /// Waits for the process: nil where it ended as it should, else how it ended.
  func wait() -> String? {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    if status == 0 { return nil }
    let number = status & 0x7f
    return number == 0 ? "exit code \(status >> 8 & 0xff)" : "signal \(number)"
  }
}
