import ArgumentParser
import Foundation
import Terminal
import Workers

/// Shows work as a progress line; Ctrl-C, SIGTERM and SIGHUP stop it.
final class ConsoleObserver: ProgressConsole {
  let interruption = Interruption { request, signal in
    if request == .abandon { exit(128 + signal) }
  }
  let line = Locked<ProgressLine?>(nil)

  /// Does some work; where a signal stopped it, the process ends with the shell's status for that.
  func exiting<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch is WorkStopped {
      throw ExitCode(interruption.exitCode)
    }
  }
}

extension Interruption {
  /// What a shell expects of a process that a signal ended: 130 after SIGINT; 1 where none came.
  var exitCode: Int32 { signal.map { 128 + $0 } ?? 1 }
}
