internal import Files

/// Removes from a store what is damaged or belongs to another store, so that the next extraction
/// replaces it.
///
/// A video whose records or pictures are damaged is removed from its shard in one transaction. A
/// shard that can't be read, is empty, or belongs elsewhere is set aside under another name, never
/// deleted. Undamaged videos stay where they are. After a kill at any moment, a second repair
/// completes the first.
package struct StoreRepair: Sendable {
  /// What the repair found and did.
  package struct Outcome: Sendable, Equatable {
    /// What was found, before anything was done.
    package internal(set) var findings: [StoreFinding] = []
    /// Names of finished and failed videos that were removed.
    package internal(set) var removedVideos: [String] = []
    /// New paths of the shards that were set aside.
    package internal(set) var setAside: [String] = []

    /// Whether there was nothing to do.
    package var isEmpty: Bool { findings.isEmpty }
  }

  private static let suffix = ".damaged"

  private let directory: String
  private let verifier: StoreVerifier

  /// - Parameters:
  ///   - directory: the store's folder.
  ///   - imageSize: decodes an image; nil compares its checksum only.
  ///   - progress: called after every few hundred records.
  ///   - isCancelled: asked as often; true ends the work with the error `cancelled`.
  package init(
    directory: String, imageSize: StoreVerifier.ImageSize?,
    progress: @escaping @Sendable (StoreVerifier.Progress) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.directory = directory
    verifier = StoreVerifier(
      directory: directory, imageSize: imageSize, progress: progress, isCancelled: isCancelled)
  }

  /// Repairs the shards of one task, or of all. None of them may be in use.
  package func run(task: Int? = nil) throws(ShardStoreError) -> Outcome {
    let description = try StoreDescription(store: directory)
    let all = try StoreInventory(store: directory, description).tasks
    let tasks = task.map { [$0] } ?? all
    var outcome = Outcome()
    // If a video is there twice, the first one stays.
    var kept: Set<[UInt8]> = []
    for task in tasks { try repair(task, description, &kept, &outcome) }
    return outcome
  }

  private func repair(
    _ task: Int, _ description: StoreDescription, _ kept: inout Set<[UInt8]>,
    _ outcome: inout Outcome
  ) throws(ShardStoreError) {
    let lock = try TaskLock.writing(task, inStore: directory)
    defer { withExtendedLifetime(lock) {} }
    let inventory = try StoreInventory(store: directory, description)
    var checks: [ShardName: ShardVerification] = [:]
    for name in inventory.shards where name.task == task {
      checks[name] = try verifier.check(name, description)
    }
    let losses = inventory.findings(checks.compactMapValues(\.state), tasks: [task])
    outcome.findings += losses + checks.sorted { $0.key < $1.key }.flatMap(\.value.findings)
    var states: [ShardState] = []
    for (name, check) in checks.sorted(by: { $0.key < $1.key }) {
      let isForeign = losses.contains {
        $0.shard == name.fileName && $0.problem != .shardRolledBack
      }
      if isForeign || check.isUnreadable {
        outcome.setAside.append(try setAside(name))
        continue
      }
      if let state = try keepSoundVideos(of: check, name, &kept, &outcome) ?? check.state {
        states.append(state)
      }
    }
    guard let identity = description.identity else { return }
    var manifest =
      inventory.manifest(of: task) ?? TaskManifest(store: identity, task: task)
    manifest.shards = []
    for state in states { manifest.note(state) }
    // The numbers of shards that were set aside are not used again either.
    for name in checks.keys { manifest.nextShard = max(manifest.nextShard, name.number + 1) }
    let before = inventory.manifest(of: task)
    // If all shards of a task belonged elsewhere, the task gets no manifest.
    guard manifest != before, before != nil || !states.isEmpty else { return }
    try manifest.write(inStore: directory)
  }

  /// Removes all but the sound videos from a shard.
  ///
  /// - Returns: the shard's new state; nil if nothing had to be removed, or it has no state.
  private func keepSoundVideos(
    of check: ShardVerification, _ name: ShardName, _ kept: inout Set<[UInt8]>,
    _ outcome: inout Outcome
  ) throws(ShardStoreError) -> ShardState? {
    let damaged = Set(check.damagedVideos.map { Array($0.utf8) })
    let finished = Set(check.finishedVideos.map { Array($0.utf8) }).subtracting(damaged)
    let own = finished.subtracting(kept)
    kept.formUnion(own)
    let failed = Set(check.failedVideos.map { Array($0.utf8) }).subtracting(damaged)
    guard !check.findings.isEmpty || own.count < finished.count else { return nil }
    let twice = finished.subtracting(own)
    outcome.findings += twice.sorted { $0.lexicographicallyPrecedes($1) }.map {
      StoreFinding(
        shard: name.fileName, key: String(decoding: $0, as: UTF8.self), problem: .videoTwice,
        expected: "one entry of the video", got: "another one in an earlier shard")
    }
    let shard = try OpenShard(name, inStore: directory)
    let (removed, state) = try shard.removeVideos(except: own.union(failed))
    outcome.removedVideos += removed.filter { !twice.contains($0) }
      .map { String(decoding: $0, as: UTF8.self) }
    return state
  }

  /// Renames a shard, so that it doesn't count as one, and returns its new path.
  private func setAside(_ name: ShardName) throws(ShardStoreError) -> String {
    let path = name.path(inStore: directory)
    var target = path + Self.suffix
    var number = 2
    while try stored(FileSystem.size(of: target)) != nil {
      target = path + Self.suffix + "-\(number)"
      number += 1
    }
    try stored(FileSystem.rename(path, to: target))
    try stored(FileSystem.syncFolder(directory))
    return target
  }
}
