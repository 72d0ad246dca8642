import TestSupport
import Testing

@testable import NeuralNetwork

/// The whole network against PyTorch in float64. PyTorch's own float32 is off by up to 4e-6 in
/// gradients and 2e-6 in logits: what these limits refuse is no rounding.
@Suite(.serialized) struct ParityTests {
  @Test(arguments: ParityCase.narrow + ParityCase.full)
  func entriesAreThoseOfTorchvision(network: ParityCase) throws {
    let fixture = try ParityFixture(network.name)
    let entries = network.architecture.stateEntries.map {
      ParityFixture.Entry(name: $0.name, shape: $0.shape)
    }
    #expect(entries == fixture.entries)
  }

  @Test(arguments: ParityCase.narrow)
  func narrowNetworkEqualsPyTorch(network: ParityCase) throws {
    try expectOneBatchEqual(network)
  }

  @Test(
    .enabled(if: isRelease, "the full network takes minutes in a debug build"),
    arguments: ParityCase.full)
  func fullNetworkEqualsPyTorch(network: ParityCase) throws {
    try expectOneBatchEqual(network)
  }

  @Test(arguments: ParityCase.narrow.filter(\.testsSteps), ["sgd", "adamw"])
  func tenStepsOfTheNarrowNetworkEqualPyTorch(network: ParityCase, rule: String) throws {
    try expectTenStepsEqual(network, rule)
  }

  @Test(
    .enabled(if: isRelease, "the full network takes minutes in a debug build"),
    arguments: ParityCase.full, ["sgd", "adamw"])
  func tenStepsOfTheFullNetworkEqualPyTorch(network: ParityCase, rule: String) throws {
    try expectTenStepsEqual(network, rule)
  }

  @Test(.enabled(if: isRelease, "the full network takes minutes in a debug build"))
  func logitsAtTheSizeOfTheProductEqualPyTorch() throws {
    for network in ParityCase.full {
      var architecture = network.architecture
      architecture.inputSize = 224
      let fixture = try ParityFixture(network.name)
      var state = ParityInputs.state(architecture)
      let logits = evaluate(state, ParityPictures(key: 77, batch: 2, size: 224), count: 2)
      let difference = relativeDifference(logits, try fixture.numbers("evalLogits224"))
      #expect(difference < 1e-4, "\(network.name)")
      guard network.architecture.head == .linear else { continue }
      let result = try ParityBatch(architecture, key: 77, batch: 2).run(&state)
      #expect(relativeDifference(result.logits, try fixture.numbers("trainLogits224")) < 1e-4)
    }
  }

  /// Two workers normalise their own pictures; gradients are those of the mean over all pictures,
  /// running statistics those of all pictures.
  @Test(arguments: [[4, 4], [4, 3]])
  func workersThatNormaliseAloneEqualPyTorch(counts: [Int]) throws {
    let network = ParityCase.narrowMLP
    let fixture = try ParityFixture(network.name)
    let name = "workers" + counts.map(String.init).joined(separator: "+")
    var state = ParityInputs.state(network.architecture)
    let batch = ParityBatch(
      network.architecture, key: try fixture.pictureKey(name), batch: counts.reduce(0, +),
      workers: 2)
    let result = try batch.run(&state)
    let logits = try fixture.numbers("\(name)/trainLogits")
    #expect(relativeDifference(result.logits, logits) < 1e-4)
    let statistics = try fixture.numbers("\(name)/statistics")
    #expect(relativeDifference(state.statistics, statistics) < 1e-4)
    try expectGradients(batch.engine.gradients, fixture, name + "/", network.architecture)
  }

  /// With statistics over all workers, any number of them computes what one does.
  @Test(arguments: [1, 2, 3])
  func workersThatNormaliseTogetherEqualPyTorch(workers: Int) throws {
    try expectOneBatchEqual(.narrowMLP, workers: workers, synchronizedBatchNorm: true)
  }

