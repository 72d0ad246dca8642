internal import Glibc

/// What a worker process may use, set before it reads a byte of what somebody uploaded: a file that makes
/// a decoder run wild costs its own analysis and nothing else.
package struct WorkerLimits: Sendable, Equatable {
  /// Addresses of the process in bytes.
  package var memoryBytes: Int
  /// Seconds of processor time, over all threads.
  package var processorSeconds: Int
  /// Bytes of the largest file that it may write.
  package var fileBytes: Int
  /// Open files.
  package var files = 128

  package init(memoryBytes: Int, processorSeconds: Int, fileBytes: Int) {
    self.memoryBytes = memoryBytes
    self.processorSeconds = processorSeconds
    self.fileBytes = fileBytes
  }

  /// Sets the limits of this process; they can't be raised again. Also: no core files, whose content
  /// would be somebody's video. The corresponding C function is `setrlimit`.
  ///
  /// - Returns: whether the system took all of them.
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
      // At the soft limit of processor time comes SIGXCPU, which says why; at the hard one SIGKILL.
      let room: rlim_t = resource == RLIMIT_CPU ? 5 : 0
      limit = rlimit(rlim_cur: bounded, rlim_max: min(bounded + room, limit.rlim_max))
      return setrlimit(kind, &limit) == 0
    }
  }
}
