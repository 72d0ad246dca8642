internal import Files
import Foundation

/// The published shards of one task in a folder that other machines use as well. Nothing is locked and
/// nothing mapped; a shard that has its name never changes.
struct TaskShards {
  private let directory: String
  private let task: Int
  private let description: StoreDescription

  /// The videos of the shards that have been read.
  private(set) var videos: KnownVideos

  /// Reads the shards that are there, and adds to the manifest those that it lacks.
  ///
  /// - Throws: `damagedStore` where one is lost, or not what it was.
  init(
    task: Int, inStore directory: String, _ description: StoreDescription
  ) throws(ShardStoreError) {
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
  mutating func refresh() throws(ShardStoreError) {
    for shard in try ShardName.all(inStore: directory)
    where shard.task == task && videos.states[shard] == nil {
      try videos.read(shard, path: shard.path(inStore: directory), description)
    }
  }

  /// A number that no shard has, no claim, and none that was lost.
  func nextNumber() throws(ShardStoreError) -> Int {
    var next = try manifest()?.nextShard ?? 0
    for entry in try StoreFolder.entries(directory) {
      let file =
        entry.hasSuffix(Publication.claimSuffix)
        ? String(entry.dropLast(Publication.claimSuffix.count)) : entry
      if let name = ShardName(fileName: file), name.task == task {
        next = max(next, name.number + 1)
      }
    }
    return next
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
