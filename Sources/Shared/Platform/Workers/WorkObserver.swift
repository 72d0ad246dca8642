/// What long work reports to, and asks whether to go on. May be called from any thread.
public protocol WorkObserver: Sendable {
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
public struct WorkStopped: Error, Sendable {
  /// Creates the error.
  public init() {}
}

/// An observer that shows nothing and never stops the work.
public struct SilentObserver: WorkObserver {
  /// Creates the observer.
  public init() {}

  /// Does nothing.
  public func begin(total: Int, unit: String) {}
  /// Does nothing.
  public func advance(to done: Int, detail: String) {}
  /// Does nothing.
  public func end() {}
  /// Never.
  public var shallStop: Bool { false }
}
