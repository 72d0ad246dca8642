internal import CLMDB
import Foundation

/// Turns a status of LMDB into an error: only this function knows the codes.
///
/// A caller that acts on a status (`MDB_NOTFOUND`, `MDB_MAP_FULL`) tests it before, or catches the
/// error.
func check(_ status: Int32, _ operation: String, _ path: String) throws(ShardStoreError) {
  guard status != MDB_SUCCESS else { return }
  let text = String(cString: mdb_strerror(status))
  let cause = "\(operation): \(text)"
  switch status {
  case MDB_INVALID, MDB_VERSION_MISMATCH:
    throw ShardStoreError(
      .damagedShard, subject: path, "the file is no LMDB file of this version; " + repairAdvice,
      cause: cause)
  case MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_PANIC, MDB_BAD_TXN, MDB_INCOMPATIBLE, MDB_BAD_DBI:
    throw ShardStoreError(
      .damagedShard, subject: path, "the shard is damaged; " + repairAdvice, cause: cause)
  case ENOSPC, EDQUOT, EFBIG:
    throw ShardStoreError(
      .noSpace, subject: path,
      "the shard cannot grow; all videos committed before are stored; "
        + freeSpaceAdvice(path), cause: cause)
  case EIO:
    // LMDB reports a write that ended early, which is how a full disk often shows, as EIO.
    throw ShardStoreError(
      .noSpace, subject: path,
      "writing the shard ended early: the disk is full or failing; all videos committed before "
        + "are stored; " + freeSpaceAdvice(path), cause: cause)
  case 1...:
    throw ShardStoreError(.inputOutput, subject: path, "\(operation) failed", cause: cause)
  default:
    throw ShardStoreError(
      .database(status: status), subject: path, "\(operation) failed", cause: cause)
  }
}

/// What to do about a shard that is truncated or damaged.
let repairAdvice =
  "copy the shard again, or let `extractor run --redo-damaged` (of the part that wrote it, or of all) "
  + "extract its videos again"
