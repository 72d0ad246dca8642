import TestSupport
import Testing
import Workers

@testable import Kernels
@testable import NeuralNetwork

@Suite(.enabled(if: isRelease, "many passes take minutes in a debug build"))
struct BatchNormEstimatorTests {
  private static let heads: [ResNet18Architecture.Head] = [
    .linear, .mlp(hidden: 11, batchNorm: true, dropout: 0.5),
    .mlp(hidden: 11, batchNorm: false, dropout: 0.5),
  ]
  private static let hidden = heads[1]

  /// In float64, layer by layer; in the state's order.
  private func expected(_ fixture: EngineFixture) -> [(entry: StateEntry, values: [Double])] {
    let estimates = StatisticsEstimates()
    var reference = ReferenceNetwork(fixture.state)
    reference.estimates = estimates
    _ = reference.logits(fixture.pictures)
    return fixture.state.entries.filter { $0.arena == .statistics }.map {
      ($0, estimates.values[$0.name] ?? [])
    }
  }

  @Test(arguments: heads)
  func statisticsAreThoseOfTheReference(head: ResNet18Architecture.Head) {
    let fixture = EngineFixture(head, count: 33)
    let expected = expected(fixture)
    let estimator = BatchNormEstimator(
      fixture.state.withoutStatistics, workers: 2, kernels: Processor.selected)
    #expect(estimator.passCount == (head == Self.hidden ? 18 : 17))
    let found = estimator.run(count: 33, batch: 8) { fixture.fill($0, $1) }
    #expect(expected.count == (head == Self.hidden ? 42 : 40))
    for (entry, values) in expected {
      let difference = relativeDifference(Array(found.statistics[entry.range]), values)
      #expect(difference < 1e-5, "\(entry.name): off by \(difference)")
    }
    #expect(found.counters.allSatisfy { $0 == 1 })
    #expect(found.parameters == fixture.state.parameters)
  }

