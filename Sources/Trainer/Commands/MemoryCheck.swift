import Foundation
import Measure
import NeuralNetwork
import Prediction
import Workers

/// Checks of memory before work begins. `workers` is the number on the command line; 0
/// is one per core.
enum MemoryCheck {
  private static let remedy = "take fewer --workers"

  /// Checks the memory for reading a file of weights and opening a store.
  ///
  /// - Parameter file: The file, or a folder whose largest file may be read.
  static func start(workers: Int, reading file: String?) throws {
    let count = WorkerPool(workerCount: workers).workerCount
    var need = NetworkMemory.start(workers: count)
    // The file's bytes, its tensors, and the state that is made from them.
    need.written += 3 * (file.map(bytes) ?? 0)
    try need.check(for: "opening model and store", remedy: remedy)
  }

  private static func bytes(of path: String) -> Int {
    let manager = FileManager.default
    let files =
      (try? manager.contentsOfDirectory(atPath: path).map { path + "/" + $0 }) ?? [path]
    return files.map { (try? manager.attributesOfItem(atPath: $0)[.size] as? Int) ?? 0 }.max() ?? 0
  }

  /// Size of a cache: at most `bytes`, and at most half of the memory that the limits leave. With a
  /// smaller cache more is computed, and the result is the same.
  static func cache(_ bytes: Int) -> Int {
    MemoryLimit.current.reduce(bytes) { min($0, $1.free / 2) }
  }

  /// Checks the memory for judging pictures.
  static func inference(
    _ architecture: ResNet18Architecture, workers: Int, copies: Int = 1
  ) throws {
    let count = WorkerPool(workerCount: workers).workerCount
    try NetworkMemory.check(
      NetworkMemory.inference(architecture, workers: count, copies: copies), for: "the network",
      remedy: remedy)
  }
}
