internal import CProcess
internal import Glibc

/// The first and the last step of a program. They limit the effect of a lost terminal, log or disk
/// to its own content.
package enum Program {
  /// Prepares the process. Must be called before anything else, above all before a file is opened.
  ///
  /// - Those of the descriptors 0 to 2 that are closed are opened on /dev/null, for reading only.
  ///   If they stayed closed, the next file that is opened would become standard output, and get
  ///   its text. What is written there counts as lost.
  /// - Writing to a pipe without a reader, or beyond the limit of file sizes, fails; SIGPIPE and
  ///   SIGXFSZ don't end the process.
  /// - Up to 65,536 files may be open if the system allows that: a store has one or two per shard.
  /// - Reading a mapped file that was truncated ends the process with a line that names file and
  ///   offset, and with `failureStatus`, not by SIGBUS.
  ///
  /// - Parameter failureStatus: status of a process that failed.
  package static func begin(failureStatus: Int32) {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      // `open` returns the lowest free number, and all lower ones are open.
      _ = open("/dev/null", O_RDONLY)
    }
    for number in [SIGPIPE, SIGXFSZ] { ignore(number) }
    var files = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0 {
      // Not unlimited: some programs and libraries close each number up to the limit.
      files.rlim_cur = max(files.rlim_cur, min(files.rlim_max, 1 << 16))
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
    }
    name_lost_files(failureStatus)
  }

  /// Ends the process with its last message. Names of files in it can't control the terminal,
  /// because they are escaped.
  ///
  /// A status below 64 says how the work went; those from 64 on are for wrong usage and signals.
  /// With a status below 64 the output was a result, unless it was a log, and a lost result is a
  /// failure.
  ///
  /// - Parameters:
  ///   - message: a help text, which goes to standard output, or what is wrong.
  ///   - status: the status that the work, or the error that ended it, asks for.
  ///   - failureStatus: status of a process that failed.
  package static func end(_ message: String, status: Int32, failureStatus: Int32) -> Never {
    if !message.isEmpty {
      if status == 0 { StandardOutput.write(message) } else { StandardError.write(message) }
    }
    guard status < 64, status != failureStatus, let failure = StandardOutput.failure else {
      exit(status)
    }
    if StandardOutput.isLog {
      StandardError.write("Note: " + failure)
      exit(status)
    }
    StandardError.write("Error: " + failure)
    exit(failureStatus)
  }
}

/// Ignores a signal. It is a free function because `Interruption` has a property named `signal`.
func ignore(_ number: Int32) { signal(number, SIG_IGN) }
