#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// A lock with a condition that threads wait for, at most until a deadline by a clock that nobody sets:
/// `NSCondition` waits by the time of day, so that a step of that clock would change how long.
///
/// Sendable because the C objects are made for several threads, and live as long as this one.
package final class MonotonicCondition: @unchecked Sendable {
  /// A moment of the monotonic clock.
  package struct Deadline: Sendable {
    fileprivate var time = timespec()

    /// So many seconds from now; at most ten years.
    package init(secondsFromNow seconds: Double) {
      clock_gettime(CLOCK_MONOTONIC, &time)
      let nanoseconds = Int(min(max(seconds, 0), 3e8) * 1e9) + Int(time.tv_nsec)
      time.tv_sec += nanoseconds / 1_000_000_000
      time.tv_nsec = nanoseconds % 1_000_000_000
    }
  }

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// The corresponding C function is `pthread_condattr_setclock`.
  package init() {
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Takes the lock.
  package func lock() { pthread_mutex_lock(mutex) }

  /// Gives the lock back.
  package func unlock() { pthread_mutex_unlock(mutex) }

  /// Wakes all that wait. The caller holds the lock.
  package func broadcast() { pthread_cond_broadcast(condition) }

  /// Gives the lock to others until somebody calls `broadcast`; the caller holds it before and after.
  ///
  /// - Returns: false where the deadline has passed instead. The corresponding C function is
  ///   `pthread_cond_timedwait`.
  package func wait(until deadline: Deadline) -> Bool {
    var time = deadline.time
    return pthread_cond_timedwait(condition, mutex, &time) != ETIMEDOUT
  }
}
