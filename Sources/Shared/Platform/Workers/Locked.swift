internal import Foundation

/// A value that several threads share, guarded by an `NSLock`.
///
/// `Synchronization.Mutex` gives false reports under the thread sanitizer on Linux; this does not.
package final class Locked<Value>: @unchecked Sendable {
  // Guard of `@unchecked Sendable`: `value` is accessed only while `lock` is held.
  private let lock = NSLock()
  private var value: Value

  package init(_ value: sending Value) {
    self.value = value
  }

  /// Calls `body` with the value while no other thread has it. Don't lock again inside.
  package func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    lock.lock()
    defer { lock.unlock() }
    return try body(&value)
  }
}
