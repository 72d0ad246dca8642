internal import CLMDB
import Foundation

/// A transaction of LMDB: committed, or aborted when its value ends.
///
/// It must begin and end on one thread. The pointers into the map that it returns are valid until
/// it ends.
struct Transaction: ~Copyable {
  let handle: OpaquePointer
  private let path: String
  private var isOpen = true

  /// The corresponding C function is `mdb_txn_begin`.
  init(
    _ environment: OpaquePointer, path: String, mode: Environment.Mode
  ) throws(ShardStoreError) {
    var begun: OpaquePointer?
    let flags = UInt32(mode == .read ? MDB_RDONLY : 0)
    try check(mdb_txn_begin(environment, nil, flags, &begun), "mdb_txn_begin", path)
    guard let begun else {
      throw ShardStoreError(.inputOutput, subject: path, "mdb_txn_begin gave no transaction")
    }
    handle = begun
    self.path = path
  }

  deinit { if isOpen { mdb_txn_abort(handle) } }

  /// Number of the snapshot that is read, or of the one that is written. The corresponding C
  /// function is `mdb_txn_id`.
  var number: Int { Int(truncatingIfNeeded: mdb_txn_id(handle)) }

  /// Makes all writes durable. The corresponding C function is `mdb_txn_commit`.
  consuming func commit() throws(ShardStoreError) {
    // LMDB frees the transaction whether or not it could be committed: nothing is left to abort.
    isOpen = false
    try check(mdb_txn_commit(handle), "mdb_txn_commit", path)
  }

  /// The corresponding C function is `mdb_put`.
  borrowing func put(
    _ key: [UInt8], _ value: [UInt8], in database: MDB_dbi
  ) throws(ShardStoreError) {
    let status = Self.withValue(key) { key in
      Self.withValue(value) { value in mdb_put(handle, database, &key, &value, 0) }
    }
    try check(status, "mdb_put", path)
  }

  /// Removes an entry; a missing one is no error. The corresponding C function is `mdb_del`.
  borrowing func remove(_ key: [UInt8], from database: MDB_dbi) throws(ShardStoreError) {
    let status = Self.withValue(key) { key in mdb_del(handle, database, &key, nil) }
    if status != MDB_NOTFOUND { try check(status, "mdb_del", path) }
  }

  /// Removes all entries whose keys `isRemoved` chooses, and returns these keys.
  @discardableResult
  borrowing func removeAll(
    from database: MDB_dbi, where isRemoved: ([UInt8]) -> Bool
  ) throws(ShardStoreError) -> [[UInt8]] {
    var keys: [[UInt8]] = []
    var entries = try cursor(database)
    while let entry = try entries.next() {
      if isRemoved(entry.key) { keys.append(entry.key) }
    }
    _ = consume entries
    for key in keys { try remove(key, from: database) }
    return keys
  }

  /// The value of `key`, valid until the transaction ends. The corresponding C function is
  /// `mdb_get`.
  borrowing func value(
    of key: [UInt8], in database: MDB_dbi
  ) throws(ShardStoreError) -> UnsafeRawBufferPointer? {
    var found = MDB_val()
    let status = Self.withValue(key) { key in mdb_get(handle, database, &key, &found) }
    if status == MDB_NOTFOUND { return nil }
    try check(status, "mdb_get", path)
    return UnsafeRawBufferPointer(start: found.mv_data, count: found.mv_size)
  }

  /// Number of entries of a database. The corresponding C function is `mdb_stat`.
  borrowing func entryCount(_ database: MDB_dbi) throws(ShardStoreError) -> Int {
    var status = MDB_stat()
    try check(mdb_stat(handle, database, &status), "mdb_stat", path)
    return status.ms_entries
  }

  /// A cursor before the first entry, or before the first whose key is `start` or comes after it.
  /// It must end before the transaction.
  borrowing func cursor(
    _ database: MDB_dbi, from start: [UInt8]? = nil
  ) throws(ShardStoreError) -> Cursor {
    try Cursor(transaction: handle, database: database, start: start, path: path)
  }

  fileprivate static func withValue(
    _ bytes: [UInt8], _ body: (inout MDB_val) -> Int32
  ) -> Int32 {
    bytes.withUnsafeBytes { buffer in
      // LMDB's interface is not const; it does not write through a key or a value of `mdb_put`.
      var value = MDB_val(
        mv_size: buffer.count, mv_data: UnsafeMutableRawPointer(mutating: buffer.baseAddress))
      return body(&value)
    }
  }
}

/// Walks the entries of a database in key order.
struct Cursor: ~Copyable {
  struct Entry {
    let key: [UInt8]
    /// Valid until the transaction ends.
    let value: UnsafeRawBufferPointer
  }

  private let handle: OpaquePointer
  private let path: String
  private let start: [UInt8]
  private var operation: MDB_cursor_op

  /// The corresponding C function is `mdb_cursor_open`.
  fileprivate init(
    transaction: OpaquePointer, database: MDB_dbi, start: [UInt8]?, path: String
  ) throws(ShardStoreError) {
    self.start = start ?? []
    operation = start == nil ? MDB_FIRST : MDB_SET_RANGE
    var opened: OpaquePointer?
    try check(mdb_cursor_open(transaction, database, &opened), "mdb_cursor_open", path)
    guard let opened else {
      throw ShardStoreError(.inputOutput, subject: path, "mdb_cursor_open gave no cursor")
    }
    handle = opened
    self.path = path
  }

  deinit { mdb_cursor_close(handle) }

  /// The next entry; nil at the end. The corresponding C function is `mdb_cursor_get`.
  mutating func next() throws(ShardStoreError) -> Entry? {
    var key = MDB_val()
    var value = MDB_val()
    // With MDB_SET_RANGE the key goes in as the start and comes out as what was found.
    let status = Transaction.withValue(start) { from in
      key = from
      return mdb_cursor_get(handle, &key, &value, operation)
    }
    if status == MDB_NOTFOUND { return nil }
    try check(status, "mdb_cursor_get", path)
    operation = MDB_NEXT
    return Entry(
      key: Array(UnsafeRawBufferPointer(start: key.mv_data, count: key.mv_size)),
      value: UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size))
  }
}
