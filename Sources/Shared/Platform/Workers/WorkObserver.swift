/// Receives the progress of long work, and can stop it. May be called from any thread.
package protocol WorkObserver: Sendable {
  /// A stage of the work begins: `total` units, named in the plural ("pictures").
  func begin(total: Int, unit: String)
  /// `done` units of the stage are done.
  func advance(to done: Int, detail: String)
  /// The stage is over, whether it was finished or not.
  func end()
  /// Whether the work is to stop as soon as it can. It throws `WorkStopped` then.
  var shallStop: Bool { get }
}

/// Work ended because its observer asked for that.
package struct WorkStopped: Error, Sendable {
  package init() {}
}

/// An observer that shows nothing and never stops the work.
package struct SilentObserver: WorkObserver {
  package init() {}

  package func begin(total: Int, unit: String) {}
  package func advance(to done: Int, detail: String) {}
  package func end() {}
  package var shallStop: Bool { false }
}
