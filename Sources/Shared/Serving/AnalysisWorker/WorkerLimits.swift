internal import Glibc

/// Resource limits of a worker process, set before it reads any byte of an upload, so that a file
/// that makes a decoder use too much fails only its own analysis.
package struct WorkerLimits: Sendable, Equatable {
  /// Address space of the process in bytes.
  package var memoryBytes: Int
  /// Seconds of processor time, over all threads.
  package var processorSeconds: Int
  /// Size of the largest file that the process may write.
  package var fileBytes: Int
  /// Number of open files.
  package var files = 128

  package init(memoryBytes: Int, processorSeconds: Int, fileBytes: Int) {
    self.memoryBytes = memoryBytes
    self.processorSeconds = processorSeconds
    self.fileBytes = fileBytes
  }

  /// Sets the limits of this process; they can't be raised again. Also disables core files, which
  /// would contain private videos. The corresponding C function is `setrlimit`.
  ///
  /// - Returns: Whether the system accepted all of them.
  package func apply() -> Bool {
    let limits: [(__rlimit_resource, Int)] = [
      (RLIMIT_AS, memoryBytes), (RLIMIT_CPU, processorSeconds), (RLIMIT_FSIZE, fileBytes),
      (RLIMIT_NOFILE, files), (RLIMIT_CORE, 0),
    ]
    return limits.allSatisfy { resource, value in
      let kind = __rlimit_resource_t(resource.rawValue)
      var limit = rlimit()
      guard getrlimit(kind, &limit) == 0 else { return false }
      let bounded = min(rlim_t(max(value, 0)), limit.rlim_max)
      // The soft limit of processor time sends SIGXCPU, which tells the cause;
      // the hard one SIGKILL.
      let room: rlim_t = resource == RLIMIT_CPU ? 5 : 0
      limit = rlimit(rlim_cur: bounded, rlim_max: min(bounded + room, limit.rlim_max))
      return setrlimit(kind, &limit) == 0
    }
  }
}
