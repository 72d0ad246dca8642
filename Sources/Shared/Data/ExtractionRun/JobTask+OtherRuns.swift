internal import ShardStore

extension JobTask {
  /// Throws if the task is being extracted, as a repair changes shards in place.
  func checkIdle(inStore store: String) throws {
    guard let other = TaskHeartbeat.read(self, inStore: store), other.isAlive() else { return }
    throw ShardStoreError(
      .busy, subject: store,
      "task \(text) is being extracted by process \(other.process) of \(other.host); wait for its end"
    )
  }

  /// Throws if a run of the other kind is doing the task.
  ///
  /// Published shards never change, but a run without a scratch disk changes the last shard, so the
  /// two kinds of runs can't do a task at the same time. Runs of one kind can: by a lock, or
  /// because each skips what the other has published.
  ///
  /// - Parameter isStaged: whether this run has a scratch disk.
  func checkOtherRun(inStore store: String, isStaged: Bool) throws {
    guard let other = TaskHeartbeat.read(self, inStore: store), other.isAlive(),
      other.isStaged != isStaged
    else { return }
    let way = other.isStaged ? "with" : "without"
    throw ShardStoreError(
      .busy, subject: store,
      "task \(text) is being extracted \(way) a scratch folder, by process \(other.process) of "
        + "\(other.host); wait for its end, or run this \(way) --scratch as well")
  }
}
