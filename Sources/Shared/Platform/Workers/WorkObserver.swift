/// What long work reports to, and asks whether to go on. May be called from any thread.
package protocol WorkObserver: Sendable {
  /// A stretch of work begins: `total` units, named in the plural ("pictures").
  func begin(total: Int, unit: String)
  /// So many units of the stretch are done.
  func advance(to done: Int, detail: String)
  /// The stretch is over, whether it was finished or not.
  func end()
  /// Whether the work shall stop as soon as it can. It throws `WorkStopped` then.
  var shallStop: Bool { get }
}

/// Work ended because its observer asked for that.
package struct WorkStopped: Error, Sendable {
  /// Creates the error.
  package init() {}
}

/// An observer that shows nothing and never stops the work.
package struct SilentObserver: WorkObserver {
  /// Creates the observer.
  package init() {}

  /// Does nothing.
  package func begin(total: Int, unit: String) {}
  /// Does nothing.
  package func advance(to done: Int, detail: String) {}
  /// Does nothing.
  package func end() {}
  /// Never.
  package var shallStop: Bool { false }
}
