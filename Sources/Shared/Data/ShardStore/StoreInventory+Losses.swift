extension StoreInventory {
  /// Throws if something is lost. Called by the writer of a task, which holds the task's lock.
  ///
  /// Losses of other tasks are checked again under their locks, while no process writes them. A
  /// task with a running writer is left to that writer.
  ///
  /// - Parameter lookingAtOthers: whether `states` has those of the other tasks, and their losses
  ///   count.
  func throwLosses(
    _ states: [ShardName: ShardState], writer task: Int, lookingAtOthers: Bool,
    _ directory: String, _ description: StoreDescription
  ) throws(ShardStoreError) {
    var findings = self.findings(states, tasks: [task])
    for other in tasks where lookingAtOthers && other != task {
      guard !self.findings(states, tasks: [other]).isEmpty else { continue }
      let lock = try TaskLock.reading(other, inStore: directory)
      if case .writerRuns = lock { continue }
      let present = try StoreInventory(store: directory, description)
      let names = present.shards.filter { $0.task == other }
      let known = try KnownVideos(names, inStore: directory, description)
      findings += present.findings(known.states, tasks: [other])
      withExtendedLifetime(lock) {}
    }
    try Self.throwLosses(findings, directory)
  }

  /// Throws an error that names the first of these findings.
  static func throwLosses(
    _ findings: [StoreFinding], _ directory: String
  ) throws(ShardStoreError) {
    guard let error = StoreFinding.error(findings, directory) else { return }
    throw error
  }
}

extension StoreFinding {
  /// An error that says what was found, and what to do; nil if there are no findings.
  package static func error(_ findings: [StoreFinding], _ directory: String) -> ShardStoreError? {
    guard let first = findings.first else { return nil }
    let more = findings.count > 1 ? ", and \(findings.count - 1) more" : ""
    return ShardStoreError(
      .damagedStore, subject: directory,
      "the store is not what was written: \(first)\(more); `extractor verify` lists all; put back "
        + "what is lost, or let `extractor run --redo-damaged` (of the part that wrote it, or of all) "
        + "extract it again")
  }
}
