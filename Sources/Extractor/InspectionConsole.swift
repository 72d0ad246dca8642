import Foundation
import Terminal
import Workers

/// Shows a look at a store as a progress line; Ctrl-C, SIGTERM and SIGHUP stop it.
final class InspectionConsole: WorkObserver {
  private let interruption = Interruption { request, signal in
    if request == .abandon { exit(128 + signal) }
  }
  private let line = Locked<ProgressLine?>(nil)

  /// The signal that came; nil where none did.
  var signal: Int32? { interruption.signal }

  var shallStop: Bool { interruption.request != .none }

  func begin(total: Int, unit: String) {
    line.withLock { $0 = ProgressLine(total: total, unit: unit) }
  }

  func advance(to done: Int, detail: String) {
    line.withLock { $0?.update(done: done, detail: detail) }
  }

  func end() {
    line.withLock { line in
      line?.finish()
      line = nil
    }
  }
}
