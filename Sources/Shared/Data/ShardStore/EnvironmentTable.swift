internal import Files
import Foundation

/// A use of an open shard. The file stays open in this process while any use of it lives.
final class EnvironmentUse: Sendable {
  // Accessed by methods only: each keeps the use, and so the file, alive until it returns.
  private let environment: Environment
  private let identity: FileIdentity

  /// Opens a shard, or joins another use of it: LMDB wants one environment per file and process.
  init(
    _ path: String, mode: Environment.Mode, creating: Environment.Creation? = nil,
    mapBytes: Int? = nil
  ) throws(ShardStoreError) {
    identity = try FileIdentity(path)
    environment = try EnvironmentTable.shared.acquire(
      identity, path: path, mode: mode, creating, mapBytes: mapBytes)
  }

  deinit { EnvironmentTable.shared.release(identity) }

  /// Checks the pages of a shard and opens it for reading.
  static func reading(
    _ path: String, checking scope: PageCheck.Scope?
  ) throws(ShardStoreError) -> EnvironmentUse {
    let header = try ShardFileHeader.read(path)
    try header.checkLength(path)
    if let scope { try PageCheck.run(path, scope) }
    return try EnvironmentUse(path, mode: .read, mapBytes: header.fileBytes)
  }

  /// Runs `body` on a snapshot.
  func read<Result>(
    _ body: (borrowing Transaction, Environment.Handles) throws(ShardStoreError) -> Result
  ) throws(ShardStoreError) -> Result {
    try environment.read(body)
  }

  /// Runs `body` and commits, growing the map as needed.
  func write(
    _ body: (borrowing Transaction, Environment.Handles) throws(ShardStoreError) -> Void
  ) throws(ShardStoreError) {
    try environment.write(body)
    try environment.extend()
  }

  /// Bytes of the file that are in use.
  func usedBytes() throws(ShardStoreError) -> Int { try environment.usedBytes() }
}

/// Identifies a file: paths that lead to the same file have equal identities.
struct FileIdentity: Hashable {
  private let resolvedPath: String

  /// The corresponding C function is `realpath`.
  init(_ path: String) throws(ShardStoreError) {
    resolvedPath = try stored(FileSystem.resolved(path))
  }
}

/// All shards that this process has open. Sendable because `lock` guards `entries`.
private final class EnvironmentTable: @unchecked Sendable {
  static let shared = EnvironmentTable()

  private let lock = NSLock()
  private var entries: [FileIdentity: (environment: Environment, users: Int)] = [:]

  func acquire(
    _ identity: FileIdentity, path: String, mode: Environment.Mode,
    _ creating: Environment.Creation?, mapBytes: Int?
  ) throws(ShardStoreError) -> Environment {
    lock.lock()
    defer { lock.unlock() }
    if let entry = entries[identity] {
      guard mode == .read else {
        throw ShardStoreError(
          .busy, subject: path, "this process has the shard open already; close that first")
      }
      entries[identity] = (entry.environment, entry.users + 1)
      return entry.environment
    }
    let environment = try Environment(
      path: path, mode: mode, creating: creating, mapBytes: mapBytes)
    entries[identity] = (environment, 1)
    return environment
  }

  func release(_ identity: FileIdentity) {
    lock.lock()
    defer { lock.unlock() }
    guard let entry = entries[identity] else { return }
    if entry.users > 1 {
      entries[identity] = (entry.environment, entry.users - 1)
    } else {
      // Closed under the lock: no other thread can open the file a second time meanwhile.
      entry.environment.close()
      entries[identity] = nil
    }
  }
}
