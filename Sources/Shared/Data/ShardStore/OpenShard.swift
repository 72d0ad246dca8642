internal import Files
import Foundation

/// The shard that a writer appends to.
struct OpenShard {
  private static let temporarySuffix = ".new"

  /// Pages that may be missing at the end of an undamaged shard: a transaction took them and gave
  /// them back, and its writer died before it could extend the file.
  private static let maximumMissingPages = 64

  let name: ShardName

  /// The shard's own state; nil in a store of an older format.
  let state: ShardState?

  private let path: String
  private let use: EnvironmentUse

  /// Checks the pages of a shard of the writer's task and opens it.
  init(_ name: ShardName, inStore directory: String) throws(ShardStoreError) {
    let path = name.path(inStore: directory)
    // Under the lock, so that no reader in this process has the file open meanwhile.
    let lock = try stored(FileLock(waitingFor: path, .exclusive))
    let header = try ShardFileHeader.read(path)
    if let promised = header.promisedBytes,
      (1...Self.maximumMissingPages * header.pageSize).contains(promised - header.fileBytes)
    {
      try extendFile(path, to: promised)
    }
    try PageCheck.run(path, .trees)
    self.name = name
    self.path = path
    use = try EnvironmentUse(path, mode: .write)
    state = try use.read { transaction, databases throws(ShardStoreError) in
      try ShardState.readOwn(transaction, databases, subject: name.fileName)
    }
    _ = consume lock
  }

  /// Creates a shard with failed entries. It gets its final name when it is complete.
  ///
  /// - Parameter store: identity of the store; nil if its shards have no states.
  static func create(
    _ name: ShardName, inStore directory: String, store: String?, failed: KnownVideos.Records
  ) throws(ShardStoreError) -> OpenShard {
    let path = name.path(inStore: directory)
    let temporary = path + temporarySuffix
    do throws(ShardStoreError) {
      _ = try stored(OpenFile(temporary, .append, creating: .always))
      let use = try EnvironmentUse(
        temporary, mode: .write, creating: store == nil ? .stateless : .stateful,
        mapBytes: ShardWriter.initialMapBytes)
      try use.write { transaction, databases throws(ShardStoreError) in
        if let store {
          var state = ShardState(name, store: store)
          try state.write(in: transaction, databases)
        }
        try update(transaction, databases, removing: [], adding: failed)
      }
    } catch {
      unlink(temporary)
      throw error
    }
    defer { unlink(temporary) }
    guard try stored(Publication.giveName(path, to: temporary)) else {
      throw ShardStoreError(
        .busy, subject: path,
        "another process has made this shard meanwhile, such as a run of this task with --scratch; run "
          + "the command again when that has ended")
    }
    try stored(FileSystem.syncFolder(directory))
    return try OpenShard(name, inStore: directory)
  }

