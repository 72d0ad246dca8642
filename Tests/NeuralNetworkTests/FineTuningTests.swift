import TestSupport
import Testing

@testable import NeuralNetwork

/// Stages that are frozen, and stages that learn at rates of their own, against PyTorch: the files of
/// `Tests/Fixtures/finetuning/make_fixtures.py`.
@Suite struct FineTuningTests {
  private static let architecture = ParityCase.narrowMLP.architecture

  private static func rule(_ name: String) -> Optimizer.Rule {
    name == "sgd"
      ? .sgd(momentum: 0.9, nesterov: true) : .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8)
  }

  private static func fixture(_ name: String) throws -> ParityFixture {
    try ParityFixture(name, folder: "finetuning")
  }

  private func first(ofStage stage: Int, _ arena: StateEntry.Arena) throws -> Int {
    try #require(
      Self.architecture.stateEntries.first { $0.stage == stage && $0.arena == arena }
    ).range.lowerBound
  }

  /// Frozen stages normalise with running statistics that stay, and have gradients of zero; the others
  /// have PyTorch's. So does the length of the gradient.
  @Test(arguments: [1, 3], [(1, false), (1, true), (2, true)])
  func frozenStagesEqualPyTorch(stages: Int, how: (workers: Int, together: Bool)) throws {
    let fixture = try Self.fixture("frozen-\(stages)")
    var state = ParityInputs.state(Self.architecture)
    let before = state
    let batch = ParityBatch(
      Self.architecture, key: try fixture.pictureKey(), batch: 8, workers: how.workers,
      synchronizedBatchNorm: how.together)
    let result = try batch.run(&state, frozenStages: stages)
    #expect(relativeDifference(result.logits, try fixture.numbers("trainLogits")) < 1e-4)
    #expect(relativeDifference(state.statistics, try fixture.numbers("statistics")) < 1e-4)
    let norm = Float(batch.engine.gradientNorm)
    #expect(relativeDifference([norm], try fixture.numbers("gradientNorm")) < 1e-4)
    let differences = try fixture.differences(
      batch.engine.gradients, from: "gradientSketches", Self.architecture)
    let entries = Self.architecture.stateEntries.filter { $0.arena == .parameters }
    for (entry, difference) in zip(entries, differences) {
      if entry.stage < stages {
        #expect(difference.length == 0, "\(difference)")
      } else if difference.expectedLength > 1e-9 {
        #expect(difference.relative < 1e-3, "\(difference)")
      }
    }
    let start = try first(ofStage: stages, .statistics)
    #expect(state.statistics[..<start] == before.statistics[..<start])
    #expect(state.statistics[start...] != before.statistics[start...])
    let counter = try first(ofStage: stages, .counters)
    #expect(state.counters[..<counter] == before.counters[..<counter])
    #expect(state.counters[counter...].elementsEqual(before.counters[counter...].map { $0 + 1 }))
  }

  /// Ten steps with a group of parameters for each stage.
  @Test(arguments: ["sgd", "adamw"], [false, true])
  func layerRatesEqualPyTorch(rule: String, freezes: Bool) throws {
    let fixture = try Self.fixture(freezes ? rule + "-frozen" : rule)
    var state = ParityInputs.state(Self.architecture)
    let before = state
    var optimizer = Optimizer(
      Self.rule(rule), weightDecay: rule == "sgd" ? 1e-3 : 1e-2, layerDecay: 0.6,
      for: Self.architecture)
    var norms: [Float] = []
    for step in 0..<10 {
      let frozen = !freezes ? 0 : (2..<5).contains(step) ? 5 : 2
      var gradients = ParityInputs.gradients(Self.architecture, step: step)
      let trained = optimizer.trainedParameters(frozenStages: frozen)
      // As the engine gives them.
      for place in 0..<trained.lowerBound { gradients[place] = 0 }
      var scale: Float = 1
      if step >= 5 {
        let norm = GradientNorm(of: gradients, limit: 0.9)
        norms.append(Float(norm.norm))
        scale = norm.scale
      }
      optimizer.step(
        &state, gradients: gradients, learningRate: 0.01 * Float(1 + step), gradientScale: scale,
        frozenStages: frozen, kernels: Processor.selected)
    }
    #expect(relativeDifference(norms, try fixture.numbers("norms")) < 1e-6)
    for (values, what) in [
      (state.parameters, "parameter"), (optimizer.first, "first"), (optimizer.second, "second"),
    ] where !values.isEmpty {
      for difference in try fixture.differences(values, from: "\(what)Sketches", Self.architecture)
      {
        let limit = difference.expectedLength == 0 ? 0 : 2e-6 * difference.expectedLength
        #expect(difference.length <= limit, "\(what): \(difference)")
      }
    }
    guard freezes else { return }
    let start = try first(ofStage: 2, .parameters)
    #expect(state.parameters[..<start] == before.parameters[..<start])
    #expect(optimizer.first[..<start].allSatisfy { $0 == 0 })
    #expect(optimizer.second.prefix(start).allSatisfy { $0 == 0 })
  }

  /// A rate that doesn't decay is the plain optimizer, to the bit.
  @Test(arguments: ["sgd", "adamw"]) func oneChangesNothing(rule: String) {
    func steps(_ optimizer: Optimizer) -> (NetworkState, Optimizer) {
      var (state, optimizer) = (ParityInputs.state(Self.architecture), optimizer)
      for step in 0..<3 {
        optimizer.step(
          &state, gradients: ParityInputs.gradients(Self.architecture, step: step),
          learningRate: 0.01, kernels: Processor.selected)
      }
      return (state, optimizer)
    }
    let plain = steps(
      Optimizer(Self.rule(rule), weightDecay: 1e-3, for: Self.architecture))
    let one = steps(
      Optimizer(Self.rule(rule), weightDecay: 1e-3, layerDecay: 1, for: Self.architecture))
    let half = steps(
      Optimizer(Self.rule(rule), weightDecay: 1e-3, layerDecay: 0.5, for: Self.architecture))
    #expect(plain == one)
    #expect(plain.0.parameters != half.0.parameters)
    // The head has the full rate.
    let head = Optimizer(Self.rule(rule), weightDecay: 0, for: Self.architecture)
      .trainedParameters(frozenStages: 5)
    #expect(plain.0.parameters[head] == half.0.parameters[head])
  }

  /// Every entry belongs to the stage that its name says.
  @Test func stagesAreThoseOfTheNames() {
    for entry in Self.architecture.stateEntries {
      let expected =
        switch entry.name.prefix(6) {
        case "layer1": 1
        case "layer2": 2
        case "layer3": 3
        case "layer4": 4
        default: entry.name.hasPrefix("fc.") ? 5 : 0
        }
      #expect(entry.stage == expected, "\(entry.name)")
    }
  }
}
