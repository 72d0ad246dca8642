internal import Collectives
package import Measure
internal import NeuralNetwork
internal import Prediction

extension TrainingSetup {
  /// Checks that the memory limits of the process are sufficient for the training.
  ///
  /// - Parameter readsCheckpoint: Whether a checkpoint is read while the engine exists.
  /// - Throws: `InsufficientMemory`, with settings that need less memory.
  package func checkMemory(readsCheckpoint: Bool = false) throws(InsufficientMemory) {
    func need(batchSize: Int, workers: Int) -> MemoryNeed {
      NetworkMemory.training(
        architecture, batchSize: batchSize, workers: workers, ranks: collective.size,
        copies: readsCheckpoint ? 11 : 4)
    }
    let limits = MemoryNeed.cautious(MemoryLimit.current)
    // The largest batch of half, a quarter, ... that fits, with one worker.
    var batchSize = configuration.batchSize
    while batchSize >= 2 * collective.size,
      NetworkMemory.obstacle(
        need(batchSize: batchSize, workers: 1), for: "", remedy: "", within: limits) != nil
    {
      batchSize /= 2
    }
    let remedy =
      batchSize < 2 * collective.size
      ? "take a narrower network (network.width) or smaller pictures (network.inputSize)"
      : "take --workers 1"
        + (batchSize < configuration.batchSize ? " --set batchSize=\(batchSize)" : "")
    try NetworkMemory.check(
      need(batchSize: configuration.batchSize, workers: workers), for: "the training",
      remedy: remedy)
  }
}
