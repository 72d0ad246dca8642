package import Workers

/// Shows work as a progress line on standard error, and ends it where a signal asks for that.
package protocol ProgressConsole: WorkObserver {
  /// What Ctrl-C, SIGTERM and SIGHUP do.
  var interruption: Interruption { get }
  /// The line of the work under way; nil between two.
  var line: Locked<ProgressLine?> { get }
}

extension ProgressConsole {
  /// Whether a signal came.
  package var shallStop: Bool { interruption.request != .none }

  /// Begins a line.
  package func begin(total: Int, unit: String) {
    line.withLock { $0 = ProgressLine(total: total, unit: unit) }
  }

  /// Moves the line on.
  package func advance(to done: Int, detail: String) {
    line.withLock { $0?.update(done: done, detail: detail) }
  }

  /// Ends the line.
  package func end() {
    line.withLock { line in
      line?.finish()
      line = nil
    }
  }
}
