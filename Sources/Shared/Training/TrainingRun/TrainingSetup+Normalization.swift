internal import Collectives
internal import Workers

extension TrainingSetup {
  /// Pictures that a BatchNorm needs, so that their mean and variance are worth normalising with. The
  /// sample clips of `scripts/demo` are not learned with 2 pictures for each worker.
  private static let leastNormalized = 8

  /// The largest number of workers of a process where the settings leave it to the machine. If each
  /// worker's BatchNorm normalises its own pictures, a machine with many cores would otherwise learn worse
  /// than one with few.
  static func mostWorkers(_ configuration: TrainingSettings, processes: Int) -> Int {
    guard configuration.workers == 0, !configuration.network.synchronizedBatchNorm else {
      return .max
    }
    return max(configuration.batchSize / (leastNormalized * processes), 1)
  }

  /// What a person has to know about the pictures that BatchNorm normalises together, with a line break.
  var normalizationNote: String? {
    guard !configuration.network.synchronizedBatchNorm else { return nil }
    let pictures = configuration.batchSize / (collective.size * workers)
    if pictures < Self.leastNormalized, collective.size * workers > 1 {
      return
        "Warning    BatchNorm normalises the \(pictures) pictures of each worker: with fewer than "
        + "\(Self.leastNormalized) a network may learn nothing; "
        + "network.synchronizedBatchNorm=true normalises over all workers\n"
    }
    let cores = WorkerPool(workerCount: configuration.workers).workerCount
    guard configuration.workers == 0, workers < cores else { return nil }
    return "Note       \(workers) of \(cores) cores train, so that BatchNorm has "
      + "\(Self.leastNormalized) pictures of each worker; network.synchronizedBatchNorm=true uses all\n"
  }
}
