/// A value that the bodies of one `runParallel` share without a lock: memory in which each body
/// writes a part of its own, such as the arenas of data-parallel workers.
///
/// A lock would cost time and guard nothing. The sharing is safe because the caller promises:
/// between the start and the end of a `runParallel`, what one body writes no other body reads or
/// writes. `runParallel` itself orders the writes before it, inside it and after it.
package struct WorkerShared<Value>: @unchecked Sendable {
  // Guard of `@unchecked Sendable`: the promise above, and `value` itself is never reassigned.
  package let value: Value

  /// Shares a value under the promise above.
  package init(_ value: Value) {
    self.value = value
  }
}
