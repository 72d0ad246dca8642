#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The CPU time that the calling thread has used: what a stage costs, whatever else the machine does.
public enum ThreadCPUClock {
  /// Seconds of CPU time (user and system) of the calling thread since it started.
  ///
  /// The corresponding C function is `clock_gettime(CLOCK_THREAD_CPUTIME_ID)`; about 0.3
  /// microseconds.
  public static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
