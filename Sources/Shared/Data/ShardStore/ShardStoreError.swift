internal import Contract
internal import PrintableText

/// An error of a store: what failed, on what, and what to try.
package struct ShardStoreError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure, for a program to decide on.
  package enum Code: Sendable, Equatable {
    /// A file or folder could not be read, created, renamed or synced.
    case inputOutput
    /// The disk is full, or a quota or a file-size limit is reached. What was committed before
    /// stays readable.
    case noSpace
    /// Another process, or another part of this one, holds the task.
    case busy
    /// The folder has no valid `store.json`.
    case notAStore
    /// The store was made with another geometry or pipeline.
    case descriptionMismatch
    /// A shard file is truncated, damaged, or no LMDB file.
    case damagedShard
    /// A part of the store is lost, older than it was, damaged, or of another store.
    case damagedStore
    /// A record is missing, malformed, out of bounds, or contradicts its checksum.
    case damagedRecord
    /// The video can't be stored as it is: its name, a number or an image is out of bounds.
    case invalidVideo
    /// The store has a finished entry of this video.
    case alreadyStored
    /// The writer was closed, or refused to go on after a failed write.
    case closed
    /// A setting, e.g. the task number, is out of bounds.
    case invalidArgument
    /// The caller's cancellation closure asked to stop.
    case cancelled
    /// Any other status of LMDB.
    case database(status: Int32)
  }

  package var code: Code

  /// What failed, expected and got, and what to try.
  package var message: String

  /// The file, video or key that the error is about.
  package var subject: String

  /// The text of the operating system or of LMDB.
  package var cause: String?

  package init(_ code: Code, subject: String, _ message: String, cause: String? = nil) {
    self.code = code
    self.subject = subject
    self.message = message
    self.cause = cause
  }

  /// `subject: message (cause)`.
  package var description: String {
    guard let cause else { return "\(subject): \(message)".printable }
    return "\(subject): \(message) (\(cause))".printable
  }
}
