internal import Contract
import Files

/// What one task has written: the file `task-<task>.json`, replaced after every commit.
///
/// It is written before the task's first shard, and replaced atomically after each transaction. A
/// kill may leave a shard that is newer than its manifest, never one that is older.
struct TaskManifest: Codable, Sendable, Equatable {
  private static let maximumBytes = 512 << 20

  /// Identity of the store, as in `store.json`.
  let store: String
  /// The task's number.
  let task: Int
  /// Number of the next shard; shards below it that are not listed were taken out.
  var nextShard: Int
  /// Each shard in order, as it was after its last transaction.
  var shards: [ShardState]

  /// The manifest of a task that has written nothing.
  init(store: String, task: Int) {
    self.store = store
    self.task = task
    nextShard = 0
    shards = []
  }

  static func fileName(task: Int) -> String { "task-" + Digits.padded(task, width: 3) + ".json" }

  /// The task of a manifest with this file name; nil if it is not the name of a manifest.
  static func task(fileName: String) -> Int? {
    let bytes = Array(fileName.utf8)
    guard bytes.count == 13, fileName.hasPrefix("task-"), fileName.hasSuffix(".json") else {
      return nil
    }
    return Digits.parse(bytes[5..<8])
  }

  /// The tasks that have a manifest, in order.
  static func tasks(inStore directory: String) throws(ShardStoreError) -> [Int] {
    try StoreFolder.entries(directory).compactMap { task(fileName: $0) }.sorted()
  }

  /// Reads a task's manifest; nil if there is none.
  static func read(
    _ task: Int, inStore directory: String
  ) throws(ShardStoreError) -> TaskManifest? {
    let path = directory + "/" + fileName(task: task)
    guard try stored(FileSystem.size(of: path)) != nil else { return nil }
    let bytes = try stored(FileSystem.contents(of: path, maximumBytes: maximumBytes))
    try OwnChecksum.check(bytes, isRequired: true, subject: path)
    let manifest: TaskManifest
    do throws(ContractError) {
      manifest = try ContractDocument.decode(TaskManifest.self, from: bytes)
    } catch {
      throw ShardStoreError(
        .damagedRecord, subject: path, "the file is no manifest: \(error.description)")
    }
    guard manifest.task == task else {
      throw ShardStoreError(
        .damagedRecord, subject: path,
        "expected the manifest of task \(task), got that of task "
          + "\(manifest.task)")
    }
    return manifest
  }

  /// Replaces the file atomically. After a power failure the previous file may be there; it is
  /// older than its shards, which is no damage.
  func write(inStore directory: String) throws(ShardStoreError) {
    let path = directory + "/" + Self.fileName(task: task)
    let json: [UInt8]
    do throws(ContractError) {
      json = try ContractDocument.encode(self)
    } catch {
      throw ShardStoreError(
        .invalidArgument, subject: path, "can't be written as JSON: \(error.description)")
    }
    let content = OwnChecksum.added(to: json) + [UInt8(ascii: "\n")]
    try stored(AtomicFile.write(content, to: path, isDurable: false))
  }

  /// Adds or replaces the state of a shard.
  mutating func note(_ state: ShardState) {
    if let index = shards.firstIndex(where: { $0.number == state.number }) {
      shards[index] = state
    } else {
      shards.append(state)
      shards.sort { $0.number < $1.number }
    }
    nextShard = max(nextShard, state.number + 1)
  }
}
