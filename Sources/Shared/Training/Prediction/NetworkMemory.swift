package import Measure
package import NeuralNetwork

/// What a network needs of memory, checked against the limits of the process before it is needed: who
/// runs into one can't say so any more.
///
/// Engines are counted exactly; a tenth is added for what comes and goes.
package enum NetworkMemory {
  /// What a process has besides its networks: catalogs, tables, reports.
  private static let base = 32 << 20

  /// Threads that are not workers: signals, loaders, Dispatch's own.
  private static let otherThreads = 5

  /// Pictures that wait for the network, three batches of them.
  private static func pictures(_ count: Int, _ architecture: ResNet18Architecture) -> Int {
    3 * 4 * count * architecture.inputSize * architecture.inputSize
  }

  private static func parameterBytes(_ architecture: ResNet18Architecture) -> Int {
    4 * (architecture.stateEntries.last { $0.arena == .parameters }?.range.upperBound ?? 0)
  }

  private static func need(_ bytes: Int, workers: Int) -> MemoryNeed {
    MemoryNeed(
      written: bytes + bytes / 10,
      reserved: MemoryNeed.stacks(threads: workers + otherThreads))
  }

  /// Addresses that glibc reserves for the allocations of a thread: with few left, a thread's arena takes
  /// the room of the next thread's stack, for which Dispatch then waits for ever.
  private static let threadArena = 64 << 20

  /// Opening a store, before the network is known.
  package static func start(workers: Int) -> MemoryNeed {
    var start = need(24 << 20, workers: workers)
    start.mapped = (workers + otherThreads) * threadArena
    return start
  }

  /// Judging pictures.
  ///
  /// - Parameter copies: further copies of all weights that are held meanwhile.
  package static func inference(
    _ architecture: ResNet18Architecture, workers: Int, copies: Int = 1
  ) -> MemoryNeed {
    need(
      base
        + InferenceEngine.memoryBytes(
          architecture: architecture, maximumBatch: Predictor.chunk, workers: workers,
          kernels: Processor.selected)
        + pictures(Predictor.chunk, architecture) + copies * parameterBytes(architecture),
      workers: workers)
  }

  /// A training.
  ///
  /// - Parameter copies: copies of all weights: state, mean, the optimizer's memories, a checkpoint.
  package static func training(
    _ architecture: ResNet18Architecture, batchSize: Int, workers: Int, ranks: Int = 1,
    copies: Int
  ) -> MemoryNeed {
    let engine = TrainingEngine.memoryBytes(
      architecture: architecture, batchSize: batchSize, workers: workers, ranks: ranks,
      kernels: Processor.selected)
    let weights = parameterBytes(architecture)
    // A run that goes on reads its checkpoint before there is an engine.
    return need(
      base + pictures(batchSize / ranks + 2 * Predictor.chunk, architecture)
        + max(engine + copies * weights, 12 * weights), workers: workers)
  }

  /// Why there is not enough for some work; nil where there is.
  package static func obstacle(
    _ need: MemoryNeed, for work: String, remedy: String, within limits: [MemoryLimit]
  ) -> String? {
    var need = need
    need.reserved += MatrixProductMemory.reservedBytes
    return need.obstacle(for: work, remedy: remedy, within: limits)
  }

  /// Checks that there is enough, and takes what OpenBLAS will need.
  ///
  /// - Throws: `InsufficientMemory`.
  package static func check(
    _ need: MemoryNeed, for work: String, remedy: String
  ) throws(InsufficientMemory) {
    let limits = MemoryLimit.current
    guard !limits.isEmpty else { return }
    if let message = obstacle(need, for: work, remedy: remedy, within: limits) {
      throw InsufficientMemory(description: message)
    }
    MatrixProductMemory.reserve()
  }
}
