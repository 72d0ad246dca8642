import TestSupport
import Testing

@testable import NeuralNetwork

@Suite struct OptimizerTests {
  static let architecture = ResNet18Architecture(
    width: 8, inputSize: 64, head: .mlp(hidden: 24, batchNorm: true, dropout: 0))

  private static let rules: [(String, Optimizer.Rule, Double)] = [
    ("sgd", .sgd(momentum: 0.9, nesterov: true), 1e-3),
    ("adamw", .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8), 1e-2),
  ]

  /// Ten steps with a rising learning rate; the backbone is frozen in three, gradients are clipped in
  /// five.
  @Test(arguments: rules)
  func stepsEqualPyTorch(name: String, rule: Optimizer.Rule, weightDecay: Double) throws {
    let fixture = try ParityFixture("optimizer")
    let architecture = Self.architecture
    var state = ParityInputs.state(architecture)
    let (statistics, counters) = (state.statistics, state.counters)
    var optimizer = Optimizer(rule, weightDecay: weightDecay, for: architecture)
    var norms: [Float] = []
    for step in 0..<10 {
      let gradients = ParityInputs.gradients(architecture, step: step)
      var scale: Float = 1
      if step >= 5 {
        let norm = GradientNorm(of: gradients, limit: 0.9)
        norms.append(Float(norm.norm))
        scale = norm.scale
      }
      optimizer.step(
        &state, gradients: gradients, learningRate: 0.01 * Float(1 + step), gradientScale: scale,
        frozenStages: (2..<5).contains(step) ? 5 : 0, kernels: Processor.selected)
    }
    #expect(optimizer.stepCount == 10 && optimizer.backboneStepCount == 7)
    #expect(relativeDifference(norms, try fixture.numbers("\(name)/norms")) < 1e-6)
    for (values, what) in [
      (state.parameters, "parameter"), (optimizer.first, "first"), (optimizer.second, "second"),
    ] where !values.isEmpty {
      let worst = try fixture.differences(values, from: "\(name)/\(what)Sketches", architecture)
        .worst
      #expect(worst.relative < 2e-6, "\(what): \(worst)")
    }
    #expect(state.statistics == statistics && state.counters == counters)
  }

  /// A checkpoint keeps the arenas and counts; nothing else may matter.
  @Test(arguments: rules)
  func stepsGoOnFromWhatACheckpointKeeps(
    name: String, rule: Optimizer.Rule, weightDecay: Double
  ) {
    let architecture = Self.architecture
    func gradients(_ step: Int) -> [Float] { ParityInputs.gradients(architecture, step: step) }
    var state = ParityInputs.state(architecture)
    var optimizer = Optimizer(rule, weightDecay: weightDecay, for: architecture)
    optimizer.step(
      &state, gradients: gradients(0), learningRate: 0.01, frozenStages: 5,
      kernels: Processor.selected)
    optimizer.step(&state, gradients: gradients(1), learningRate: 0.01, kernels: Processor.selected)
    var (resumedState, resumed) = (
      state, Optimizer(rule, weightDecay: weightDecay, for: architecture)
    )
    resumed.first = optimizer.first
    resumed.second = optimizer.second
    resumed.stepCount = optimizer.stepCount
    resumed.backboneStepCount = optimizer.backboneStepCount
    #expect(resumed == optimizer)
    optimizer.step(&state, gradients: gradients(2), learningRate: 0.01, kernels: Processor.selected)
    resumed.step(
      &resumedState, gradients: gradients(2), learningRate: 0.01, kernels: Processor.selected)
    #expect(resumed == optimizer && resumedState == state)
  }

  @Test(arguments: rules)
  func aFrozenBackboneStaysToTheBit(name: String, rule: Optimizer.Rule, weightDecay: Double) throws
  {
    let before = ParityInputs.state(Self.architecture)
    var state = before
    var optimizer = Optimizer(rule, weightDecay: weightDecay, for: Self.architecture)
    optimizer.step(
      &state, gradients: ParityInputs.gradients(Self.architecture, step: 0), learningRate: 0.1,
      frozenStages: 5, kernels: Processor.selected)
    let trained = optimizer.trainedParameters(frozenStages: 5)
    #expect(optimizer.trainedParameters(frozenStages: 0) == 0..<state.parameters.count)
    let head = state.entries.filter { $0.isHead && $0.arena == .parameters }
    #expect(trained.lowerBound == head.first?.range.lowerBound)
    #expect(trained.upperBound == state.parameters.count)
    for (index, (old, new)) in zip(before.parameters, state.parameters).enumerated() {
      #expect((old == new) != trained.contains(index), "parameter \(index)")
    }
    #expect(optimizer.first[..<trained.lowerBound].allSatisfy { $0 == 0 })
    #expect(optimizer.second.prefix(trained.lowerBound).allSatisfy { $0 == 0 })
    #expect(optimizer.backboneStepCount == 0)
  }

  @Test func plainMomentumAndNoMomentum() {
    // Two steps by hand: buffer 2, then 0.5 * 2 + 2 = 3.
    var state = NetworkState(zeros: Self.architecture)
    let gradients = [Float](repeating: 2, count: state.parameters.count)
    var optimizer = Optimizer(
      .sgd(momentum: 0.5, nesterov: false), weightDecay: 0, for: Self.architecture)
    optimizer.step(&state, gradients: gradients, learningRate: 0.25, kernels: Processor.selected)
    #expect(state.parameters.allSatisfy { $0 == -0.5 })
    optimizer.step(&state, gradients: gradients, learningRate: 0.25, kernels: Processor.selected)
    #expect(state.parameters.allSatisfy { $0 == -1.25 })
    optimizer = Optimizer(
      .sgd(momentum: 0, nesterov: false), weightDecay: 0, for: Self.architecture)
    optimizer.step(
      &state, gradients: gradients, learningRate: 0.25, gradientScale: 0.5,
      kernels: Processor.selected)
    #expect(state.parameters.allSatisfy { $0 == -1.5 })
  }

  @Test(arguments: [1, 7, 8, 9, 33])
  func gradientsAreClippedToTheirLimit(count: Int) {
    let gradients = pseudoRandom(count, seed: UInt64(count))
    let expected = gradients.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    let free = GradientNorm(of: gradients, limit: 0)
    #expect(abs(free.norm - expected) < 1e-12 && free.scale == 1 && free.isFinite)
    #expect(GradientNorm(of: gradients, limit: expected * 2).scale == 1)
    let clipped = GradientNorm(of: gradients, limit: expected / 4)
    #expect(abs(Double(clipped.scale) * (expected + 1e-6) - expected / 4) < 1e-6)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func aGradientThatIsNotFiniteIsReported(bad: Float) {
    for place in [0, 8, 16] {
      var gradients = [Float](repeating: 1, count: 17)
      gradients[place] = bad
      for limit in [0, 1.0] {
        let norm = GradientNorm(of: gradients, limit: limit)
        #expect(!norm.isFinite && norm.scale.isNaN)
      }
    }
    // Squares that float32 can't hold are no reason to give up.
    #expect(GradientNorm(of: [3e30, 4e30], limit: 0).norm.isFinite)
    #expect(GradientNorm(of: [], limit: 1) == GradientNorm(of: [0], limit: 1))
  }
}
