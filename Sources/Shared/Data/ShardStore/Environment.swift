internal import CLMDB
import Foundation

/// One open LMDB file with the handles of its databases.
///
/// Sendable because any number of threads may read at once (each read has its own transaction,
/// opened with `MDB_NOTLS`), and because `ShardWriter` has one writing thread at a time under its
/// lock and changes the map only while it alone holds the file's lock.
final class Environment: @unchecked Sendable {
  enum Mode { case read, write }

  /// What a new file is made for.
  enum Creation {
    /// A store whose shards have no state of their own: formats 1 and 2.
    case stateless
    /// A store of the current format.
    case stateful
  }

  enum Database: CaseIterable {
    case images, samples, videos
  }

  struct Handles {
    let images: MDB_dbi
    let samples: MDB_dbi
    let videos: MDB_dbi
    /// Holds the shard's own state; nil in stores of formats before 3.
    let shard: MDB_dbi?

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

  let databases: Handles

  /// Opens a file. The corresponding C functions are `mdb_env_create` and `mdb_env_open`.
  ///
  /// - Parameter creating: which databases a new file gets; nil for a file that has them.
  init(
    path: String, mode: Mode, creating: Creation? = nil, mapBytes: Int?
  ) throws(ShardStoreError) {
    var created: OpaquePointer?
    try check(mdb_env_create(&created), "mdb_env_create", path)
    guard let handle = created else {
      throw ShardStoreError(.inputOutput, subject: path, "mdb_env_create gave no environment")
    }
    do throws(ShardStoreError) {
      try check(mdb_env_set_maxdbs(handle, 4), "mdb_env_set_maxdbs", path)
      if let mapBytes {
        try check(mdb_env_set_mapsize(handle, mapBytes), "mdb_env_set_mapsize", path)
      }
      // No lock table: tasks and shards are locked by `FileLock`, which leaves no file per shard
      // and works on read-only media.
      var flags = MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOTLS
      if mode == .read { flags |= MDB_RDONLY }
      try check(mdb_env_open(handle, path, UInt32(flags), 0o644), "mdb_env_open", path)
      databases = try Self.openDatabases(handle, path: path, mode: mode, creating)
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
    _ environment: OpaquePointer, path: String, mode: Mode, _ creating: Creation?
  ) throws(ShardStoreError) -> Handles {
    let transaction = try Transaction(environment, path: path, mode: mode)
    var handles: [String: MDB_dbi] = [:]
    for name in ["images", "samples", "videos", "shard"] {
      let isCreated = name == "shard" ? creating == .stateful : creating != nil
      var handle: MDB_dbi = 0
      let status = mdb_dbi_open(
        transaction.handle, name, UInt32(isCreated ? MDB_CREATE : 0), &handle)
      guard status != MDB_NOTFOUND else { continue }
      try check(status, "mdb_dbi_open \(name)", path)
      handles[name] = handle
    }
    guard let images = handles["images"], let samples = handles["samples"],
      let videos = handles["videos"]
    else {
      let missing = ["images", "samples", "videos"].filter { handles[$0] == nil }
      throw ShardStoreError(
        .damagedShard, subject: path,
        "the shard has no database \(missing.joined(separator: ", ")); " + repairAdvice)
    }
    try transaction.commit()
    return Handles(images: images, samples: samples, videos: videos, shard: handles["shard"])
  }

  /// Bytes of the file that are in use. The corresponding C function is `mdb_env_info`.
  func usedBytes() throws(ShardStoreError) -> Int {
    var info = MDB_envinfo()
    try check(mdb_env_info(handle, &info), "mdb_env_info", path)
    var status = MDB_stat()
    try check(mdb_env_stat(handle, &status), "mdb_env_stat", path)
    return (info.me_last_pgno + 1) * Int(status.ms_psize)
  }

  /// Extends the file to the end of its pages in use. LMDB leaves pages unwritten that one
  /// transaction took and gave back; with this, any shorter file is a truncated one.
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
  ) throws(ShardStoreError) -> Result {
    let transaction = try Transaction(handle, path: path, mode: .read)
    return try body(transaction, databases)
  }

  /// Runs `body` and commits; when the map is full, doubles it and runs `body` again.
  func write(
    _ body: (borrowing Transaction, Handles) throws(ShardStoreError) -> Void
  ) throws(ShardStoreError) {
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
