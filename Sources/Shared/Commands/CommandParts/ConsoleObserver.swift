internal import ArgumentParser
internal import Foundation
package import Terminal
package import Workers

/// Shows progress as a line; Ctrl-C, SIGTERM and SIGHUP stop the work.
package final class ConsoleObserver: ProgressConsole {
  package let interruption = Interruption { request, signal in
    if request == .abandon { exit(128 + signal) }
  }
  package let line = Locked<ProgressLine?>(nil)

  package init() {}

  /// Runs `body`; if a signal stopped it, throws the exit code that a shell expects.
  package func exiting<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch is WorkStopped {
      throw ExitCode(interruption.exitCode)
    }
  }
}

extension Interruption {
  /// The status that a shell expects of a process that a signal ended, for instance 130 after
  /// SIGINT; 1 without a signal.
  package var exitCode: Int32 { signal.map { 128 + $0 } ?? 1 }
}
