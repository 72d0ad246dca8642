import Measure
import NeuralNetwork

/// The measurements of `trainer benchmark`.
struct BenchmarkMeasurement {
  let architecture: ResNet18Architecture
  let batch: Int
  let workers: Int
  let rounds: Int
  private let pictures: BenchmarkPictures

  init(architecture: ResNet18Architecture, batch: Int, workers: Int, rounds: Int) {
    self.architecture = architecture
    self.batch = batch
    self.workers = workers
    self.rounds = rounds
    // Pictures repeat after 32, so that the peak memory of large batches is that of the engine.
    pictures = BenchmarkPictures(size: architecture.inputSize, count: min(batch, 32))
  }

  /// A part of a training step.
  struct StepPart {
    /// The layer's name in the state_dict, or the name of another part.
    let name: String
    /// A raw value of `LayerTime.Pass`, "optimizer" or "rest".
    let pass: String
    /// Mean over the workers, median over the rounds.
    let seconds: Double
  }

  /// The parts of a training step, and its convolutions.
  struct Step {
    let parts: [StepPart]
    let convolutions: [(name: String, algorithm: String, operations: Int)]
  }

  /// Seconds per call, medians over the rounds.
  struct Rates {
    var trainingStep: Double
    /// One worker with its share of the batch; nil if there is only one worker.
    var loneTrainingStep: Double?
    var inference: Double
    var singleImage: Double
  }

  /// Makes a training and warms it up.
  func makeTraining() throws -> BenchmarkTraining {
    try makeTraining(batch: batch, workers: workers)
  }

  private func makeTraining(batch: Int, workers: Int) throws -> BenchmarkTraining {
    var training = BenchmarkTraining(
      architecture: architecture, batch: batch, workers: workers, pictures: pictures)
    try training.step()
    return training
  }

  /// Measures the parts of a step.
  ///
  /// - Parameter progress: Called with the number of finished rounds.
  func measureStep(
    _ training: inout BenchmarkTraining, progress: (Int) -> Void
  ) throws -> Step {
    var names: [(layer: String, pass: String)] = []
    var seconds: [[Double]] = []
    for round in 1...rounds {
      training.engine.measuresTimes = true
      let stopwatch = Stopwatch()
      let optimizer = try training.step()
      let step = stopwatch.seconds
      let times = training.engine.layerTimes
      let rest = step - optimizer - times.reduce(0) { $0 + $1.seconds }
      names =
        times.map { ($0.layer, $0.pass.rawValue) } + [("optimizer", "optimizer"), ("rest", "rest")]
      seconds.append(times.map(\.seconds) + [optimizer, max(rest, 0)])
      progress(round)
    }
    training.engine.measuresTimes = false
    return Step(
      parts: names.indices.map { part in
        StepPart(
          name: names[part].layer, pass: names[part].pass,
          seconds: median(seconds.map { $0[part] }))
      },
      convolutions: training.engine.convolutions)
  }

  /// Measures training and inference in turn.
  ///
  /// - Parameter progress: Called with the number of finished rounds.
  func measureRates(
    _ training: inout BenchmarkTraining, progress: (Int) -> Void
  ) throws -> Rates {
    let write = pictures.write
    var lone = workers > 1 ? try makeTraining(batch: batch / workers, workers: 1) : nil
    let inference = makeInference(training.state, batch: batch)
    let single = makeInference(training.state, batch: 1)
    var found: [Rates] = []
    for round in 1...rounds {
      found.append(
        Rates(
          trainingStep: try secondsPerCall { try training.step() },
          loneTrainingStep: lone == nil ? nil : try secondsPerCall { _ = try lone?.step() },
          inference: secondsPerCall { _ = inference.logits(count: batch, fill: write) },
          singleImage: secondsPerCall { _ = single.logits(count: 1, fill: write) }))
      progress(round)
    }
    return Rates(
      trainingStep: median(found.map(\.trainingStep)),
      loneTrainingStep: lone == nil ? nil : median(found.compactMap(\.loneTrainingStep)),
      inference: median(found.map(\.inference)), singleImage: median(found.map(\.singleImage)))
  }

  /// Makes an engine and warms it up.
  private func makeInference(_ state: NetworkState, batch: Int) -> InferenceEngine {
    let engine = InferenceEngine(
      architecture: architecture, maximumBatch: batch, workers: workers,
      kernels: Processor.selected)
    engine.load(state)
    _ = engine.logits(count: batch, fill: pictures.write)
    return engine
  }

  /// Mean time of a call, over the calls within half a second.
  private func secondsPerCall(_ body: () throws -> Void) rethrows -> Double {
    let stopwatch = Stopwatch()
    var calls = 0
    repeat {
      try body()
      calls += 1
    } while stopwatch.seconds < 0.5
    return stopwatch.seconds / Double(calls)
  }
}
