internal import Files
import Foundation

/// The shard that a writer appends to.
struct OpenShard {
  private static let temporarySuffix = ".new"

  /// Pages that may be missing at the end of a healthy shard: taken and given back by a
  /// transaction whose writer died before it could extend the file.
  private static let maximumMissingPages = 64

  let name: ShardName
  private let path: String
  private let use: EnvironmentUse

  /// Opens a shard of the writer's task, after the check of its pages.
  init(_ name: ShardName, inStore directory: String) throws(ShardStoreError) {
    let path = name.path(inStore: directory)
    // Under the lock, so that no reading part of this process has the file open meanwhile.
    let guardian = try stored(FileLock(waitingFor: path, .exclusive))
    if let header = try ShardFileHeader.read(path) {
      if let promised = header.promisedBytes,
        (1...Self.maximumMissingPages * header.pageSize).contains(promised - header.fileBytes)
      {
        try extendFile(path, to: promised)
      }
      try PageCheck.run(path, .trees)
    }
    self.name = name
    self.path = path
    use = try EnvironmentUse(path, mode: .write)
    _ = consume guardian
  }

  /// Creates a shard with failed entries. It gets its final name when it is complete.
  static func create(
    _ name: ShardName, inStore directory: String, failed: KnownVideos.Records
  ) throws(ShardStoreError) -> OpenShard {
    let path = name.path(inStore: directory)
    let temporary = path + temporarySuffix
    do throws(ShardStoreError) {
      _ = try stored(OpenFile(temporary, .append, creating: .always))
      let use = try EnvironmentUse(
        temporary, mode: .write, mapBytes: ShardWriter.initialMapBytes)
      try update(use, removing: [], adding: failed)
    } catch {
      unlink(temporary)
      throw error
    }
    try stored(FileSystem.rename(temporary, to: path))
    try stored(FileSystem.syncFolder(directory))
    return try OpenShard(name, inStore: directory)
  }

  /// Removes shards that a crash left half-created.
  static func removeLeftovers(task: Int, inStore directory: String) throws(ShardStoreError) {
    for file in try StoreFolder.entries(directory) where file.hasSuffix(temporarySuffix) {
      let name = ShardName(fileName: String(file.dropLast(temporarySuffix.count)))
      guard let name, name.task == task else { continue }
      unlink(directory + "/" + file)
    }
  }

  /// Bytes in use.
  func usedBytes() throws(ShardStoreError) -> Int { try use.usedBytes() }

  /// Stores a video in one transaction.
  func write(_ video: EncodedVideo) throws(ShardStoreError) {
    let guardian = try stored(FileLock(waitingFor: path, .exclusive))
    try use.write { transaction, databases throws(ShardStoreError) in
      for sample in video.samples {
        try transaction.put(sample.key.bytes, sample.record, in: databases.samples)
        try transaction.put(sample.key.bytes, sample.image, in: databases.images)
      }
      try transaction.put(video.name, video.record, in: databases.videos)
    }
    _ = consume guardian
  }

  /// Removes and adds failed entries in one transaction.
  func update(
    removing removed: [[UInt8]], adding added: KnownVideos.Records
  ) throws(ShardStoreError) {
    guard !removed.isEmpty || !added.isEmpty else { return }
    let guardian = try stored(FileLock(waitingFor: path, .exclusive))
    try Self.update(use, removing: removed, adding: added)
    _ = consume guardian
  }

  private static func update(
    _ use: EnvironmentUse, removing removed: [[UInt8]], adding added: KnownVideos.Records
  ) throws(ShardStoreError) {
    try use.write { transaction, databases throws(ShardStoreError) in
      // In order, so that equal runs give equal files.
      for video in removed.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
        try transaction.remove(video, from: databases.videos)
      }
      for video in added.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
        try transaction.put(video, added[video] ?? [], in: databases.videos)
      }
    }
  }
}

/// Makes a shard at least `bytes` long.
func extendFile(_ path: String, to bytes: Int) throws(ShardStoreError) {
  var file = try stored(OpenFile(path, .update))
  try stored(file.extend(to: bytes))
}
