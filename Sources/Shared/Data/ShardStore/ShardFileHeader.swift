internal import Files
import Foundation

/// The two meta pages of an LMDB 0.9 file (`MDB_meta` in mdb.c), read without LMDB.
///
/// LMDB maps a file and trusts it: a page beyond the end of a truncated file is a bus error. So the
/// length is compared with the page count of the newest meta page before anything is mapped.
struct ShardFileHeader {
  /// Root, depth and counts of one tree (`MDB_db`).
  struct Tree {
    static let byteCount = 48
    /// `MDB_INTEGERKEY`.
    static let integerKeys: UInt16 = 0x08
    /// `MDB_NOSUBDIR`.
    static let isFile: UInt16 = 0x4000

    let flags: UInt16
    let depth: Int
    let branchPages: UInt64
    let leafPages: UInt64
    let overflowPages: UInt64
    let entries: UInt64
    let root: UInt64

    /// Nil for a tree without entries.
    var rootPage: UInt64? { root == UInt64.max ? nil : root }

    init(_ bytes: [UInt8], at offset: Int) {
      flags = bytes.integer(at: offset + 4)
      depth = Int(bytes.integer(at: offset + 6) as UInt16)
      branchPages = bytes.integer(at: offset + 8)
      leafPages = bytes.integer(at: offset + 16)
      overflowPages = bytes.integer(at: offset + 24)
      entries = bytes.integer(at: offset + 32)
      root = bytes.integer(at: offset + 40)
    }
  }

  private static let byteCount = 152
  private static let magic: UInt32 = 0xBEEF_C0DE
  private static let formatVersion: UInt32 = 1
  private static let metaFlag: UInt16 = 0x08

  let fileBytes: Int
  let pageSize: Int
  let lastPage: UInt64
  let freePages: Tree
  let main: Tree
  /// Number of the last transaction.
  let transaction: UInt64

  /// Bytes that the file must have; nil if the number overflows.
  var promisedBytes: Int? {
    let (pages, overflow) = lastPage.addingReportingOverflow(1)
    let (bytes, overflow2) = pages.multipliedReportingOverflow(by: UInt64(pageSize))
    return overflow || overflow2 ? nil : Int(exactly: bytes)
  }

  /// Reads both meta pages and returns the newer one.
  static func read(_ path: String) throws(ShardStoreError) -> ShardFileHeader {
    guard let size = try stored(FileSystem.size(of: path)) else {
      throw ShardStoreError(.inputOutput, subject: path, "there is no such shard")
    }
    // A shard gets its name when it is complete: an empty one has lost its content.
    guard size > 0 else {
      throw ShardStoreError(
        .damagedShard, subject: path, "the shard is empty: it has 0 bytes; " + repairAdvice)
    }
    let file = try stored(OpenFile(path, .read))
    let first = try parse(
      try stored(file.read(count: byteCount, at: 0)), fileBytes: size, path: path)
    let second = try parse(
      try stored(file.read(count: byteCount, at: first.pageSize)), fileBytes: size, path: path)
    let newer = first.transaction > second.transaction ? first : second
    let older = first.transaction > second.transaction ? second : first
    // Even transactions are written to the first page, odd ones to the second, each after the
    // other.
    guard first.transaction % 2 == 0, second.transaction % 2 == 1,
      newer.transaction - older.transaction == 1
    else {
      throw ShardStoreError(
        .damagedShard, subject: path,
        "its two headers are of transactions \(first.transaction) and \(second.transaction), which "
          + "can't be; " + repairAdvice)
    }
    // The first tree has integer keys, the second has text keys. The flags of the first one also
    // say how the file was opened.
    guard newer.freePages.flags & ~Tree.isFile == Tree.integerKeys, newer.main.flags == 0 else {
      throw ShardStoreError(
        .damagedShard, subject: path,
        "its trees are of kind \(newer.freePages.flags) and \(newer.main.flags); " + repairAdvice)
    }
    return newer
  }

  /// Throws if the file is shorter than its header says.
  func checkLength(_ path: String) throws(ShardStoreError) {
    guard let promisedBytes else {
      throw ShardStoreError(
        .damagedShard, subject: path, "its header counts \(lastPage) pages; " + repairAdvice)
    }
    guard fileBytes >= promisedBytes else {
      throw ShardStoreError(
        .damagedShard, subject: path,
        "the shard is truncated: expected \(promisedBytes) bytes, got \(fileBytes); "
          + repairAdvice)
    }
  }

  private static func parse(
    _ bytes: [UInt8], fileBytes: Int, path: String
  ) throws(ShardStoreError) -> ShardFileHeader {
    guard bytes.count == byteCount else {
      throw ShardStoreError(
        .damagedShard, subject: path,
        "the file is too short for an LMDB file: it has \(fileBytes) bytes; " + repairAdvice)
    }
    let pageSize = Int(bytes.integer(at: 40) as UInt32)
    let flags: UInt16 = bytes.integer(at: 10)
    guard flags & metaFlag != 0, bytes.integer(at: 16) == magic,
      bytes.integer(at: 20) == formatVersion, (512...65_536).contains(pageSize),
      pageSize.nonzeroBitCount == 1
    else {
      throw ShardStoreError(
        .damagedShard, subject: path,
        "the file is no LMDB file of format \(formatVersion) (64 bits, little-endian); "
          + repairAdvice)
    }
    return ShardFileHeader(
      fileBytes: fileBytes, pageSize: pageSize, lastPage: bytes.integer(at: 136),
      freePages: Tree(bytes, at: 40), main: Tree(bytes, at: 40 + Tree.byteCount),
      transaction: bytes.integer(at: 144))
  }
}

extension [UInt8] {
  /// The little-endian integer at `offset`, which lies within the array.
  func integer<Integer: FixedWidthInteger & UnsignedInteger>(at offset: Int) -> Integer {
    var value: Integer = 0
    for index in (0..<MemoryLayout<Integer>.size).reversed() {
      value = (value << 8) | Integer(truncatingIfNeeded: self[offset + index])
    }
    return value
  }
}
