import Foundation
import Measure
import NeuralNetwork
import Prediction
import Workers

/// Checks of memory before work begins. `workers` is that of the command line: 0 is one per core.
enum MemoryCheck {
  private static let remedy = "take fewer --workers"

  /// Before a file of weights is read and a store is opened.
  ///
  /// - Parameter file: the file, or a folder of which the largest file may be read.
  static func start(workers: Int, reading file: String?) throws {
    let count = WorkerPool(workerCount: workers).workerCount
    var need = NetworkMemory.start(workers: count)
    // Its bytes, the tensors in them, and what is made of these.
    need.written += 3 * (file.map(bytes) ?? 0)
    try need.check(for: "opening model and store", remedy: remedy)
  }

  private static func bytes(of path: String) -> Int {
    let manager = FileManager.default
    let files =
      (try? manager.contentsOfDirectory(atPath: path).map { path + "/" + $0 }) ?? [path]
    return files.map { (try? manager.attributesOfItem(atPath: $0)[.size] as? Int) ?? 0 }.max() ?? 0
  }

  /// A cache of at most so many bytes, and of half of what the limits leave: with a smaller one more is
  /// computed, and the result is the same.
  static func cache(_ bytes: Int) -> Int {
    MemoryLimit.current.reduce(bytes) { min($0, $1.free / 2) }
  }

  /// Before a network judges pictures.
  static func inference(
    _ architecture: ResNet18Architecture, workers: Int, copies: Int = 1
  ) throws {
    let count = WorkerPool(workerCount: workers).workerCount
    try NetworkMemory.check(
      NetworkMemory.inference(architecture, workers: count, copies: copies), for: "the network",
      remedy: remedy)
  }
}
