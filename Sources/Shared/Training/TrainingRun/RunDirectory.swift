internal import Files
internal import Foundation

/// The folder of one training: checkpoints, metrics, model. One process at a time holds it; of
/// several that train together, the first.
package final class RunDirectory {
  package let files: RunFiles
  private let lock: FileLock

  /// Makes the folder if it is missing, and takes its lock until the value ends.
  ///
  /// - Throws: `TrainingRunError` where the folder can't be made or is in use, `FileError` where it
  ///   can't be locked.
  package init(_ path: String) throws {
    files = RunFiles(path)
    do {
      try FileManager.default.createDirectory(
        atPath: files.checkpoints, withIntermediateDirectories: true)
    } catch {
      throw TrainingRunError(
        path, "can't make the folder of the run: \(error.localizedDescription)")
    }
    guard let lock = try FileLock.attempt(path + "/run.lock", .exclusive, creating: true) else {
      throw TrainingRunError(
        path, "another trainer is using this run; wait for its end, or say --run DIR")
    }
    self.lock = lock
    removeLeftovers()
  }

  /// Removes partial files of processes that were killed. No other process writes here, because
  /// this one holds the lock.
  private func removeLeftovers() {
    for folder in [files.path, files.checkpoints, files.path + "/plots"] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for name in names where name.hasSuffix(AtomicFile.partialSuffix) {
        try? FileManager.default.removeItem(atPath: folder + "/" + name)
      }
    }
  }
}