  @Test func frozenBackboneEqualsPyTorch() throws {
    let network = ParityCase.narrowMLP
    let fixture = try ParityFixture(network.name)
    var state = ParityInputs.state(network.architecture)
    let batch = ParityBatch(
      network.architecture, key: try fixture.pictureKey(), batch: network.batch)
    let result = try batch.run(&state, frozenStages: 5)
    let logits = try fixture.numbers("frozen/trainLogits")
    #expect(relativeDifference(result.logits, logits) < 1e-4)
    let statistics = try fixture.numbers("frozen/statistics")
    #expect(relativeDifference(state.statistics, statistics) < 1e-4)
    let differences = try fixture.differences(
      batch.engine.gradients, from: "frozen/gradientSketches", network.architecture)
    for difference in differences {
      if !difference.name.hasPrefix("fc.") { #expect(difference.length == 0, "\(difference)") }
    }
    try expectClose(differences.filter { $0.name.hasPrefix("fc.") })
  }
}

// MARK: - What is compared

/// One batch in evaluation and training mode: logits, loss, each gradient, running statistics.
private func expectOneBatchEqual(
  _ network: ParityCase, workers: Int = 1, synchronizedBatchNorm: Bool = false
) throws {
  let fixture = try ParityFixture(network.name)
  let architecture = network.architecture
  var state = ParityInputs.state(architecture)
  let counters = state.counters
  let batch = ParityBatch(
    architecture, key: try fixture.pictureKey(), batch: network.batch, workers: workers,
    synchronizedBatchNorm: synchronizedBatchNorm)
  let evaluated = evaluate(state, batch.pictures, count: network.batch)
  #expect(relativeDifference(evaluated, try fixture.numbers("evalLogits")) < 1e-4)

  let parameters = state.parameters
  let result = try batch.run(&state)
  #expect(relativeDifference(result.logits, try fixture.numbers("trainLogits")) < 1e-4)
  #expect(relativeDifference([Float(result.loss)], try fixture.numbers("loss")) < 1e-4)
  #expect(relativeDifference(state.statistics, try fixture.numbers("statistics")) < 1e-4)
  #expect(state.counters == counters.map { $0 + 1 })
  #expect(state.parameters == parameters)
  try expectGradients(batch.engine.gradients, fixture, "", architecture)
}

/// Logits in evaluation mode.
private func evaluate(_ state: NetworkState, _ pictures: ParityPictures, count: Int) -> [Float] {
  let engine = InferenceEngine(
    architecture: state.architecture, maximumBatch: count, workers: 1, kernels: Processor.selected)
  engine.load(state)
  return engine.logits(count: count, fill: pictures.fill)
}

/// The gradient of every parameter: its numbers or their sketch, and its length.
private func expectGradients(
  _ gradients: [Float], _ fixture: ParityFixture, _ prefix: String,
  _ architecture: ResNet18Architecture
) throws {
  let entries = architecture.stateEntries.filter { $0.arena == .parameters }
  let lengths = try fixture.numbers(prefix + "gradientNorms")
  try expectClose(
    zip(entries, lengths).map { entry, length in
      Difference(entry.name, [Float(Difference.length(gradients[entry.range]))], [length])
    })
  if fixture.numberNames.contains(prefix + "gradients") {
    let expected = try fixture.numbers(prefix + "gradients")
    try expectClose(
      entries.map { Difference($0.name, gradients[$0.range], expected[$0.range]) })
  } else {
    try expectClose(
      try fixture.differences(gradients, from: prefix + "gradientSketches", architecture))
  }
}

/// Each within 1e-3; the failure names the worst.
private func expectClose(_ differences: [Difference]) throws {
  // Rounding alone, in PyTorch too: the bias of a layer whose mean a BatchNorm takes away.
  let isNothing = { (difference: Difference) in difference.expectedLength < 1e-9 }
  let worst = try differences.filter { !isNothing($0) }.worst
  #expect(worst.relative < 1e-3, "the worst of \(differences.count) gradients: \(worst)")
  let whole = Difference.length(differences.map { Float($0.expectedLength) })
  for difference in differences where isNothing(difference) {
    #expect(difference.length < 1e-5 * whole, "\(difference)")
  }
}

/// Ten steps over one batch: losses, then parameters, running statistics and their average.
private func expectTenStepsEqual(_ network: ParityCase, _ rule: String) throws {
  let fixture = try ParityFixture(network.name)
  let architecture = network.architecture
  var state = ParityInputs.state(architecture)
  var average = MovingAverage(decay: 0.6, state: state)
  var optimizer =
    rule == "sgd"
    ? Optimizer(.sgd(momentum: 0.9, nesterov: true), weightDecay: 1e-3, for: architecture)
    : Optimizer(
      .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-5), weightDecay: 1e-2, for: architecture)
  let batch = ParityBatch(architecture, key: try fixture.pictureKey(), batch: network.batch)
  for (step, loss) in try fixture.numbers("\(rule)/losses").enumerated() {
    let result = try batch.run(&state)
    #expect(abs(result.loss - Double(loss)) < 1e-3, "step \(step): \(result.loss), not \(loss)")
    optimizer.step(
      &state, gradients: batch.engine.gradients, learningRate: rule == "sgd" ? 1e-3 : 1e-4,
      kernels: Processor.selected)
    average.update(with: state, kernels: Processor.selected)
  }
  func expectState(_ state: NetworkState, _ sketches: String, _ statistics: String) throws {
    let worst = try fixture.differences(state.parameters, from: sketches, architecture).worst
    #expect(worst.relative < 1e-4, "\(sketches): \(worst)")
    let difference = relativeDifference(state.statistics, try fixture.numbers(statistics))
    #expect(difference < 1e-4, "\(statistics)")
  }
  try expectState(state, "\(rule)/parameterSketches", "\(rule)/statistics")
  if rule == "sgd" {
    try expectState(average.state, "sgd/averageSketches", "sgd/averageStatistics")
  }
}
