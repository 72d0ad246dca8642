internal import Glibc

/// The CPU time that the calling thread has used: the cost of a stage, whatever else the machine
/// does.
package enum ThreadCPUClock {
  /// Seconds of CPU time (user and system) of the calling thread since it started.
  ///
  /// The corresponding C function is `clock_gettime(CLOCK_THREAD_CPUTIME_ID)`; about 0.3
  /// microseconds.
  package static func seconds() -> Double { Measure.seconds(of: CLOCK_THREAD_CPUTIME_ID) }
}

/// The CPU time that all threads of this process have used.
package enum ProcessCPUClock {
  /// Seconds of CPU time (user and system) since the process started.
  ///
  /// The corresponding C function is `clock_gettime(CLOCK_PROCESS_CPUTIME_ID)`.
  package static func seconds() -> Double { Measure.seconds(of: CLOCK_PROCESS_CPUTIME_ID) }
}

/// The corresponding C function is `clock_gettime`.
func seconds(of clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
