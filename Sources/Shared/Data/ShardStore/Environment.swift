internal import CLMDB
import Foundation

/// One open LMDB file with the handles of its three databases.
///
/// Sendable because any number of threads may read at once (each read has its own transaction,
/// opened with `MDB_NOTLS`), and because `ShardWriter` has one writing thread at a time under its
/// lock and changes the map only while it alone holds the file's lock.
final class Environment: @unchecked Sendable {
  enum Mode { case read, write }

  enum Database: CaseIterable {
    case images, samples, videos
  }

  struct Handles {
    var images: MDB_dbi = 0
    var samples: MDB_dbi = 0
    var videos: MDB_dbi = 0

    subscript(database: Database) -> MDB_dbi {
      switch database {
      case .images: images
      case .samples: samples
      case .videos: videos
      }
    }
  }

  let path: String
  let mode: Mode
  let handle: OpaquePointer

  /// Nil in a file whose databases were never committed: it holds nothing.
  let databases: Handles?

  /// Opens a file, for writing creating it and its databases. The corresponding C functions are
  /// `mdb_env_create` and `mdb_env_open`.
  init(path: String, mode: Mode, mapBytes: Int?) throws(ShardStoreError) {
    var created: OpaquePointer?
    try check(mdb_env_create(&created), "mdb_env_create", path)
    guard let handle = created else {
      throw ShardStoreError(.inputOutput, subject: path, "mdb_env_create gave no environment")
    }
    do throws(ShardStoreError) {
      try check(mdb_env_set_maxdbs(handle, 3), "mdb_env_set_maxdbs", path)
      if let mapBytes {
        try check(mdb_env_set_mapsize(handle, mapBytes), "mdb_env_set_mapsize", path)
      }
      // No lock table: tasks and shards are locked by `FileLock`, which leaves no file per shard and
      // works on read-only media.
      var flags = MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOTLS
      if mode == .read { flags |= MDB_RDONLY }
      try check(mdb_env_open(handle, path, UInt32(flags), 0o644), "mdb_env_open", path)
      databases = try Self.openDatabases(handle, path: path, mode: mode)
    } catch {
      mdb_env_close(handle)
      throw error
    }
    self.path = path
    self.mode = mode
    self.handle = handle
  }

  /// Closes the file. Only `EnvironmentTable` calls it, when the last use has ended.
  func close() { mdb_env_close(handle) }

  private static func openDatabases(
    _ environment: OpaquePointer, path: String, mode: Mode
  ) throws(ShardStoreError) -> Handles? {
    let transaction = try Transaction(environment, path: path, mode: mode)
    var handles = Handles()
    var missing: [String] = []
    let flags = UInt32(mode == .write ? MDB_CREATE : 0)
    for (name, field) in [
      ("images", \Handles.images), ("samples", \Handles.samples), ("videos", \Handles.videos),
    ] as [(String, WritableKeyPath<Handles, MDB_dbi>)] {
      let status = mdb_dbi_open(transaction.handle, name, flags, &handles[keyPath: field])
      if mode == .read, status == MDB_NOTFOUND {
        missing.append(name)
      } else {
        try check(status, "mdb_dbi_open \(name)", path)
      }
    }
    guard missing.isEmpty else {
      if missing.count == 3 { return nil }
      throw ShardStoreError(
        .damagedShard, subject: path,
        "the shard has no database \(missing.joined(separator: ", ")); " + repairAdvice)
    }
    try transaction.commit()
    return handles
  }

  /// Bytes of the file that are in use. The corresponding C function is `mdb_env_info`.
  func usedBytes() throws(ShardStoreError) -> Int {
    var info = MDB_envinfo()
    try check(mdb_env_info(handle, &info), "mdb_env_info", path)
    var status = MDB_stat()
    try check(mdb_env_stat(handle, &status), "mdb_env_stat", path)
    return (info.me_last_pgno + 1) * Int(status.ms_psize)
  }

  /// Makes the file as long as its pages in use; LMDB leaves pages unwritten that one transaction
  /// took and gave back. So a file that is shorter was truncated.
  func extend() throws(ShardStoreError) {
    try extendFile(path, to: try usedBytes())
  }

  /// Size of the memory map. The corresponding C function is `mdb_env_info`.
  func mapBytes() throws(ShardStoreError) -> Int {
    var info = MDB_envinfo()
    try check(mdb_env_info(handle, &info), "mdb_env_info", path)
    return info.me_mapsize
  }

  /// Doubles the map. The caller has no transaction open and holds the file's lock. The
  /// corresponding C function is `mdb_env_set_mapsize`.
  func growMap() throws(ShardStoreError) {
    let (bytes, overflow) = try mapBytes().multipliedReportingOverflow(by: 2)
    guard !overflow, bytes <= 1 << 44 else {
      throw ShardStoreError(
        .invalidArgument, subject: path, "the shard is too large; lower the maximum shard size")
    }
    try check(mdb_env_set_mapsize(handle, bytes), "mdb_env_set_mapsize", path)
  }

  /// Runs `body` on a snapshot.
  func read<Result>(
    _ body: (borrowing Transaction, Handles) throws(ShardStoreError) -> Result
  ) throws(ShardStoreError) -> Result? {
    guard let databases else { return nil }
    let transaction = try Transaction(handle, path: path, mode: .read)
    return try body(transaction, databases)
  }

  /// Runs `body` and commits; when the map is full, doubles it and runs `body` again.
  func write(
    _ body: (borrowing Transaction, Handles) throws(ShardStoreError) -> Void
  ) throws(ShardStoreError) {
    guard let databases else {
      throw ShardStoreError(.damagedShard, subject: path, "the shard has no databases")
    }
    while true {
      do throws(ShardStoreError) {
        let transaction = try Transaction(handle, path: path, mode: .write)
        try body(transaction, databases)
        try transaction.commit()
        return
      } catch let error where error.code == .database(status: MDB_MAP_FULL) {
        try growMap()
      }
    }
  }
}
