package import Workers

/// Shows work as a progress line on standard error, and ends it if a signal asks for that.
package protocol ProgressConsole: WorkObserver {
  /// The requests by Ctrl-C, SIGTERM and SIGHUP.
  var interruption: Interruption { get }
  /// The line of the work under way; nil if there is none.
  var line: Locked<ProgressLine?> { get }
}

extension ProgressConsole {
  /// Whether a signal has come.
  package var shallStop: Bool { interruption.request != .none }

  package func begin(total: Int, unit: String) {
    line.withLock { $0 = ProgressLine(total: total, unit: unit) }
  }

  package func advance(to done: Int, detail: String) {
    line.withLock { $0?.update(done: done, detail: detail) }
  }

  package func end() {
    line.withLock { line in
      line?.finish()
      line = nil
    }
  }
}
