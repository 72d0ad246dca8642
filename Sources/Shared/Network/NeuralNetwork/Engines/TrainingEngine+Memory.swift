public import Kernels

extension TrainingEngine {
  /// Bytes that an engine would allocate, see its initialiser: what its `memoryBytes` would be.
  public static func memoryBytes(
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
