import Foundation
import Terminal
import Workers

/// Shows the progress of an inspection; Ctrl-C, SIGTERM and SIGHUP stop it.
final class InspectionConsole: ProgressConsole {
  let interruption = Interruption { request, signal in
    if request == .abandon { exit(128 + signal) }
  }
  let line = Locked<ProgressLine?>(nil)

  /// The received signal; nil if there was none.
  var signal: Int32? { interruption.signal }
}
