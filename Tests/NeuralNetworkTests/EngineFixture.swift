import TestSupport

@testable import Kernels
@testable import NeuralNetwork

/// A narrow network with pseudo-random weights and statistics, and a batch for it.
struct EngineFixture: Sendable {
  let architecture: ResNet18Architecture
  let state: NetworkState
  let count: Int
  let labels: [Int]
  private let pixels: [Float]

  init(_ head: ResNet18Architecture.Head, count: Int, inputSize: Int = 32) {
    architecture = ResNet18Architecture(width: 8, inputSize: inputSize, classes: 3, head: head)
    self.count = count
    labels = (0..<count).map { $0 * 5 % 3 }
    pixels = pseudoRandom(count * inputSize * inputSize * 3, seed: 99)
    var state = NetworkState(zeros: architecture)
    for (seed, entry) in state.entries.enumerated() where entry.arena != .counters {
      let numbers = pseudoRandom(entry.range.count, seed: UInt64(seed))
      let inputs = entry.shape.dropFirst().reduce(1, *)
      for (place, number) in zip(entry.range, numbers) {
        switch entry.role {
        case .weight: state.parameters[place] = number * (6 / Float(inputs)).squareRoot()
        case .batchNormScale: state.parameters[place] = 1 + 0.3 * number
        case .bias, .batchNormShift: state.parameters[place] = 0.3 * number
        case .runningMean: state.statistics[place] = 0.1 * number
        case .runningVariance: state.statistics[place] = 1.2 + number
        case .batchesTracked: break
        }
      }
    }
    self.state = state
  }

  /// Writes a sample's picture.
  func fill(_ sample: Int, _ picture: UnsafeMutableBufferPointer<Float>) {
    for place in picture.indices { picture[place] = pixels[sample * picture.count + place] }
  }

  var pictures: ReferenceMaps {
    let side = architecture.inputSize
    return ReferenceMaps(
      blocked: pixels, lanes: 3, count: count, channels: 3, height: side, width: side)
  }

  func options(smoothing: Float = 0, frozenStages: Int = 0) -> TrainingEngine.Options {
    TrainingEngine.Options(
      labelSmoothing: smoothing, frozenStages: frozenStages, dropoutSeed: 7,
      dropoutKeys: (0..<count).map { UInt64($0) * 1000 })
  }

  struct Outcome: Equatable {
    var loss: Double
    var logits: [Float]
    var gradients: [Float]
    var norm: Double
    var state: NetworkState

    init(_ result: TrainingEngine.StepResult, _ engine: TrainingEngine, _ state: NetworkState) {
      loss = result.loss
      logits = result.logits
      gradients = engine.gradients
      norm = engine.gradientNorm
      self.state = state
    }
  }

  /// One step of a new engine.
  func run(
    workers: Int, synchronized: Bool, _ options: TrainingEngine.Options? = nil
  ) throws -> Outcome {
    let engine = TrainingEngine(
      architecture: architecture, batchSize: count, workers: workers,
      synchronizedBatchNorm: synchronized, kernels: Processor.selected)
    return try step(engine, options)
  }

  /// One step, from the fixture's own state.
  func step(
    _ engine: TrainingEngine, _ options: TrainingEngine.Options? = nil
  ) throws -> Outcome {
    var state = state
    let result = try engine.computeGradients(
      &state, labels: labels, options: options ?? self.options()
    ) { sample, picture in fill(sample, picture) }
    return Outcome(result, engine, state)
  }
}
