/// A value that the bodies of one `runParallel` share without a lock: memory of which each body
/// writes a part of its own, such as the arenas of data-parallel workers.
///
/// A lock would cost time and guard nothing. What makes the sharing safe is the caller's promise:
/// between the start and the end of a `runParallel`, whatever one body writes no other body touches.
/// `runParallel` itself orders what was written before it, inside it and after it.
package struct WorkerShared<Value>: @unchecked Sendable {
  // Guard of `@unchecked Sendable`: the promise above, and `value` itself is never reassigned.
  /// The shared value.
  package let value: Value

  /// Shares a value under the promise above.
  package init(_ value: Value) {
    self.value = value
  }
}