  /// Whether a name is claimed, but no shard has it.
  static func isClaimedInVain(
    _ name: ShardName, inStore directory: String
  ) throws(ShardStoreError) -> Bool {
    let path = name.path(inStore: directory)
    guard try stored(FileSystem.exists(path + Publication.claimSuffix)) else { return false }
    return try !stored(FileSystem.exists(path))
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
  ///
  /// - Returns: the shard's new state.
  func write(_ video: EncodedVideo) throws(ShardStoreError) -> ShardState? {
    try change { transaction, databases throws(ShardStoreError) in
      for sample in video.samples {
        try transaction.put(sample.key.bytes, sample.record, in: databases.samples)
        try transaction.put(sample.key.bytes, sample.image, in: databases.images)
      }
      try Self.update(
        transaction, databases, removing: [video.name], adding: [video.name: video.record])
    }
  }

  /// Removes and adds failed entries in one transaction.
  ///
  /// - Returns: the shard's new state.
  func update(
    removing removed: [[UInt8]], adding added: KnownVideos.Records
  ) throws(ShardStoreError) -> ShardState? {
    guard !removed.isEmpty || !added.isEmpty else { return state }
    return try change { transaction, databases throws(ShardStoreError) in
      try Self.update(transaction, databases, removing: removed, adding: added)
    }
  }

  /// Removes all samples, images and entries of videos except those of `kept`, in one transaction,
  /// and counts again what is left.
  ///
  /// - Parameter name: the name that the shard's state gets; nil for its own.
  /// - Returns: names of the entries that were removed, and the shard's new state.
  func removeVideos(
    except kept: Set<[UInt8]>, as name: ShardName? = nil
  ) throws(ShardStoreError) -> (removed: [[UInt8]], state: ShardState?) {
    var removed: [[UInt8]] = []
    let state = try change { transaction, databases throws(ShardStoreError) in
      for database in [databases.samples, databases.images] {
        try transaction.removeAll(from: database) { key in
          SampleKey(bytes: key).map { !kept.contains(Array($0.video.utf8)) } ?? true
        }
      }
      removed = try transaction.removeAll(from: databases.videos) { !kept.contains($0) }
      guard
        let former = try ShardState.read(transaction, databases, subject: self.name.fileName),
        var state = name.map({ ShardState($0, store: former.store) }) ?? former.emptied
      else { return }
      var videos = try transaction.cursor(databases.videos)
      while let entry = try videos.next() {
        try state.add(entry.key, record: Array(entry.value))
      }
      try state.write(in: transaction, databases)
    }
    return (removed, state)
  }

  /// Turns this copy of a shard into a shard of another name, with some of the videos.
  ///
  /// - Parameter keeping: whether a video stays, by its name and how it ended.
  /// - Returns: whether any video is left.
  func keepVideos(
    as name: ShardName, _ keeping: (_ video: [UInt8], _ state: VideoRecord.State) -> Bool
  ) throws(ShardStoreError) -> Bool {
    struct StateOnly: Decodable { let state: VideoRecord.State }
    var kept: Set<[UInt8]> = []
    try use.read { transaction, databases throws(ShardStoreError) in
      var videos = try transaction.cursor(databases.videos)
      while let entry = try videos.next() {
        let state = try RecordCoding.decode(
          StateOnly.self, from: entry.value, subject: self.name.fileName
        ).state
        if keeping(entry.key, state) { kept.insert(entry.key) }
      }
    }
    guard !kept.isEmpty else { return false }
    _ = try removeVideos(except: kept, as: name)
    return true
  }

  /// Runs `body` in one transaction, under the shard's lock.
  private func change(
    _ body: (borrowing Transaction, Environment.Handles) throws(ShardStoreError) -> Void
  ) throws(ShardStoreError) -> ShardState? {
    let lock = try stored(FileLock(waitingFor: path, .exclusive))
    var state: ShardState?
    try use.write { transaction, databases throws(ShardStoreError) in
      try body(transaction, databases)
      state = try ShardState.read(transaction, databases, subject: name.fileName)
    }
    _ = consume lock
    return state
  }

  /// Removes and adds entries of `videos`, and counts them in the shard's state.
  private static func update(
    _ transaction: borrowing Transaction, _ databases: Environment.Handles,
    removing removed: [[UInt8]], adding added: KnownVideos.Records
  ) throws(ShardStoreError) {
    var state = try ShardState.read(transaction, databases, subject: "shard")
    // In order, so that equal runs give equal files.
    for video in removed.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      guard let record = try transaction.value(of: video, in: databases.videos) else { continue }
      try state?.remove(video, record: Array(record))
      // A new entry of the same name overwrites it.
      if added[video] == nil { try transaction.remove(video, from: databases.videos) }
    }
    for video in added.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      let record = added[video] ?? []
      try transaction.put(video, record, in: databases.videos)
      try state?.add(video, record: record)
    }
    try state?.write(in: transaction, databases)
  }
}

/// Makes a shard at least `bytes` long.
func extendFile(_ path: String, to bytes: Int) throws(ShardStoreError) {
  var file = try stored(OpenFile(path, .update))
  try stored(file.extend(to: bytes))
}
