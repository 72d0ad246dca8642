internal import Foundation

/// The folder of one training: checkpoints, metrics, model. Held by one process at a time.
package struct RunDirectory: ~Copyable {
  package let path: String
  private let lock: Int32

  /// Makes the folder if it is missing, and takes its lock until the value ends.
  package init(_ path: String) throws {
    self.path = path
    lock = try Self.locked(path)
    removeLeftovers()
  }

  /// Removes what processes left that were killed while they wrote; nobody else writes here.
  private func removeLeftovers() {
    for folder in [path, checkpoints, path + "/plots"] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for name in names where name.hasSuffix(".partial") {
        try? FileManager.default.removeItem(atPath: folder + "/" + name)
      }
    }
  }

  private static func locked(_ path: String) throws -> Int32 {
    do {
      try FileManager.default.createDirectory(
        atPath: path + "/checkpoints", withIntermediateDirectories: true)
    } catch {
      throw TrainingRunError(
        path, "can't make the folder of the run: \(error.localizedDescription)")
    }
    let lock = open(path + "/run.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard lock >= 0 else {
      throw TrainingRunError("\(path)/run.lock", "can't open: \(String(cString: strerror(errno)))")
    }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      close(lock)
      throw TrainingRunError(
        reason == EWOULDBLOCK
          ? "\(path): another trainer is using this run; wait for its end, or say --run DIR"
          : "\(path)/run.lock: can't lock: \(String(cString: strerror(reason)))")
    }
    return lock
  }

  deinit { close(lock) }

  package var files: RunFiles { RunFiles(path) }
  package var checkpoints: String { files.checkpoints }
  package var pipeline: String { files.pipeline }
  package var metrics: String { files.metrics }
  package var events: String { files.events }
  package var model: String { files.model }
  package var safetensors: String { files.safetensors }
  package var information: String { files.information }
}
