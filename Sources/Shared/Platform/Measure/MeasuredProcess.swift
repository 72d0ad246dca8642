internal import Glibc

/// Another program that is run to measure its cost.
package enum MeasuredProcess {
  /// The cost of a finished program.
  ///
  /// It is CPU time only: the `ru_maxrss` of `wait4` can't be trusted. It also counts the memory of
  /// this process, of which the other one was a copy until it executed its program.
  package struct Cost: Sendable {
    /// As in a shell: 128 plus the signal's number if a signal ended the program.
    package let exitStatus: Int32
    /// User and system time.
    package let cpuSeconds: Double
  }

  /// Runs `program` (looked up on PATH) and discards its output. The corresponding C functions are
  /// `posix_spawnp` and `wait4`.
  ///
  /// - Returns: nil if the program can't be started.
  package static func run(_ program: String, _ arguments: [String]) -> Cost? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    var process = pid_t()
    guard posix_spawnp(&process, program, &actions, nil, words, environ) == 0 else { return nil }
    var status: Int32 = 0
    var usage = rusage()
    while wait4(process, &status, 0, &usage) < 0 {
      guard errno == EINTR else { return nil }
    }
    return Cost(
      exitStatus: status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f),
      cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime))
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) * 1e-6
  }
}
