internal import CProcess
internal import Glibc

/// The first and the last thing that a program does, so that a lost terminal, log or disk costs nothing
/// but what it held.
package enum Program {
  /// Before anything else, above all before a file is opened.
  ///
  /// - Descriptors 0 to 2 that are closed are opened on /dev/null, the two of output for reading only:
  ///   else the next file that is opened would be the standard output, and get its text. What is
  ///   written there counts as lost.
  /// - A pipe that nobody reads any more, or a file that reaches its limit, makes writing fail, where
  ///   SIGPIPE and SIGXFSZ would end the process.
  /// - Up to 65,536 files may be open where the system allows that: a store has one or two per shard.
  /// - A mapped file that somebody truncates ends the process with a line that names file and offset,
  ///   and with `failureStatus`, where SIGBUS would.
  ///
  /// - Parameter failureStatus: status of a process that failed.
  package static func begin(failureStatus: Int32) {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      // The lowest free number is given, and the lower ones are open.
      _ = open("/dev/null", O_RDONLY)
    }
    for number in [SIGPIPE, SIGXFSZ] { ignore(number) }
    var files = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0 {
      // Not without bounds: there are programs and libraries that close each number up to the limit.
      files.rlim_cur = max(files.rlim_cur, min(files.rlim_max, 1 << 16))
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
    }
    name_lost_files(failureStatus)
  }

  /// Ends the process with its last message, which repeats names of files and must not command the
  /// terminal.
  ///
  /// A status below 64 says how the work went (those from 64 on are wrong usage and signals): with it
  /// the output was a result, unless it was a log. A result that was lost is a failure.
  ///
  /// - Parameters:
  ///   - message: a help text, which goes to standard output, or what is wrong.
  ///   - status: what the work, or the error that ended it, asks for.
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

/// The name `signal` in a function of its own: `Interruption` has a property of that name.
func ignore(_ number: Int32) { signal(number, SIG_IGN) }
