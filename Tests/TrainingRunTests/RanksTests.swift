import Collectives
import ModelFiles
import NeuralNetwork
import ShardStoreFixtures
import TestSupport
import Testing
import TrainingData
import Workers

@testable import TrainingRun

/// Several processes train like one; here they are threads that exchange data in memory.
@Suite struct RanksTests {
  /// Settings with which a step takes milliseconds: 6 steps per epoch, two epochs.
  private func settings(workers: Int, synchronized: Bool) -> TrainingSettings {
    var settings = TrainingSettings()
    settings.workers = workers
    settings.epochs = 2
    settings.batchSize = 10
    settings.stepsPerEpoch = 3
    settings.network.width = 8
    settings.network.inputSize = 32
    settings.network.hidden = 16
    settings.network.synchronizedBatchNorm = synchronized
    settings.data.validationShare = 0.25
    settings.data.testShare = 0.25
    settings.schedule.warmupEpochs = 0.5
    settings.validation.bootstrap = 0
    settings.checkpoints.everySteps = 2
    return settings
  }

  private func setup(
    _ settings: TrainingSettings, _ collective: any Collective,
    store: String = TrainingStore.folder
  ) throws -> TrainingSetup {
    try TrainingSetup(
      settings, recorded: RecordedSettings(yaml: "train:\n", decisive: [:]) { _ in [] },
      store: store, collective: collective)
  }

  /// Trains with this number of ranks; returns the exported weights.
  private func weights(
    ranks: Int, workers: Int, synchronized: Bool, folder: String,
    store: String = TrainingStore.folder, observer: any TrainingObserver = QuietObserver()
  ) throws -> NetworkState? {
    let settings = settings(workers: workers, synchronized: synchronized)
    let results = InMemoryCollective.run(size: ranks) { collective in
      let job = TrainingJob(
        setup: try setup(settings, collective, store: store), folder: folder, force: true,
        observer: observer)
      return try job.run { _, _ in }
    }
    let outcomes = try results.map { try $0.get() }
    for outcome in outcomes.dropFirst() {
      guard case .judgedByFirst = outcome else {
        Issue.record("a rank after the first judged by itself: \(outcome)")
        continue
      }
    }
    guard case .judged = outcomes[0] else { return nil }
    // Temperature and threshold come from inference, whose rounding may depend on its workers.
    return try ModelFile(contentsOf: folder + "/model.pt").state
  }

  /// Two and four ranks end with the weights of one.
  @Test(arguments: [false, true])
  func sameWeights(synchronized: Bool) throws {
    try withTemporaryDirectory { folder in
      func trained(_ ranks: Int, _ workers: Int) throws -> NetworkState? {
        try weights(
          ranks: ranks, workers: workers, synchronized: synchronized,
          folder: folder.path(of: "run-\(ranks)x\(workers)"))
      }
      let one = try trained(1, 2)
      #expect(one != nil)
      #expect(try trained(2, 1) == one)
      let four = try trained(1, 4)
      #expect(four != one, "the number of workers shows in the result, so the test can fail")
      #expect(try trained(2, 2) == four)
      #expect(try trained(4, 1) == four)
    }
  }

  /// The same samples in one shard and in seven give the same weights, with one rank and with two.
  @Test func sameWeightsOfAnyShards() throws {
    try withTemporaryDirectory { folder in
      let one = folder.path(of: "one")
      let many = folder.path(of: "many")
      try TrainingStore.make(one, TrainingStore.Plan(shardBytes: 1 << 30))
      try TrainingStore.make(many, TrainingStore.Plan(shardBytes: 32 << 10))
      let counts = try [one, many].map { try SampleCatalog(directory: $0).shards.count }
      #expect(counts[0] == 1 && counts[1] >= 7, "\(counts)")
      func trained(_ store: String, _ ranks: Int) throws -> NetworkState? {
        try weights(
          ranks: ranks, workers: 2 / ranks, synchronized: false,
          folder: store + "-\(ranks)", store: store)
      }
      let expected = try trained(one, 1)
      #expect(expected != nil)
      #expect(try trained(many, 1) == expected)
      #expect(try trained(many, 2) == expected)
    }
  }

