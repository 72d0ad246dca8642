internal import Dispatch
internal import Foundation

/// Calls `body` once with each number of 0..<count, spread over the cores; returns when all are
/// done.
///
/// The caller is one of the workers. The corresponding Dispatch function is `concurrentPerform`:
/// with more bodies than cores some run after others, so a body must not wait for another one. It
/// costs a few microseconds. It is for work whose parts are known beforehand; `WorkerPool.forEach`
/// is for queues.
package func runParallel(_ count: Int, _ body: @Sendable (Int) -> Void) {
  precondition(count >= 0, "work falls into 0 or more parts")
  guard count > 1 else {
    if count == 1 { body(0) }
    return
  }
  DispatchQueue.concurrentPerform(iterations: count, execute: body)
}

/// Calls `body` once with each number of 0..<count, all at the same time: bodies may wait for each
/// other, at a `SpinBarrier` for example. Returns when all are done.
///
/// The caller is one of the workers, and each other one gets a thread of its own. That costs some
/// 50 microseconds, so it is for milliseconds of work that can't be split into parts beforehand.
package func runTogether(_ count: Int, _ body: @Sendable (Int) -> Void) {
  precondition(count > 0, "at least one worker runs")
  guard count > 1 else { return body(0) }
  withoutActuallyEscaping(body) { body in
    // A thread lives on for a moment after its work, and must not hold the body until then.
    let lent = Locked<(@Sendable (Int) -> Void)?>(body)
    let group = DispatchGroup()
    for worker in 1..<count {
      group.enter()
      let thread = Thread {
        lent.withLock { $0 }?(worker)
        group.leave()
      }
      thread.stackSize = 1 << 20
      thread.start()
    }
    body(0)
    group.wait()
    lent.withLock { $0 = nil }
  }
}
