internal import Glibc

/// The memory that some work will need in addition to what the process has already.
package struct MemoryNeed: Sendable, Equatable {
  /// Bytes that it writes to, which are therefore resident.
  package var written: Int
  /// Further bytes that are reserved for it: stacks of threads, buffers that are mostly unused.
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

  /// Why the work can't be done, as a sentence; nil if it can.
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

  /// - Throws: if a limit of this process is too low, see `obstacle`.
  package func check(for work: String, remedy: String) throws(InsufficientMemory) {
    if let message = obstacle(for: work, remedy: remedy) {
      throw InsufficientMemory(description: message)
    }
  }

  /// Bytes that another run may use in addition at the same point. Dispatch ends idle threads, and
  /// glibc keeps the stacks of ended ones; both depend on timing.
  private static var otherStacks: Int { stacks(threads: 2) }

  /// The limits with room for other threads than those of now, so that advice based on them holds
  /// for the next run too.
  package static func cautious(_ limits: [MemoryLimit]) -> [MemoryLimit] {
    limits.map { limit in
      limit.kind == .controlGroup
        ? limit : MemoryLimit(limit.kind, bytes: limit.bytes, used: limit.used + otherStacks)
    }
  }

  /// Bytes of the stacks of so many new threads. Each is as large as the process's own stack may
  /// become.
  package static func stacks(threads: Int) -> Int {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit)
    // glibc's choice if there is no limit.
    return threads * (Int(exactly: limit.rlim_cur) ?? 2 << 20)
  }
}

/// Some work needs more memory than a limit allows.
package struct InsufficientMemory: Error, Sendable, CustomStringConvertible {
  /// A sentence: what is needed, what is allowed, and what to set.
  package let description: String

  package init(description: String) { self.description = description }
}
