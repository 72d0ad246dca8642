package import Measure
package import NeuralNetwork

/// Memory that a network needs, checked against the limits of the process before it is allocated,
/// because a process that exceeds a limit can't report it any more.
///
/// Engines are counted exactly; a tenth is added for temporary allocations.
package enum NetworkMemory {
  /// Memory of a process besides its networks: catalogs, tables, reports.
  private static let base = 32 << 20

  /// Number of threads that are not workers: signals, loaders, Dispatch's own.
  private static let otherThreads = 5

  /// Bytes of the pictures that wait for the network: three batches.
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

  /// Address space that glibc reserves for the allocations of a thread. If little is left, the
  /// arena of one thread takes the address space of the next thread's stack, and Dispatch waits for
  /// that for ever.
  private static let threadArena = 64 << 20

  /// Memory for opening a store, before the network is known.
  package static func start(workers: Int) -> MemoryNeed {
    var start = need(24 << 20, workers: workers)
    start.mapped = (workers + otherThreads) * threadArena
    return start
  }

  /// Memory for judging pictures.
  ///
  /// - Parameter copies: Number of further copies of all weights in memory at the same time.
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

  /// Memory for a training.
  ///
  /// - Parameter copies: Number of copies of all weights: state, mean,
  ///   optimizer state, a checkpoint.
  package static func training(
    _ architecture: ResNet18Architecture, batchSize: Int, workers: Int, ranks: Int = 1,
    copies: Int
  ) -> MemoryNeed {
    let engine = TrainingEngine.memoryBytes(
      architecture: architecture, batchSize: batchSize, workers: workers, ranks: ranks,
      kernels: Processor.selected)
    let weights = parameterBytes(architecture)
    // A resumed run reads its checkpoint before it creates the engine.
    return need(
      base + pictures(batchSize / ranks + 2 * Predictor.chunk, architecture)
        + max(engine + copies * weights, 12 * weights), workers: workers)
  }

  /// Why the memory is insufficient for some work; nil if it is sufficient.
  package static func obstacle(
    _ need: MemoryNeed, for work: String, remedy: String, within limits: [MemoryLimit]
  ) -> String? {
    var need = need
    need.reserved += MatrixProductMemory.reservedBytes
    return need.obstacle(for: work, remedy: remedy, within: limits)
  }

  /// Checks that the memory is sufficient, and reserves what OpenBLAS will need.
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
