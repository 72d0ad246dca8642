import Collectives
import TestSupport
import Testing
import Workers

@testable import NeuralNetwork

/// A training is the same, bit for bit, however its workers are divided over ranks.
@Suite struct RankTests {
  struct Example: CustomTestStringConvertible {
    /// Ranks and workers of each: the first division is what the others are compared with.
    let divisions: [[Int]]
    let batch: Int
    var frozenSteps = 0
    var frozenStages = 5

    var testDescription: String {
      "\(divisions), batch \(batch), frozen \(frozenSteps), \(frozenStages)"
    }
  }

  static let examples = [
    Example(divisions: [[1, 2], [2, 1]], batch: 6),
    Example(divisions: [[1, 2], [2, 1]], batch: 5, frozenSteps: 2),
    Example(divisions: [[1, 3], [3, 1]], batch: 7),
    Example(divisions: [[1, 4], [2, 2], [4, 1]], batch: 9),
    Example(divisions: [[1, 4], [2, 2], [4, 1]], batch: 8, frozenSteps: 1),
    Example(divisions: [[1, 4], [2, 2], [4, 1]], batch: 8, frozenSteps: 2, frozenStages: 3),
    Example(divisions: [[1, 6], [3, 2], [6, 1]], batch: 13),
    Example(divisions: [[1, 8], [2, 4], [4, 2], [8, 1]], batch: 18),
  ]

  private static let head = ResNet18Architecture.Head.mlp(
    hidden: 16, batchNorm: true, dropout: 0.5)

  /// Some steps with momentum and clipping: what each rank saw, step by step.
  private static func train(
    _ fixture: EngineFixture, ranks: Int, workers: Int, synchronized: Bool, frozenSteps: Int = 0,
    frozenStages: Int = 5, precision: WirePrecision = .float32
  ) throws -> [[EngineFixture.Outcome]] {
    try InMemoryCollective.run(size: ranks) { collective in
      let engine = TrainingEngine(
        architecture: fixture.architecture, batchSize: fixture.count, workers: workers,
        synchronizedBatchNorm: synchronized, kernels: Processor.selected, collective: collective,
        precision: precision)
      let filled = Locked<[Int]>([])
      var state = fixture.state
      var optimizer = Optimizer(
        .sgd(momentum: 0.9, nesterov: true), weightDecay: 1e-3, for: fixture.architecture)
      var outcomes: [EngineFixture.Outcome] = []
      for step in 0..<3 {
        let frozen = step < frozenSteps ? frozenStages : 0
        let result = try engine.computeGradients(
          &state, labels: fixture.labels,
          options: fixture.options(smoothing: 0.1, frozenStages: frozen)
        ) { sample, picture in
          filled.withLock { $0.append(sample) }
          fixture.fill(sample, picture)
        }
        optimizer.step(
          &state, gradients: engine.gradients, learningRate: 0.05,
          gradientScale: GradientNorm(norm: engine.gradientNorm, limit: 1).scale,
          frozenStages: frozen, kernels: engine.kernels)
        outcomes.append(EngineFixture.Outcome(result, engine, state))
        // A rank needs the pictures of its own part alone.
        #expect(filled.withLock { $0.sorted() } == Array(engine.samples))
        filled.withLock { $0 = [] }
      }
      return outcomes
    }.map { try $0.get() }
  }

  @Test(arguments: examples, [false, true])
  func divisionsAgreeToTheBit(example: Example, synchronized: Bool) throws {
    let fixture = EngineFixture(Self.head, count: example.batch)
    let found = try example.divisions.map { division in
      try Self.train(
        fixture, ranks: division[0], workers: division[1], synchronized: synchronized,
        frozenSteps: example.frozenSteps, frozenStages: example.frozenStages)
    }
    let expected = found[0][0]
    for (division, ranks) in zip(example.divisions, found) {
      #expect(TrainingEngine.divisionNote(workers: division[1], ranks: division[0]) == nil)
      for (rank, outcomes) in ranks.enumerated() {
        for (step, outcome) in outcomes.enumerated() {
          let place = "\(division), rank \(rank), step \(step)"
          #expect(outcome.loss == expected[step].loss, "loss, \(place)")
          #expect(outcome.norm == expected[step].norm, "norm, \(place)")
          #expect(outcome.logits.count == 3 * example.batch)
          // Without the numbers: there are too many for a message.
          let isSame = [
            outcome.logits == expected[step].logits,
            outcome.gradients == expected[step].gradients, outcome.state == expected[step].state,
          ]
          #expect(isSame == [true, true, true], "logits, gradients, state, \(place)")
        }
      }
    }
    #expect(expected[2].loss.isFinite && expected[2].state != expected[1].state)
  }

  /// Rounded gradients are nearly the same, and equal on all ranks.
  @Test(arguments: [false, true]) func gradientsMayTravelRounded(synchronized: Bool) throws {
    let fixture = EngineFixture(Self.head, count: 8)
    let exact = try Self.train(fixture, ranks: 2, workers: 1, synchronized: synchronized)
    let rounded = try Self.train(
      fixture, ranks: 2, workers: 1, synchronized: synchronized, precision: .bfloat16)
    #expect(rounded[0] == rounded[1])
    let difference = relativeDifference(rounded[0][0].gradients, exact[0][0].gradients)
    // Half a unit of the last of 8 bits, of the parts and of their sum.
    #expect((1e-4...0.008).contains(difference), "\(difference)")
    let alone = try Self.train(
      fixture, ranks: 1, workers: 2, synchronized: synchronized, precision: .bfloat16)
    #expect(alone[0] == exact[0])
  }

  @Test(arguments: [false, true]) func otherDivisionsAreNamed(synchronized: Bool) throws {
    let fixture = EngineFixture(Self.head, count: 13)
    let one = try Self.train(fixture, ranks: 1, workers: 6, synchronized: synchronized)
    let two = try Self.train(fixture, ranks: 2, workers: 3, synchronized: synchronized)
    // All ranks agree with each other even so.
    #expect(two[0] == two[1])
    #expect(one[0] != two[0])
    let note = try #require(TrainingEngine.divisionNote(workers: 3, ranks: 2))
    #expect(note.hasPrefix("2 processes of 3 workers round sums in another way"))
  }

  @Test(arguments: [false, true]) func aLostRankLeavesTheStateAsItWas(synchronized: Bool) {
    let fixture = EngineFixture(Self.head, count: 6)
    struct Gone: Error {}
    let found = InMemoryCollective.run(size: 2) { collective in
      if !collective.isFirst { throw Gone() }
      let engine = TrainingEngine(
        architecture: fixture.architecture, batchSize: 6, workers: 1,
        synchronizedBatchNorm: synchronized, kernels: Processor.selected, collective: collective)
      var state = fixture.state
      let error = #expect(throws: CollectiveError.self) {
        try engine.computeGradients(
          &state, labels: fixture.labels, options: fixture.options()
        ) { fixture.fill($0, $1) }
      }
      #expect(error?.code == .lostPeer && error?.rank == 1)
      #expect(state == fixture.state)
    }
    #expect(throws: Never.self) { try found[0].get() }
    #expect(throws: Gone.self) { try found[1].get() }
  }
}
