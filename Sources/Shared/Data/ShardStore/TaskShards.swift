internal import Files
import Foundation

/// The published shards of one task in a folder that other machines use as well. Nothing is locked and
/// nothing mapped; a shard that has its name never changes.
struct TaskShards {
  private let directory: String
  private let task: Int
  private let description: StoreDescription

  private let patience: Duration

  /// The videos of the shards that have been read.
  private(set) var videos: KnownVideos

  /// Numbers whose shard was waited for in vain: the process that claimed one has died.
  private var lost: Set<ShardName> = []

  /// For how long a shard may be claimed, and then not be seen from another machine: network file systems
  /// remember for up to a minute what they have not found.
  static let defaultPatience = Publication.claimLimit + .seconds(60)

  /// Reads the shards that are there, and adds to the manifest those that it lacks.
  ///
  /// - Parameter patience: how long a shard that is claimed or in the manifest is waited for.
  /// - Throws: `damagedStore` where one is lost, or not what it was.
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

  /// Throws where something of the task is lost. A listing may be old, so that is found several times.
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

  /// Seconds that a manifest may take to be seen whole: for so long a network file system may show the
  /// length of the one that was there before.
  private static let maximumTries = 40

  /// The manifest; nil where there is none yet.
  private func manifest() throws(ShardStoreError) -> TaskManifest? {
    for _ in 1..<Self.maximumTries {
      do throws(ShardStoreError) {
        return try TaskManifest.read(task, inStore: directory)
      } catch {
        // One that is replaced meanwhile may be seen in part, or be gone.
        guard [.damagedRecord, .inputOutput].contains(error.code) else { throw error }
        sleep(1)
      }
    }
    return try TaskManifest.read(task, inStore: directory)
  }

  /// Reads the shards that have come since.
  ///
  /// What is published under the number that it gives is then a video that no shard has: all shards
  /// before have been read or will never be there, and of those who want the number only one gets it.
  ///
  /// - Returns: the first number that is free.
  /// - Throws: `damagedStore` where the manifest has a shard that isn't seen, and was waited for.
  @discardableResult
  mutating func refresh() throws(ShardStoreError) -> Int {
    let deadline = ContinuousClock.now + patience
    let manifest = try manifest()
    let present = try ShardName.all(inStore: directory).filter { $0.task == task }
    let seen = Set(present)
    // A listing may be old: beyond what it shows, each number is asked for.
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
          // Whoever published a later number has waited for this one already.
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

  /// Waits for a shard that the manifest has: the machine that has published it sees it already.
  private func waitForListed(
    _ name: ShardName, until deadline: ContinuousClock.Instant
  ) throws(ShardStoreError) {
    let path = name.path(inStore: directory)
    while try !stored(FileSystem.exists(path)) {
      if ContinuousClock.now > deadline {
        try throwLosses()
        throw ShardStoreError(
          .damagedStore, subject: path,
          "the manifest has this shard, and it can't be seen; put it back from a copy, or let "
            + "`extractor run --redo-damaged` extract its videos again")
      }
      usleep(100_000)
    }
  }

  /// Whether a shard is there, after a wait where one is claimed: it may be about to get its name.
  ///
  /// - Parameter deadline: when a claim is taken for that of a dead process; nil where it is known to be.
  private mutating func waitForClaimed(
    _ name: ShardName, until deadline: ContinuousClock.Instant?
  ) throws(ShardStoreError) -> Bool {
    let path = name.path(inStore: directory)
    while true {
      if try stored(FileSystem.exists(path)) { return true }
      guard let deadline, !lost.contains(name) else { return false }
      guard try isClaimed(name) else { return false }
      if ContinuousClock.now > deadline {
        // Where what was to be the shard is gone, it may be one already that is seen only later.
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
  /// - Returns: false where another process was quicker.
  func publish(_ path: String, as name: ShardName) throws(ShardStoreError) -> Bool {
    try stored(Publication.publish(copyOf: path, at: name.path(inStore: directory)))
  }

  /// Makes the manifest list all shards that are there.
  ///
  /// Another process of the same task may write it at the same time, and the last one wins. So each
  /// looks again after it has written, until it finds all.
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
