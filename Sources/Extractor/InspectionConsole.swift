import Foundation
import Terminal
import Workers

/// Shows a look at a store; Ctrl-C, SIGTERM and SIGHUP stop it.
final class InspectionConsole: ProgressConsole {
  let interruption = Interruption { request, signal in
    if request == .abandon { exit(128 + signal) }
  }
  let line = Locked<ProgressLine?>(nil)

  /// The signal that came; nil where none did.
  var signal: Int32? { interruption.signal }
}
