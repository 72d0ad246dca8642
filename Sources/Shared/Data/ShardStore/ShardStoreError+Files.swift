internal import Files

extension ShardStoreError {
  /// The error of a file that could not be opened, read, written or locked.
  init(_ error: FileError) {
    let code: Code
    var advice = error.advice
    switch error.code {
    case .noSpace:
      code = .noSpace
      advice = freeSpaceAdvice(error.subject)
    case .tooLarge, .malformed, .duplicate, .foreign: code = .notAStore
    case .missing, .taken, .inputOutput, .notAFile: code = .inputOutput
    }
    self.init(
      code, subject: error.subject, error.message + (advice.map { "; " + $0 } ?? ""),
      cause: error.cause)
  }
}

/// Returns the value of `body`, and turns its error into one of this module.
func stored<Value: ~Copyable>(
  _ body: @autoclosure () throws(FileError) -> Value
) throws(ShardStoreError) -> Value {
  do {
    return try body()
  } catch {
    throw ShardStoreError(error)
  }
}

/// Says how much space is free at `path`, and what to do.
func freeSpaceAdvice(_ path: String) -> String {
  "\(FileSystem.freeMebibytes(at: path)) MiB are free there; free some space, or raise the quota or "
    + "the limit of file sizes, and run the same command again: it continues after the last stored "
    + "video"
}

extension String {
  /// The text without this ending, if it has it.
  fileprivate func withoutSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}

/// A store's folder.
enum StoreFolder {
  static func create(_ path: String) throws(ShardStoreError) {
    try stored(FileSystem.createFolder(path))
  }

  /// The first entry of the folder that no task of a store makes; nil if there is none. Hidden
  /// entries don't count: temporary files of other tasks, and files that file managers leave.
  static func foreignEntry(_ path: String) throws(ShardStoreError) -> String? {
    try entries(path).sorted().first { name in
      !name.hasPrefix(".") && name != "lost+found"
        && name.withoutSuffix(Publication.claimSuffix) != StoreDescription.fileName
        && !(name.hasPrefix("task-") && (name.hasSuffix(".lock") || name.hasSuffix(".json")))
    }
  }

  /// Names of the entries of the folder.
  static func entries(_ path: String) throws(ShardStoreError) -> [String] {
    do throws(FileError) {
      return try FileSystem.entries(of: path)
    } catch let error where error.code == .missing {
      throw ShardStoreError(
        .notAStore, subject: path,
        "no such folder; expected the output folder of an extraction, with its "
          + StoreDescription.fileName, cause: error.cause)
    } catch {
      throw ShardStoreError(error)
    }
  }
}
