import Measure
import NeuralNetwork
import Prediction
import Workers

/// Checks of memory before work begins. `workers` is that of the command line: 0 is one per core.
enum MemoryCheck {
  private static let remedy = "take fewer --workers"

  /// Before a store is opened.
  static func start(workers: Int) throws {
    let count = WorkerPool(workerCount: workers).workerCount
    try NetworkMemory.start(workers: count).check(for: "opening the store", remedy: remedy)
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
