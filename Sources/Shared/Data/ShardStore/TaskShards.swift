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

  /// Numbers whose shard was waited for in vain: the process that claimed one has died, or it is lost.
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
    var findings: [StoreFinding] = []
    for _ in 0..<Self.maximumTries {
      let inventory = try StoreInventory(store: directory, description)
      findings = inventory.findings(videos.states, tasks: [task])
      guard findings.contains(where: { $0.problem == .manifest }) else { break }
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
        guard error.code == .damagedRecord else { throw error }
        sleep(1)
      }
    }
    return try TaskManifest.read(task, inStore: directory)
  }

  /// Reads the shards that have come since.
  ///
  /// What is published under the number that it gives is then a video that no shard has: all shards
  /// before have been read, and of those who want the number only one gets it.
  ///
  /// - Returns: the first number that is free.
  @discardableResult
  mutating func refresh() throws(ShardStoreError) -> Int {
    let manifest = try manifest()
    let present = try ShardName.all(inStore: directory).filter { $0.task == task }
    let seen = Set(present)
    // A listing may be old: beyond what it shows, each number is asked for.
    let listed = Set(manifest?.shards.map(\.number) ?? [])
    let bound = max(manifest?.nextShard ?? 0, (present.last?.number ?? -1) + 1)
    var number = 0
    while let name = ShardName(task: task, number: number) {
      if videos.states[name] == nil {
        let isThere =
          seen.contains(name) ? true : try waitForShard(name, isListed: listed.contains(number))
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

  /// Whether a shard is there, after a wait where one is claimed or in the manifest: it may be about to
  /// get its name, or have it already on the machine that has published it.
  private mutating func waitForShard(
    _ name: ShardName, isListed: Bool
  ) throws(ShardStoreError) -> Bool {
    let path = name.path(inStore: directory)
    let start = ContinuousClock.now
    while true {
      if try stored(FileSystem.exists(path)) { return true }
      if lost.contains(name) { return false }
      if !isListed { guard try isClaimed(name) else { return false } }
      guard ContinuousClock.now - start < patience else { break }
      usleep(100_000)
    }
    lost.insert(name)
    return false
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
