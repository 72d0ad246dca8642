/// Changes the parameters of a network by their gradients, with PyTorch's formulas.
///
/// Weight decay applies to the weights of convolutions and linear layers, not to BatchNorm and
/// biases. With `layerDecay` below 1 each stage of the backbone learns more slowly than the one after it,
/// as with one parameter group of PyTorch for each stage. What a checkpoint must keep is `first`, `second`, `stepCount` and `backboneStepCount`;
/// who sets them from a file compares the counts of the arenas with those of a new optimizer first.
package struct Optimizer: Sendable, Equatable {
  /// How a gradient becomes a change.
  package enum Rule: Sendable, Equatable {
    /// `torch.optim.SGD` without dampening. The decay is added to the gradient.
    case sgd(momentum: Double, nesterov: Bool)
    /// `torch.optim.AdamW`. The decay is decoupled from the gradient.
    case adamW(beta1: Double, beta2: Double, epsilon: Double)
  }

  /// How a gradient becomes a change.
  package let rule: Rule
  /// Decay of the entries that decay.
  package let weightDecay: Double
  /// The learning rate of each stage as a share of that of the stage after it; the head has the full one.
  package let layerDecay: Double
  /// One number for each parameter, in their order: the momentum of SGD (PyTorch's
  /// `momentum_buffer`), the running mean of the gradient of AdamW (`exp_avg`).
  package var first: [Float]
  /// The running mean of the squared gradient of AdamW (`exp_avg_sq`); empty for SGD.
  package var second: [Float]
  /// Steps that the head has seen.
  package var stepCount = 0
  /// Steps that the backbone has seen: fewer where it was frozen. As AdamW corrects its means for
  /// the steps that went into them, one count for both would make the first steps of a backbone
  /// that was frozen three times too long.
  package var backboneStepCount = 0

  /// Neighbouring parameters that are treated alike.
  struct Run: Equatable {
    var range: Range<Int>
    let decays: Bool
    let stage: Int
    var isHead: Bool { stage == ResNet18Architecture.backboneStages }
  }
  let runs: [Run]
  /// Parameters of the architecture.
  let parameterCount: Int

  /// Whether the rule has a second arena.
  var usesSecond: Bool {
    if case .adamW = rule { true } else { false }
  }

  /// Creates an optimizer that has seen no step.
  ///
  /// - Precondition: the momentum, or each beta, lies in 0..<1; the rest is not negative.
  package init(
    _ rule: Rule, weightDecay: Double, layerDecay: Double = 1,
    for architecture: ResNet18Architecture
  ) {
    precondition(weightDecay >= 0 && layerDecay >= 0, "a decay can't be negative")
    self.rule = rule
    self.weightDecay = weightDecay
    self.layerDecay = layerDecay
    let runs = Self.runs(of: architecture)
    self.runs = runs
    let count = runs.last?.range.upperBound ?? 0
    parameterCount = count
    first = Array(repeating: 0, count: count)
    switch rule {
    case .sgd(let momentum, _):
      precondition((0..<1).contains(momentum), "momentum lies in 0..<1")
      second = []
    case .adamW(let beta1, let beta2, let epsilon):
      precondition(
        (0..<1).contains(beta1) && (0..<1).contains(beta2) && epsilon >= 0,
        "the betas of AdamW lie in 0..<1, its epsilon is not negative")
      second = first
    }
  }

  /// The parameters that a step changes: those after the frozen stages. These are the ones whose
  /// gradients count when they are clipped.
  package func trainedParameters(frozenStages: Int) -> Range<Int> {
    let start = runs.first { $0.stage >= frozenStages }?.range.lowerBound ?? parameterCount
    return start..<parameterCount
  }

  /// What the learning rate of a stage is multiplied by.
  func rateFactor(ofStage stage: Int) -> Double {
    // Products, not a power: equal stages have equal factors on every machine.
    (stage..<ResNet18Architecture.backboneStages).reduce(1) { factor, _ in factor * layerDecay }
  }

  private static func runs(of architecture: ResNet18Architecture) -> [Run] {
    var runs: [Run] = []
    for entry in architecture.stateEntries where entry.arena == .parameters {
      if let last = runs.last, last.decays == entry.decays, last.stage == entry.stage {
        runs[runs.count - 1].range = last.range.lowerBound..<entry.range.upperBound
      } else {
        runs.append(Run(range: entry.range, decays: entry.decays, stage: entry.stage))
      }
    }
    return runs
  }
}
