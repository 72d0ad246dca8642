import TestSupport
import Testing
import Workers

@testable import Kernels
@testable import NeuralNetwork

@Suite struct TrainingEngineTests {
  private static let heads: [ResNet18Architecture.Head] = [
    .linear, .mlp(hidden: 11, batchNorm: true, dropout: 0),
    .mlp(hidden: 11, batchNorm: false, dropout: 0),
  ]

  /// Loss and logits against obvious loops; the gradient against differences of their loss, along
  /// directions in all parameters and in a few of them.
  @Test(arguments: heads)
  func gradientIsThatOfTheReference(head: ResNet18Architecture.Head) throws {
    let fixture = EngineFixture(head, count: 5)
    let found = try fixture.run(workers: 2, synchronized: true, fixture.options(smoothing: 0.1))
    let network = ReferenceNetwork(fixture.state)
    let pictures = fixture.pictures
    #expect(relativeDifference(found.logits, network.logits(pictures)) < 1e-4)
    func loss(along direction: [Float], _ step: Double) -> Double {
      var moved = network
      for place in direction.indices { moved.parameters[place] += step * Double(direction[place]) }
      return moved.loss(pictures, labels: fixture.labels, smoothing: 0.1)
    }
    #expect(abs(found.loss - loss(along: [], 0)) < 1e-5)
    let groups = head == .linear ? ["", "conv1", "layer3.0"] : ["fc."]
    for group in groups {
      // The gradient itself, disturbed: no direction in which the difference is small by chance.
      let noise = pseudoRandom(found.gradients.count, seed: 17)
      let scale = Float(found.norm / Double(noise.count).squareRoot())
      var direction = zip(found.gradients, noise).map { $0 + scale * $1 }
      for entry in fixture.state.entries
      where entry.arena == .parameters && !entry.name.hasPrefix(group) {
        for place in entry.range { direction[place] = 0 }
      }
      let step = 1e-5 / found.norm
      let slope = (loss(along: direction, step) - loss(along: direction, -step)) / (2 * step)
      let product = zip(found.gradients, direction).reduce(0.0) {
        $0 + Double($1.0) * Double($1.1)
      }
      #expect(abs(slope - product) < 1e-3 * abs(slope), "\(head), parameters \(group)*")
    }
  }

  /// What an engine allocates is known beforehand: exactly where all workers have as many pictures.
  @Test(arguments: heads) func memoryIsCounted(head: ResNet18Architecture.Head) {
    let architecture = ResNet18Architecture(width: 8, inputSize: 32, head: head)
    for (batch, workers) in [(6, 1), (6, 3), (7, 2)] {
      let engine = TrainingEngine(
        architecture: architecture, batchSize: batch, workers: workers,
        synchronizedBatchNorm: false, kernels: Processor.selected)
      let counted = TrainingEngine.memoryBytes(
        architecture: architecture, batchSize: batch, workers: workers,
        kernels: Processor.selected)
      let difference = counted - engine.memoryBytes
      if batch % workers == 0 {
        #expect(difference == 0)
      } else {
        #expect(difference > 0 && difference < engine.memoryBytes / batch)
      }
    }
  }

  @Test func stepsRepeatToTheBit() throws {
    let fixture = EngineFixture(.mlp(hidden: 16, batchNorm: true, dropout: 0.5), count: 7)
    for synchronized in [false, true] {
      let engine = TrainingEngine(
        architecture: fixture.architecture, batchSize: 7, workers: 3,
        synchronizedBatchNorm: synchronized, kernels: Processor.selected)
      let first = try fixture.step(engine)
      #expect(try first == fixture.step(engine))
      #expect(try first == fixture.run(workers: 3, synchronized: synchronized))
    }
  }

  @Test func synchronizedStepsDoNotDependOnTheWorkers() throws {
    let fixture = EngineFixture(
      .mlp(hidden: 16, batchNorm: true, dropout: 0.5), count: 7, inputSize: 64)
    let alone = try fixture.run(workers: 1, synchronized: true)
    for workers in [2, 3] {
      let parted = try fixture.run(workers: workers, synchronized: true)
      #expect(abs(parted.loss - alone.loss) < 1e-5)
      #expect(relativeDifference(parted.logits, alone.logits) < 1e-4)
      #expect(relativeDifference(parted.gradients, alone.gradients) < 1e-3)
      #expect(relativeDifference(parted.state.statistics, alone.state.statistics) < 1e-5)
    }
    // One worker synchronises with itself alone.
    #expect(try alone == fixture.run(workers: 1, synchronized: false))
    // Normalising per worker is something else.
    let own = try fixture.run(workers: 3, synchronized: false)
    #expect(relativeDifference(own.gradients, alone.gradients) > 0.01)
  }

