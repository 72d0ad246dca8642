import Files
import Foundation
internal import Workers

/// Reads a store: which videos it has, their samples and images. Writes nothing and needs no lock
/// file, so a store may lie on read-only media.
///
/// One entry of each video counts. If the tasks were divided differently between runs, two shards
/// may have entries of a video; then a finished entry counts before a failed one, and among equals
/// the first in shard order. Samples of the other copies are left out.
///
/// Sendable: all state is fixed after opening, and any number of threads may read.
package final class ShardReader: Sendable {
  /// A video of the store.
  package struct Video: Sendable, Equatable {
    package let name: String
    /// State and counts.
    package let record: VideoRecord
    /// The shard that has it.
    package let shard: ShardName
  }

  /// A sample of the store, without its image.
  package struct Sample: Sendable, Equatable {
    /// The key of record and image.
    package let key: SampleKey
    package let record: SampleRecord
    /// The shard that has it.
    package let shard: ShardName
  }

  /// The store's folder.
  package let directory: String

  /// The recipe and the settings that the content depends on.
  package let description: StoreDescription

  /// All shards in order, as of opening.
  package let shards: [ShardName]

  /// All videos in key order, as of opening; one entry each.
  package let videos: [Video]

  /// Whether a writer was at work on a task of the store when it was opened.
  package let isBeingWritten: Bool

  /// The tasks of the store that have written nothing yet: what it holds is not the whole data set.
  package let missingTasks: [Int]

  /// What is lost, or belongs to another store, in the tasks that were not being written.
  package let findings: [StoreFinding]

  private let sources: [ShardName: ShardSource]
  let owners: [[UInt8]: ShardName]
  private let taskLocks: [TaskLock]

  /// Opens a store.
  ///
  /// - Parameters:
  ///   - directory: The store's folder.
  ///   - allowLive: Whether to read tasks that are being written. Each read then keeps the writer
  ///     from committing for as long as it lasts. Without it a running writer is an error (`busy`),
  ///     and no writer can start on a task while the reader lives.
  ///   - allowLosses: Whether to read the rest of a store that has lost something. Without it a
  ///     loss is an error (`damagedStore`).
  package init(
    directory: String, allowLive: Bool = false, allowLosses: Bool = false
  ) throws(ShardStoreError) {
    self.directory = directory
    let description = try StoreDescription(store: directory)
    self.description = description
    let (locks, live) = try Self.lockTasks(
      try StoreInventory(store: directory, description).tasks, directory, allowLive: allowLive)
    taskLocks = locks
    isBeingWritten = !live.isEmpty
    // Read again: from here on only the writers in `live` can change it.
    let inventory = try StoreInventory(store: directory, description)
    shards = inventory.shards
    var sources: [ShardName: ShardSource] = [:]
    var states: [ShardName: ShardState] = [:]
    var found: [[UInt8]: Video] = [:]
    for opened in try Self.open(shards, directory, description, live: live) {
      sources[opened.shard] = opened.source
      states[opened.shard] = opened.state
      for (name, video) in opened.videos {
        // Shards come in order: an entry is replaced only if it is failed and the later one
        // finished.
        guard let known = found[name] else {
          found[name] = video
          continue
        }
        if known.record.state == .failed, video.record.state == .done { found[name] = video }
      }
    }
    missingTasks = (0..<(description.tasks ?? 1)).filter { !inventory.tasks.contains($0) }
    findings = inventory.findings(states, tasks: inventory.tasks.filter { !live.contains($0) })
    if !allowLosses { try StoreInventory.throwLosses(findings, directory) }
    self.sources = sources
    owners = found.mapValues(\.shard)
    videos = found.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
  }

  /// An open shard with its state and its videos.
  private struct Opened: Sendable {
    let shard: ShardName
    let source: ShardSource
    let state: ShardState?
    let videos: [(name: [UInt8], video: Video)]
  }

  /// Opens shards, several at a time: with a cold disk cache most of the time is waiting.
  private static func open(
    _ shards: [ShardName], _ directory: String, _ description: StoreDescription, live: Set<Int>
  ) throws(ShardStoreError) -> [Opened] {
    let opened = Locked<[ShardName: Opened]>([:])
    do {
      try WorkerPool(workerCount: max(openingThreads, WorkerPool.coreCount)).forEach(shards) { _ in
        { shard in
          let source = try ShardSource(
            shard, inStore: directory, description, isLive: live.contains(shard.task))
          let result = Opened(
            shard: shard, source: source, state: try source.state(), videos: try source.videos())
          opened.withLock { $0[shard] = result }
        }
      }
    } catch let error as ShardStoreError {
      throw error
    } catch {
      throw ShardStoreError(
        .inputOutput, subject: directory, "the shards can't be read", cause: "\(error)")
    }
    let found = opened.withLock { $0 }
    return shards.compactMap { found[$0] }
  }

  private static let openingThreads = 8

  /// Locks tasks for reading; returns the locks, and which tasks are being written.
  private static func lockTasks(
    _ tasks: [Int], _ directory: String, allowLive: Bool
  ) throws(ShardStoreError) -> (locks: [TaskLock], live: Set<Int>) {
    var locks: [TaskLock] = []
    var live: Set<Int> = []
    for task in tasks {
      switch try TaskLock.reading(task, inStore: directory) {
      case .held(let lock): locks.append(lock)
      case .noLockFile: break
      case .writerRuns:
        guard allowLive else {
          throw ShardStoreError(
            .busy, subject: directory,
            "task \(task) of the store is being written; wait for the extraction's end")
        }
        live.insert(task)
      }
    }
    return (locks, live)
  }

  /// Calls `body` with the samples of a shard in key order until it returns false.
  ///
  /// In a store that is being written, samples of videos that were added after opening are left
  /// out.
  package func forEachSample(
    in shard: ShardName, _ body: (Sample) throws(ShardStoreError) -> Bool
  ) throws(ShardStoreError) {
    try source(shard).read { transaction, databases throws(ShardStoreError) in
      var cursor = try transaction.cursor(databases.samples)
      while let entry = try cursor.next() {
        let subject = shard.fileName + ": sample " + String(decoding: entry.key, as: UTF8.self)
        guard let key = SampleKey(bytes: entry.key) else {
          throw ShardStoreError(
            .damagedRecord, subject: subject, "expected a key <video>/<frame>/<face>")
        }
        guard owners[Array(key.video.utf8)] == shard else { continue }
        let record = try Self.record(entry.value, subject: subject)
        guard try body(Sample(key: key, record: record, shard: shard)) else { break }
      }
    }
  }

  /// All samples of the store: by shard, then by key.
  package func samples() throws(ShardStoreError) -> [Sample] {
    var samples: [Sample] = []
    for shard in shards {
      try forEachSample(in: shard) { sample throws(ShardStoreError) in
        samples.append(sample)
        return true
      }
    }
    return samples
  }

  /// Calls `body` with the JPEG file of a sample, not copied from the map and valid inside `body`
  /// only.
  ///
  /// - Parameter verifyingChecksum: Whether to compare length and CRC-32 with the record before;
  ///   costs about one nanosecond per byte.
  package func withImage<Result>(
    of sample: Sample, verifyingChecksum: Bool = true, _ body: (RawSpan) -> Result
  ) throws(ShardStoreError) -> Result {
    let subject = sample.shard.fileName + ": image " + sample.key.description
    return try source(sample.shard).readImage(of: sample.key) {
      transaction, databases throws(ShardStoreError) -> Result in
      guard let image = try transaction.value(of: sample.key.bytes, in: databases.images) else {
        throw ShardStoreError(
          .damagedRecord, subject: subject, "the shard has no image of this key; " + repairAdvice)
      }
      // The length is compared before a byte is touched: a damaged one may point past the file.
      guard image.count == sample.record.imageBytes else {
        throw ShardStoreError(
          .damagedRecord, subject: subject,
          "expected \(sample.record.imageBytes) bytes, got \(image.count); " + repairAdvice)
      }
      if verifyingChecksum {
        let checksum = CRC32.checksum(image.bytes)
        guard checksum == sample.record.crc32 else {
          throw ShardStoreError(
            .damagedRecord, subject: subject,
            "expected CRC-32 \(sample.record.crc32), got \(checksum); " + repairAdvice)
        }
      }
      return body(image.bytes)
    }
  }

  /// A copy of the JPEG file of a sample, after comparing it with its checksum.
  package func image(of sample: Sample) throws(ShardStoreError) -> [UInt8] {
    try withImage(of: sample) { span in span.withUnsafeBytes { Array($0) } }
  }

  /// Decodes a sample's record and checks its values.
  static func record(
    _ bytes: UnsafeRawBufferPointer, subject: String
  ) throws(ShardStoreError) -> SampleRecord {
    let record = try RecordCoding.decode(SampleRecord.self, from: bytes, subject: subject)
    // The verifier checks whether the record fits the recipe.
    if let defect = record.defect(alignment: nil) {
      throw ShardStoreError(.damagedRecord, subject: subject, defect)
    }
    return record
  }

  func source(_ shard: ShardName) throws(ShardStoreError) -> ShardSource {
    guard let source = sources[shard] else {
      throw ShardStoreError(
        .invalidArgument, subject: shard.fileName, "the store had no such shard when it was opened")
    }
    return source
  }
}
