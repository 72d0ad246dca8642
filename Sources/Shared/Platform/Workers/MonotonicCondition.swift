#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// A lock with a condition that threads wait for, at most until a deadline of the monotonic clock.
/// `NSCondition` uses the time of day, so that setting the clock would change how long it waits.
///
/// Sendable because the C objects are made for several threads, and live as long as this one.
package final class MonotonicCondition: @unchecked Sendable {
  /// A moment of the monotonic clock.
  package struct Deadline: Sendable {
    fileprivate var time = timespec()

    /// The moment `seconds` from now; at most ten years.
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

  package func lock() { pthread_mutex_lock(mutex) }

  package func unlock() { pthread_mutex_unlock(mutex) }

  /// Wakes all that wait. The caller holds the lock.
  package func broadcast() { pthread_cond_broadcast(condition) }

  /// Releases the lock until `broadcast` is called; the caller holds it before and after. The
  /// corresponding C function is `pthread_cond_timedwait`.
  ///
  /// - Returns: false if the deadline has passed instead.
  package func wait(until deadline: Deadline) -> Bool {
    var time = deadline.time
    return pthread_cond_timedwait(condition, mutex, &time) != ETIMEDOUT
  }
}
