internal import Dispatch

/// Calls `body` once with each number of 0..<count, spread over the cores; returns when all are done.
///
/// The caller is one of the workers. The corresponding Dispatch function is `concurrentPerform`: with
/// more bodies than cores some run after others, so a body must not wait for another one. Costs a few
/// microseconds; for work that is known beforehand, whereas `WorkerPool.forEach` is for queues.
public func runParallel(_ count: Int, _ body: @Sendable (Int) -> Void) {
  precondition(count >= 0, "work falls into 0 or more parts")
  guard count > 1 else {
    if count == 1 { body(0) }
    return
  }
  DispatchQueue.concurrentPerform(iterations: count, execute: body)
}
