internal import Files
import Foundation

/// The published shards of one task in a folder that other machines use as well. Nothing is locked
/// or mapped: a shard never changes once it has its name.
struct TaskShards {
  private let directory: String
  private let task: Int
  private let description: StoreDescription

  private let patience: Duration

  /// The videos of the shards that have been read.
  private(set) var videos: KnownVideos

  /// Names of shards that never came, because the process that claimed the name has died.
  private var lost: Set<ShardName> = []

  /// How long a shard may be claimed, and then not yet be seen from another machine: network file
  /// systems cache for up to a minute that a file doesn't exist.
  static let defaultPatience = Publication.claimLimit + .seconds(60)

  /// Reads the shards that are there, and adds to the manifest those that it lacks.
  ///
  /// - Parameter patience: how long to wait for a shard that is claimed or in the manifest.
  /// - Throws: `damagedStore` if a shard is lost, or not what it was.
  init(
    task: Int, inStore directory: String, _ description: StoreDescription,
    patience: Duration = Self.defaultPatience
  ) throws(ShardStoreError) {
    self.patience = patience
    self.directory = directory
    self.task = task
    self.description = description
    videos = try KnownVideos([], inStore: directory, description)
    try refresh()
    try noteShards()
    try throwLosses()
  }

  /// Throws if a part of the task is lost. The listing of a folder may be outdated, so a loss
  /// counts only if it is found again and again.
  private func throwLosses() throws(ShardStoreError) {
    var findings: [StoreFinding] = []
    for _ in 0..<Self.maximumTries {
      let inventory = try StoreInventory(store: directory, description)
      findings = inventory.findings(videos.states, tasks: [task])
      let mayBeOld = findings.contains { finding in
        finding.problem == .manifest
          || finding.problem == .shardMissing
            && videos.states.keys.contains { $0.fileName == finding.shard }
      }
      guard mayBeOld else { break }
      sleep(1)
    }
    try StoreInventory.throwLosses(findings, directory)
  }

  /// Seconds until a manifest is seen whole: for so long a network file system may report the
  /// length of the previous one.
  private static let maximumTries = 40

  /// The manifest; nil if there is none yet.
  private func manifest() throws(ShardStoreError) -> TaskManifest? {
    for _ in 1..<Self.maximumTries {
      do throws(ShardStoreError) {
        return try TaskManifest.read(task, inStore: directory)
      } catch {
        // A manifest that is being replaced may be seen in part, or be missing.
        guard [.damagedRecord, .inputOutput].contains(error.code) else { throw error }
        sleep(1)
      }
    }
    return try TaskManifest.read(task, inStore: directory)
  }

  /// Reads the shards that were published since.
  ///
  /// Videos that are unknown after this can be published under the returned number, and no shard
  /// will have them twice: all shards before were read or will never exist, and only one process
  /// gets the number.
  ///
  /// - Returns: the first number that is free.
  /// - Throws: `damagedStore` if the manifest lists a shard that can't be seen after waiting for
  ///   it.
  @discardableResult
  mutating func refresh() throws(ShardStoreError) -> Int {
    let deadline = ContinuousClock.now + patience
    let manifest = try manifest()
    let present = try ShardName.all(inStore: directory).filter { $0.task == task }
    let seen = Set(present)
    // The listing may be outdated: each number that it doesn't show is looked up.
    let listed = Set(manifest?.shards.map(\.number) ?? [])
    let bound = max(manifest?.nextShard ?? 0, (present.last?.number ?? -1) + 1)
    var number = 0
    while let name = ShardName(task: task, number: number) {
      if videos.states[name] == nil {
        let isThere: Bool
        if seen.contains(name) {
          isThere = true
        } else if listed.contains(number) {
          try waitForListed(name, until: deadline)
          isThere = true
        } else {
          // The process that published a later number has waited for this one already.
          isThere = try waitForClaimed(
            name, until: number < manifest?.nextShard ?? 0 ? nil : deadline)
        }
        if isThere {
          try videos.read(name, path: name.path(inStore: directory), description)
        } else if number >= bound {
          guard try isClaimed(name) else { return number }
        }
      }
      number += 1
    }
    return number
  }

  /// Waits for a shard that the manifest lists: the machine that has published it sees it already.
  private func waitForListed(
    _ name: ShardName, until deadline: ContinuousClock.Instant
  ) throws(ShardStoreError) {
    let path = name.path(inStore: directory)
    while try !stored(FileSystem.exists(path)) {
      if ContinuousClock.now > deadline {
        try throwLosses()
        throw ShardStoreError(
          .damagedStore, subject: path,
          "the manifest lists this shard, but it can't be seen; put it back from a copy, or let "
            + "`extractor run --redo-damaged` extract its videos again")
      }
      usleep(100_000)
    }
  }

  /// Whether a shard is there. Waits if its name is claimed: the shard may be about to get it.
  ///
  /// - Parameter deadline: when the process that has the claim counts as dead; nil if it is known
  ///   to be.
  private mutating func waitForClaimed(
    _ name: ShardName, until deadline: ContinuousClock.Instant?
  ) throws(ShardStoreError) -> Bool {
    let path = name.path(inStore: directory)
    while true {
      if try stored(FileSystem.exists(path)) { return true }
      guard let deadline, !lost.contains(name) else { return false }
      guard try isClaimed(name) else { return false }
      if ContinuousClock.now > deadline {
        // If the file that was to get the name is gone, it may have it already and be seen only
        // later.
        let isRevoked = try stored(Publication.revokeClaim(of: path))
        if isRevoked || ContinuousClock.now > deadline + patience {
          lost.insert(name)
          return false
        }
      }
      usleep(100_000)
    }
  }

  private func isClaimed(_ name: ShardName) throws(ShardStoreError) -> Bool {
    try stored(FileSystem.exists(name.path(inStore: directory) + Publication.claimSuffix))
  }

  /// Publishes a shard's file.
  ///
  /// - Returns: false if another process was quicker.
  func publish(_ path: String, as name: ShardName) throws(ShardStoreError) -> Bool {
    try stored(Publication.publish(copyOf: path, at: name.path(inStore: directory)))
  }

  /// Makes the manifest list all shards that are there.
  ///
  /// Another process of the same task may write it at the same time, and the last one wins. So each
  /// reads it again after writing, until it lists all.
  mutating func noteShards() throws(ShardStoreError) {
    guard let identity = description.identity else { return }
    while true {
      try refresh()
      let present = try manifest()
      var manifest = present ?? TaskManifest(store: identity, task: task)
      for (name, state) in videos.states where state.store == identity && state.name == name {
        manifest.note(state)
      }
      guard manifest != present else { return }
      try manifest.write(inStore: directory)
    }
  }
}