  /// A run that two ranks began continues with one, to the same end.
  @Test func resumedElsewhere() throws {
    try withTemporaryDirectory { folder in
      let whole = try weights(
        ranks: 1, workers: 2, synchronized: false, folder: folder.path(of: "whole"))
      let moved = folder.path(of: "moved")
      // Any rank may receive the request to stop.
      let settings = settings(workers: 1, synchronized: false)
      let results = InMemoryCollective.run(size: 2) { collective in
        let observer: any TrainingObserver =
          collective.rank == 1 ? StoppingObserver(after: 3) : QuietObserver()
        return try TrainingJob(
          setup: try setup(settings, collective), folder: moved, force: true, observer: observer
        ).run { _, _ in }
      }
      for result in results {
        guard case .stopped(let progress) = try result.get() else {
          Issue.record("a rank went on alone")
          return
        }
        #expect(progress.step == 3)
      }
      #expect(
        try weights(ranks: 1, workers: 2, synchronized: false, folder: moved) == whole)
    }
  }

  /// A failure of the first rank ends the others with its reason.
  @Test func failureOfTheFirst() throws {
    try withTemporaryDirectory { folder in
      try folder.write("in the way", to: "run")
      let settings = settings(workers: 1, synchronized: false)
      let results = InMemoryCollective.run(size: 2) { collective in
        try TrainingJob(
          setup: try setup(settings, collective), folder: folder.path(of: "run"), force: false,
          observer: QuietObserver()
        ).run { _, _ in }
      }
      for (rank, result) in results.enumerated() {
        #expect {
          try result.get()
        } throws: {
          "\($0)".contains("can't make the folder") && "\($0)".contains("rank 0") == (rank == 1)
        }
      }
    }
  }

  /// A signal while the first rank judges the model ends all ranks as a stop.
  @Test func stoppedWhileJudging() throws {
    try withTemporaryDirectory { folder in
      let settings = settings(workers: 1, synchronized: false)
      let results = InMemoryCollective.run(size: 2) { collective in
        try TrainingJob(
          setup: try setup(settings, collective), folder: folder.path(of: "run"), force: false,
          observer: JudgingStopper()
        ).run { _, _ in }
      }
      for result in results {
        #expect(throws: WorkStopped.self) { try result.get() }
      }
    }
  }

  /// Batches too small for the processes are refused.
  @Test func smallBatches() throws {
    var settings = settings(workers: 1, synchronized: false)
    settings.batchSize = 3
    let results = InMemoryCollective.run(size: 2) { [settings] in try setup(settings, $0).workers }
    for result in results {
      #expect {
        try result.get()
      } throws: { "\($0)".contains("raise batchSize") }
    }
  }
}

/// Ignores all events and never stops.
private struct QuietObserver: TrainingObserver {
  func observe(_ event: TrainingEvent) {}
  func begin(total: Int, unit: String) {}
  func advance(to done: Int, detail: String) {}
  func end() {}
  var shallStop: Bool { false }
}

/// Asks to stop after a number of steps.
private final class StoppingObserver: TrainingObserver {
  private let after: Int
  private let steps = Locked(0)

  init(after: Int) { self.after = after }

  func observe(_ event: TrainingEvent) {
    if case .stepped(let progress, _, _, _) = event { steps.withLock { $0 = progress.step } }
  }

  func begin(total: Int, unit: String) {}
  func advance(to done: Int, detail: String) {}
  func end() {}
  var shallStop: Bool { steps.withLock { $0 >= after } }
}

/// Asks to stop when the model is about to be judged.
private final class JudgingStopper: TrainingObserver {
  private let isJudging = Locked(false)

  func observe(_ event: TrainingEvent) {}
  func begin(total: Int, unit: String) { isJudging.withLock { $0 = true } }
  func advance(to done: Int, detail: String) {}
  func end() {}
  var shallStop: Bool { isJudging.withLock { $0 } }
}
