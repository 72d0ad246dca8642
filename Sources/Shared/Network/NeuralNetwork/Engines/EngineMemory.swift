package import Kernels

extension TrainingEngine {
  /// Bytes that an engine would allocate, see its initialiser: what its `memoryBytes` would be.
  package static func memoryBytes(
    architecture: ResNet18Architecture, batchSize: Int, workers: Int, ranks: Int = 1,
    kernels: any KernelSet
  ) -> Int {
    let parts = workers * ranks
    let largest = (batchSize + parts - 1) / parts
    let layout = ResNet18Layout(architecture, kernels: kernels, pictures: largest)
    let memory = FloatMemory(counting: ())
    // Parts differ by one picture at most.
    _ = WorkerPlan(layout, count: largest, memory: memory)
    let packed = max(layout.packedCount, layout.packedBackwardCount) + 2 * FloatMemory.slack
    return workers * memory.bytes
      + (packed + layout.parameterCount) * MemoryLayout<Float>.stride
  }
}

extension InferenceEngine {
  /// Bytes that an engine would allocate, see its initialiser: what its `memoryBytes` would be.
  package static func memoryBytes(
    architecture: ResNet18Architecture, maximumBatch: Int, workers: Int, kernels: any KernelSet
  ) -> Int {
    let parts = maximumBatch < workers ? 1 : workers
    let largest = (maximumBatch + parts - 1) / parts
    let layout = ResNet18Layout(architecture, kernels: kernels, pictures: largest)
    let (weights, plans) = (FloatMemory(counting: ()), FloatMemory(counting: ()))
    _ = FoldedWeights(layout, packedMemory: weights, memory: weights)
    let members = maximumBatch < workers ? workers : 1
    _ = InferencePlan(layout, maximum: largest, members: members, memory: plans)
    return weights.bytes + parts * plans.bytes
  }
}