  /// What the first BatchNorm sees doesn't depend on how anything is normalised: its statistics are
  /// those of all samples, however these are spread over workers.
  @Test(arguments: [1, 2, 3]) func runningStatisticsAreThoseOfTheWholeBatch(workers: Int) throws {
    let fixture = EngineFixture(.linear, count: 7)
    let maps = ReferenceNetwork(fixture.state).stemConvolution(fixture.pictures)
    let found = try fixture.run(workers: workers, synchronized: false).state
    for channel in 0..<8 {
      let (count, mean, squares) = referenceMoments(maps, channel: channel)
      // "bn1" is the first entry: 8 means, then 8 variances.
      let before = (fixture.state.statistics[channel], fixture.state.statistics[8 + channel])
      let expectedMean = 0.9 * Double(before.0) + 0.1 * mean
      let expectedVariance = 0.9 * Double(before.1) + 0.1 * squares / (count - 1)
      #expect(abs(Double(found.statistics[channel]) - expectedMean) < 1e-6)
      #expect(abs(Double(found.statistics[8 + channel]) - expectedVariance) < 1e-6)
    }
    #expect(found.counters.allSatisfy { $0 == 1 })
    #expect(found.parameters == fixture.state.parameters)
  }

  @Test(arguments: [false, true]) func frozenBackboneStaysAsItIs(synchronized: Bool) throws {
    let fixture = EngineFixture(.mlp(hidden: 16, batchNorm: true, dropout: 0), count: 6)
    let found = try fixture.run(
      workers: 2, synchronized: synchronized, fixture.options(frozenStages: 5))
    for entry in fixture.state.entries {
      switch entry.arena {
      case .parameters:
        let isZero = found.gradients[entry.range].allSatisfy { $0 == 0 }
        #expect(isZero == !entry.isHead, "\(entry.name)")
      case .statistics:
        let stayed =
          found.state.statistics[entry.range] == fixture.state.statistics[entry.range]
        #expect(stayed == !entry.isHead, "\(entry.name)")
      case .counters:
        #expect(found.state.counters[entry.range] == (entry.isHead ? [1] : [0]))
      }
    }
    let squares = found.gradients.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect(abs(found.norm - squares.squareRoot()) < 1e-6 * found.norm)
  }

  @Test func frozenLogitsAreThoseOfEvaluation() throws {
    let fixture = EngineFixture(.linear, count: 5)
    let found = try fixture.run(workers: 2, synchronized: false, fixture.options(frozenStages: 5))
    let expected = ReferenceNetwork(fixture.state, isEvaluating: true).logits(fixture.pictures)
    #expect(relativeDifference(found.logits, expected) < 1e-5)
  }

  @Test func dropoutFollowsItsKeys() throws {
    let fixture = EngineFixture(.mlp(hidden: 16, batchNorm: false, dropout: 0.5), count: 6)
    let first = try fixture.run(workers: 1, synchronized: true)
    var options = fixture.options()
    options.dropoutKeys[4] += 1
    let second = try fixture.run(workers: 1, synchronized: true, options)
    for sample in 0..<6 {
      let row = sample * 3..<sample * 3 + 3
      #expect((first.logits[row] == second.logits[row]) == (sample != 4))
    }
    options.dropoutSeed += 1
    #expect(try fixture.run(workers: 1, synchronized: true, options).logits != second.logits)
  }

  @Test func brokenWeightsGiveALossThatIsNotFinite() throws {
    let fixture = EngineFixture(.linear, count: 4)
    var state = fixture.state
    state.parameters[0] = .nan
    let engine = TrainingEngine(
      architecture: fixture.architecture, batchSize: 4, workers: 2, synchronizedBatchNorm: false,
      kernels: Processor.selected)
    let result = try engine.computeGradients(
      &state, labels: fixture.labels, options: fixture.options()
    ) { fixture.fill($0, $1) }
    #expect(!result.loss.isFinite)
    #expect(!engine.gradientNorm.isFinite)
  }

  @Test func theGradientsStayWhereTheyAre() throws {
    let fixture = EngineFixture(.linear, count: 4)
    let engine = TrainingEngine(
      architecture: fixture.architecture, batchSize: 4, workers: 2, synchronizedBatchNorm: false,
      kernels: Processor.selected)
    let before = engine.gradients.withUnsafeBufferPointer { $0.baseAddress }
    let bytes = engine.memoryBytes
    _ = try fixture.step(engine)
    #expect(engine.gradients.withUnsafeBufferPointer { $0.baseAddress } == before)
    #expect(engine.memoryBytes == bytes)
    // Two workers of two samples hold what one of four holds, and their own gradients and scratch.
    #expect(bytes > engine.gradients.count * 4 * 4)
  }

  @Test func partsDifferByOneAtMost() {
    for (parts, count) in [(1, 2), (3, 7), (4, 9), (5, 33)] {
      let bounds = (0...parts).map { evenBound($0, of: parts, count: count) }
      let sizes = zip(bounds.dropFirst(), bounds).map { $0 - $1 }
      #expect(bounds[0] == 0 && bounds[parts] == count)
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }
  }
}
