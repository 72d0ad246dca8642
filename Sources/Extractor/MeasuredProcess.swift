#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs a program and tells what it cost by the operating system's own account.
enum MeasuredProcess {
  /// What a finished program cost.
  struct Cost {
    var exitStatus: Int32
    var cpuSeconds: Double
    var wallSeconds: Double
    var peakMebibytes: Double
  }

  /// Runs `program` (looked up on PATH) with its output thrown away.
  ///
  /// - Returns: nil where the program can't be started.
  static func run(_ program: String, _ arguments: [String]) -> Cost? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    let start = wallSeconds()
    var process = pid_t()
    guard posix_spawnp(&process, program, &actions, nil, words, environ) == 0 else { return nil }
    var status: Int32 = 0
    var usage = rusage()
    while wait4(process, &status, 0, &usage) < 0 {
      guard errno == EINTR else { return nil }
    }
    return Cost(
      exitStatus: status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f),
      cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
      wallSeconds: wallSeconds() - start, peakMebibytes: Double(usage.ru_maxrss) / 1024)
  }

  /// CPU seconds (user and system) that this process has used.
  static func ownCPUSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  /// The most memory that this process has had resident, in MiB.
  static func ownPeakMebibytes() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  }

  /// Seconds of a clock that never goes back.
  static func wallSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) * 1e-6
  }
}
