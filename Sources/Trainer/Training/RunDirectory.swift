import Files
import Foundation

/// The folder of one training: checkpoints, metrics, model. Held by one process at a time.
struct RunDirectory: ~Copyable {
  let path: String
  private let lock: FileLock

  /// Makes the folder if it is missing, and takes its lock until the value ends.
  init(_ path: String) throws {
    self.path = path
    lock = try Self.locked(path)
    removeLeftovers()
  }

  /// Removes what processes left that were killed while they wrote; nobody else writes here.
  private func removeLeftovers() {
    for folder in [path, checkpoints, path + "/plots"] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for name in names where name.hasSuffix(AtomicFile.partialSuffix) {
        try? FileManager.default.removeItem(atPath: folder + "/" + name)
      }
    }
  }

  private static func locked(_ path: String) throws -> FileLock {
    do {
      try FileManager.default.createDirectory(
        atPath: path + "/checkpoints", withIntermediateDirectories: true)
    } catch {
      throw TrainerError(
        "\(path): can't make the folder of the run: \(error.localizedDescription)")
    }
    guard let lock = try FileLock.attempt(path + "/run.lock", .exclusive, creating: true) else {
      throw TrainerError(
        "\(path): another trainer is using this run; wait for its end, or say --run DIR")
    }
    return lock
  }

  var files: RunFiles { RunFiles(path) }
  var checkpoints: String { files.checkpoints }
  var pipeline: String { files.pipeline }
  var metrics: String { files.metrics }
  var events: String { files.events }
  var model: String { files.model }
  var safetensors: String { files.safetensors }
  var information: String { files.information }
}

/// Where the files of a run lie, whether there or not. Takes no lock.
struct RunFiles {
  let path: String

  init(_ path: String) { self.path = path }

  var checkpoints: String { path + "/checkpoints" }
  var best: String { checkpoints + "/best.pt" }
  var pipeline: String { path + "/pipeline.yaml" }
  var metrics: String { path + "/metrics.csv" }
  var events: String { path + "/events" }
  var model: String { path + "/model.pt" }
  var safetensors: String { path + "/model.safetensors" }
  var information: String { path + "/training_info.json" }
  var predictions: String { path + "/predictions.csv" }
  var report: String { path + "/report.html" }
}

/// What stops the trainer: one sentence for the user.
struct TrainerError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
