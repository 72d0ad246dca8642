import ShardStoreFixtures
import Testing
import Workers

@testable import TrainingRun

/// With BatchNorm of each worker's own pictures, a machine with many cores must not learn worse than one
/// with few.
@Suite struct NormalizationTests {
  private func setup(
    workers: Int, batchSize: Int, isSynchronized: Bool = false
  ) throws -> TrainingSetup {
    var settings = TrainingSettings()
    settings.workers = workers
    settings.batchSize = batchSize
    settings.network.width = 8
    settings.network.inputSize = 32
    settings.network.hidden = 16
    settings.network.synchronizedBatchNorm = isSynchronized
    return try TrainingSetup(
      settings, recorded: RecordedSettings(yaml: "train:\n", decisive: [:]) { _ in [] },
      store: TrainingStore.folder)
  }

  @Test(arguments: [
    (workers: 0, batch: 32, synchronized: false, processes: 1, most: 4),
    (workers: 0, batch: 32, synchronized: false, processes: 2, most: 2),
    (workers: 0, batch: 4, synchronized: false, processes: 1, most: 1),
    (workers: 0, batch: 32, synchronized: true, processes: 1, most: Int.max),
    (workers: 16, batch: 32, synchronized: false, processes: 1, most: Int.max),
  ])
  func workersHaveEnoughPictures(
    workers: Int, batch: Int, synchronized: Bool, processes: Int, most: Int
  ) {
    var settings = TrainingSettings()
    settings.workers = workers
    settings.batchSize = batch
    settings.network.synchronizedBatchNorm = synchronized
    #expect(TrainingSetup.mostWorkers(settings, processes: processes) == most)
  }

  /// A number of workers that somebody asks for is taken, with a warning.
  @Test func fewPicturesAreWarnedOf() throws {
    let few = try setup(workers: 16, batchSize: 32)
    #expect(few.workers == 16)
    #expect(
      few.normalizationNote?.hasPrefix("Warning    BatchNorm normalises the 2 pictures") == true)
    #expect(try setup(workers: 4, batchSize: 32).normalizationNote == nil)
    #expect(try setup(workers: 16, batchSize: 32, isSynchronized: true).normalizationNote == nil)
  }

  @Test func idleCoresAreReported() throws {
    let setup = try setup(workers: 0, batchSize: 8)
    #expect(setup.workers == 1)
    let cores = WorkerPool().workerCount
    #expect(
      setup.normalizationNote?.hasPrefix("Note       1 of \(cores) cores train")
        == (cores > 1 ? true : nil))
  }
}
