internal import Contract
import Imaging

/// Checks all records of a store, down to each image, and that no part of it is lost.
///
/// Damaged files become findings; LMDB opens a shard only after `PageCheck` has found its pages
/// undamaged. A caller that must survive a crash of the check runs `verifyShard` in a child process
/// per shard and joins the results with `combine`.
package struct StoreVerifier: Sendable {
  /// The progress of the check of a shard.
  package struct Progress: Sendable, Equatable {
    /// File name of the shard.
    package let shard: String
    /// Number of records that were checked.
    package let recordsChecked: Int
    /// Number of all records of the shard.
    package let records: Int
  }

  /// Width and height of a JPEG file, in pixels; nil if it does not decode.
  package typealias ImageSize = @Sendable (RawSpan) -> (width: Int, height: Int)?

  private let directory: String
  private let imageSize: ImageSize?
  private let progress: @Sendable (Progress) -> Void
  private let isCancelled: @Sendable () -> Bool

  /// Creates a verifier of the store in `directory`.
  ///
  /// - Parameters:
  ///   - imageSize: Decodes an image as thoroughly as the caller wants; nil compares its checksum
  ///     only.
  ///   - progress: Called after every few hundred records, on the calling thread.
  ///   - isCancelled: Asked as often; true ends the check with the error `cancelled`.
  package init(
    directory: String, imageSize: ImageSize?,
    progress: @escaping @Sendable (Progress) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.directory = directory
    self.imageSize = imageSize
    self.progress = progress
    self.isCancelled = isCancelled
  }

  /// Checks the whole store in this process. Throws if the check itself can't be done: the folder
  /// can't be listed, a task is being written, or the caller cancelled.
  package func verify() throws(ShardStoreError) -> StoreVerification {
    let hold = try hold()
    defer { withExtendedLifetime(hold) {} }
    var shards: [ShardVerification] = []
    for shard in try ShardName.all(inStore: directory) {
      shards.append(try verifyShard(shard))
    }
    return try combine(shards)
  }

  /// Keeps writers from all tasks while it lives. A caller that checks shards one by one holds it
  /// until the results are joined, so that a manifest is never newer than the checks of its shards.
  package final class Hold: Sendable {
    private let locks: [TaskLock]

    fileprivate init(_ locks: [TaskLock]) { self.locks = locks }
  }

  /// Takes a `Hold`. Throws `busy` if a task is being written.
  package func hold() throws(ShardStoreError) -> Hold {
    var tasks = Set(try ShardName.all(inStore: directory).map(\.task))
    tasks.formUnion(try TaskManifest.tasks(inStore: directory))
    var locks: [TaskLock] = []
    for task in tasks.sorted() {
      if let lock = try lock(task) { locks.append(lock) }
    }
    return Hold(locks)
  }

  /// A task's lock; nil if the store was copied without its lock files.
  private func lock(_ task: Int) throws(ShardStoreError) -> TaskLock? {
    switch try TaskLock.reading(task, inStore: directory) {
    case .held(let lock): return lock
    case .noLockFile: return nil
    case .writerRuns:
      throw ShardStoreError(
        .busy, subject: directory,
        "task \(task) of the store is being written; wait for the extraction's end")
    }
  }

  /// Checks one shard on its own.
  package func verifyShard(_ name: ShardName) throws(ShardStoreError) -> ShardVerification {
    let lock = try lock(name.task)
    let result = try check(name, try? StoreDescription(store: directory))
    // The task stays locked until here.
    withExtendedLifetime(lock) {}
    return result
  }

  /// Checks one shard of a task that the caller has locked.
  func check(
    _ name: ShardName, _ description: StoreDescription?
  ) throws(ShardStoreError) -> ShardVerification {
    let check = ShardCheck(
      name, description, imageSize: imageSize, progress: progress, isCancelled: isCancelled)
    return try check.run(path: name.path(inStore: directory))
  }

  /// Joins the checks of all shards and adds findings that concern several of them.
  package func combine(_ shards: [ShardVerification]) throws(ShardStoreError) -> StoreVerification {
    var findings: [StoreFinding] = []
    var unknowns: [String] = []
    do throws(ShardStoreError) {
      let description = try StoreDescription(store: directory)
      let inventory = try StoreInventory(store: directory, description)
      var states: [ShardName: ShardState] = [:]
      for shard in shards {
        if let name = ShardName(fileName: shard.shard) { states[name] = shard.state }
      }
      findings += inventory.findings(states, tasks: inventory.tasks)
      unknowns = description.unknowns
    } catch let error where error.code == .notAStore {
      findings.append(
        StoreFinding(
          shard: nil, key: StoreDescription.fileName, problem: .description,
          expected: "the description of a store", got: error.description))
    }
    for shard in try ShardName.all(inStore: directory)
    where !shards.contains(where: { $0.shard == shard.fileName }) {
      findings.append(
        StoreFinding(
          shard: shard.fileName, key: nil, problem: .shard, expected: "the shard's check",
          got: "none"))
    }
    return StoreVerification(
      shards: shards, storeFindings: findings + Self.videosTwice(in: shards), unknowns: unknowns)
  }

  /// Findings for videos with two finished entries, or with a failed entry after another entry in
  /// the same task.
  ///
  /// A failed entry of one task beside an entry of another is correct, because a task never writes
  /// to another's shards. So is a failed entry in a shard that was published before a later try
  /// finished the video. Readers use the finished one.
  private static func videosTwice(in shards: [ShardVerification]) -> [StoreFinding] {
    struct Entry {
      let shard: String
      let task: Int?
      let isFinished: Bool
    }
    var known: [[UInt8]: [Entry]] = [:]
    var findings: [StoreFinding] = []
    for shard in shards.sorted(by: { $0.shard < $1.shard }) {
      let task = ShardName(fileName: shard.shard)?.task
      for (names, isFinished) in [(shard.finishedVideos, true), (shard.failedVideos, false)] {
        for name in names {
          let entry = Entry(shard: shard.shard, task: task, isFinished: isFinished)
          let others = known[Array(name.utf8), default: []]
          let twice = others.first { $0.isFinished && isFinished || $0.task == task && !isFinished }
          if let twice {
            findings.append(
              StoreFinding(
                shard: shard.shard, key: name, problem: .videoTwice,
                expected: "one entry of the video", got: "another one in \(twice.shard)"))
          }
          known[Array(name.utf8)] = others + [entry]
        }
      }
    }
    return findings
  }
}
