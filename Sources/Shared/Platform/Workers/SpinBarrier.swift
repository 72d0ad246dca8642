#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif
internal import Synchronization

/// A barrier for workers of one `runTogether` that wait for each other many times a millisecond.
/// They spin for a moment, then yield their core, so that it works with more workers than cores
/// too.
package final class SpinBarrier: Sendable {
  private let members: Int
  private let arrived = Atomic(0)
  private let phase = Atomic(0)

  /// - Parameter members: how many workers wait each time.
  package init(members: Int) {
    precondition(members > 0, "a barrier is for at least one worker")
    self.members = members
  }

  /// Returns when all members have called; what they wrote before is seen by all.
  package func wait() {
    guard members > 1 else { return }
    let current = phase.load(ordering: .acquiring)
    if arrived.add(1, ordering: .acquiringAndReleasing).newValue == members {
      arrived.store(0, ordering: .relaxed)
      phase.store(current &+ 1, ordering: .releasing)
      return
    }
    var spins = 0
    while phase.load(ordering: .acquiring) == current {
      spins += 1
      if spins > 2000 { sched_yield() }
    }
  }
}
