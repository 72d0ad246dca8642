internal import Glibc

/// What some work will need beyond what the process has already.
package struct MemoryNeed: Sendable, Equatable {
  /// Bytes that it writes to, and that so lie in memory.
  package var written: Int
  /// Bytes that are reserved for it besides: stacks of threads, buffers of which little is used.
  package var reserved: Int
  /// Bytes of files that it maps.
  package var mapped: Int

  package init(written: Int, reserved: Int = 0, mapped: Int = 0) {
    self.written = written
    self.reserved = reserved
    self.mapped = mapped
  }

  /// The bytes that a limit counts.
  package func bytes(countedBy kind: MemoryLimit.Kind) -> Int {
    switch kind {
    case .addressSpace: written + reserved + mapped
    case .data: written + reserved
    case .controlGroup: written
    }
  }

  /// Why the work can't be done, as a sentence; nil where it can.
  ///
  /// - Parameters:
  ///   - work: what needs the memory: "the training".
  ///   - remedy: what needs less: "take fewer workers (--workers 1)".
  package func obstacle(
    for work: String, remedy: String, within limits: [MemoryLimit] = MemoryLimit.current
  ) -> String? {
    for limit in limits {
      let needed = bytes(countedBy: limit.kind)
      guard needed > limit.free else { continue }
      let (name, raise) =
        switch limit.kind {
        case .addressSpace: ("ulimit -v", "ulimit -v")
        case .data: ("ulimit -d", "ulimit -d")
        case .controlGroup: ("the control group", "its limit")
        }
      let whole = limit.used + needed
      return "not enough memory for \(work): it needs about \(whole >> 20) MiB, and \(name) allows "
        + "\(limit.bytes >> 20); \(remedy), or raise \(raise) to "
        + (limit.kind == .controlGroup
          ? "\(whole >> 20) MiB" : "\(((whole + Self.otherStacks) >> 10) / 1024 * 1024 + 1024)")
    }
    return nil
  }

  /// - Throws: where a limit of this process is too low, see `obstacle`.
  package func check(for work: String, remedy: String) throws(InsufficientMemory) {
    if let message = obstacle(for: work, remedy: remedy) {
      throw InsufficientMemory(description: message)
    }
  }

  /// What another run may use more when it comes to the same point: Dispatch ends idle threads, and glibc
  /// keeps the stacks of ended ones, both by the clock.
  private static var otherStacks: Int { stacks(threads: 2) }

  /// The limits as they are when other threads run than now: advice by them holds for the next run too.
  package static func cautious(_ limits: [MemoryLimit]) -> [MemoryLimit] {
    limits.map { limit in
      limit.kind == .controlGroup
        ? limit : MemoryLimit(limit.kind, bytes: limit.bytes, used: limit.used + otherStacks)
    }
  }

  /// Bytes of the stacks of threads that are started: each is as large as the process's own may be.
  package static func stacks(threads: Int) -> Int {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit)
    // glibc's choice where there is no limit.
    return threads * (Int(exactly: limit.rlim_cur) ?? 2 << 20)
  }
}

/// Some work needs more memory than a limit allows.
package struct InsufficientMemory: Error, Sendable, CustomStringConvertible {
  /// What is needed, what is allowed, and what to set.
  package let description: String

  /// Creates an error with its sentence.
  package init(description: String) { self.description = description }
}