  /// Caches for no picture, for some in early passes and more in later ones, and for all.
  @Test(arguments: Processor.available.indices)
  func workersBatchesAndCacheDoNotMatter(kernels: Int) {
    let kernels = Processor.available[kernels]
    let fixture = EngineFixture(Self.hidden, count: 33, inputSize: 64)
    let layout = ResNet18Layout(fixture.architecture, kernels: kernels, pictures: 1)
    let mapBytes = layout.pooled.pictureCount * 4
    var first: NetworkState?
    for (workers, batch, cached) in [
      (1, 33, 0), (2, 33, 0), (1, 1, 0), (3, 8, 0), (2, 33, 33), (1, 8, 33), (2, 5, 33), (2, 8, 10),
      (3, 33, 13), (1, 1, 1),
    ] {
      let estimator = BatchNormEstimator(
        fixture.state.withoutStatistics, workers: workers, cacheBytes: cached * mapBytes + 3,
        kernels: kernels)
      let filled = Locked(0)
      let found = estimator.run(count: 33, batch: batch) { sample, picture in
        filled.withLock { $0 += 1 }
        fixture.fill(sample, picture)
      }
      let fills = filled.withLock { $0 }
      if cached == 0 { #expect(fills == 18 * 33) }
      if cached == 33 { #expect(fills == 2 * 33) }
      if cached == 10 { #expect(fills > 2 * 33 && fills < 10 * 33) }
      if first == nil { first = found }
      #expect(found == first, "\(workers) workers, batches of \(batch), \(cached) cached")
    }
  }

  @Test(arguments: ["narrow-linear", "narrow-mlp"])
  func narrowStatisticsEqualPyTorch(name: String) throws {
    try expectParity(StatisticsFixture(name))
  }

  /// Several chunks of channels, and Winograd's algorithm in all its forms.
  @Test func fullStatisticsEqualPyTorch() throws {
    try expectParity(StatisticsFixture("full-mlp"))
  }

  private func expectParity(_ fixture: StatisticsFixture) throws {
    let (architecture, count) = (fixture.architecture, fixture.count)
    let pictures = ParityPictures(key: fixture.pictures, batch: count, size: 64)
    let lost = ParityInputs.state(architecture).withoutStatistics
    let found = BatchNormEstimator(
      lost, workers: 2, cacheBytes: 1 << 20, kernels: Processor.selected
    )
    .run(count: count, batch: 16, fill: pictures.fill)
    var compared = 0
    for entry in found.entries where entry.arena == .statistics {
      guard let expected = fixture.entries[entry.name] else { continue }
      let difference = relativeDifference(Array(found.statistics[entry.range]), expected)
      #expect(difference < 1e-5, "\(entry.name): off by \(difference)")
      compared += 1
    }
    #expect(compared == fixture.entries.count && compared > 0)
    let logits = { (state: NetworkState) in
      let engine = InferenceEngine(
        architecture: architecture, maximumBatch: count, workers: 2, kernels: Processor.selected)
      engine.load(state)
      return relativeDifference(
        engine.logits(count: count, fill: pictures.fill), fixture.logits)
    }
    #expect(logits(lost) > 0.5)
    #expect(logits(found) < 1e-4)
  }

  /// What a model's own pictures made its statistics is found again.
  @Test func predictionsComeBack() {
    let architecture = ResNet18Architecture(width: 8, inputSize: 32, head: Self.hidden)
    var intact = NetworkState(randomFor: architecture, seed: 4)
    let fixture = EngineFixture(Self.hidden, count: 33)
    let estimates = StatisticsEstimates()
    var reference = ReferenceNetwork(intact)
    reference.estimates = estimates
    _ = reference.logits(fixture.pictures)
    for entry in intact.entries where entry.arena == .statistics {
      let values = estimates.values[entry.name] ?? []
      intact.statistics.replaceSubrange(entry.range, with: values.map { Float($0) })
    }
    let lost = intact.withoutStatistics
    let repaired = BatchNormEstimator(lost, workers: 2, kernels: Processor.selected).run(
      count: 33, batch: 33
    ) {
      fixture.fill($0, $1)
    }
    let logits = { (state: NetworkState) in
      let engine = InferenceEngine(
        architecture: architecture, maximumBatch: 33, workers: 2, kernels: Processor.selected)
      engine.load(state)
      return engine.logits(count: 33) { fixture.fill($0, $1) }
    }
    #expect(relativeDifference(logits(repaired), logits(intact)) < 1e-4)
    #expect(relativeDifference(logits(lost), logits(intact)) > 0.5)
  }

  /// The last maps have one pixel: their variance over equal pictures is zero. Of one picture there is
  /// a single value, whose unbiased variance would be 0 / 0.
  @Test(arguments: [1, 5]) func equalPicturesHaveNoVariance(count: Int) throws {
    let fixture = EngineFixture(Self.hidden, count: 1)
    let found = BatchNormEstimator(
      fixture.state.withoutStatistics, workers: 2, kernels: Processor.selected
    )
    .run(count: count, batch: 5) { _, picture in fixture.fill(0, picture) }
    #expect(found.statistics.allSatisfy { $0.isFinite })
    for name in ["layer4.1.bn2", "layer4.0.downsample.1", "fc.2"] {
      let entry = try #require(found.entries.first { $0.name == name + ".running_var" })
      #expect(found.statistics[entry.range].allSatisfy { $0 == 0 }, "\(name)")
    }
    let engine = InferenceEngine(
      architecture: fixture.architecture, maximumBatch: 1, workers: 1, kernels: Processor.selected)
    engine.load(found)
    #expect(engine.logits(count: 1) { fixture.fill($0, $1) }.allSatisfy { $0.isFinite })
  }

  @Test func preconditionsStopMisuse() async {
    let state = EngineFixture(.linear, count: 1).state
    await #expect(processExitsWith: .failure) {
      let fixture = EngineFixture(.linear, count: 1)
      BatchNormEstimator(fixture.state, workers: 1, kernels: Processor.selected).finishPass()
    }
    await #expect(processExitsWith: .failure) {
      let fixture = EngineFixture(.linear, count: 2)
      let estimator = BatchNormEstimator(fixture.state, workers: 1, kernels: Processor.selected)
      estimator.accumulate(count: 2) { fixture.fill($0, $1) }
      estimator.finishPass()
      estimator.accumulate(count: 1) { fixture.fill($0, $1) }
      estimator.finishPass()
    }
    // The same calls as they are meant.
    let fixture = EngineFixture(.linear, count: 2)
    let estimator = BatchNormEstimator(state, workers: 1, kernels: Processor.selected)
    estimator.accumulate(count: 2) { fixture.fill($0, $1) }
    estimator.finishPass()
    estimator.accumulate(count: 1) { fixture.fill($0, $1) }
    estimator.accumulate(count: 0) { fixture.fill($0, $1) }
    estimator.accumulate(count: 1) { fixture.fill($0 + 1, $1) }
    estimator.finishPass()
    #expect(estimator.finishedPasses == 2 && !estimator.isFinished)
  }
}

extension BatchNormEstimator {
  /// All passes over some samples, some at a time.
  fileprivate func run(
    count: Int, batch: Int,
    fill: @Sendable (Int, UnsafeMutableBufferPointer<Float>) -> Void
  ) -> NetworkState {
    while !isFinished {
      for first in stride(from: 0, to: count, by: batch) {
        accumulate(count: min(batch, count - first)) { fill(first + $0, $1) }
      }
      finishPass()
    }
    return state
  }
}

extension NetworkState {
  /// What is left of a network when only its parameters were saved.
  fileprivate var withoutStatistics: NetworkState {
    var state = NetworkState(zeros: architecture)
    state.parameters = parameters
    return state
  }
}
