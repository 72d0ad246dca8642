internal import Contract
internal import Evaluation
internal import Foundation
internal import Imaging
internal import Measure
internal import ModelFiles
internal import NeuralNetwork
internal import Prediction
internal import ShardStore
package import Terminal
internal import TrainingData
internal import Workers

/// Passes one batch through every part of a training, to show before a long run
/// that nothing is missing.
package struct DryRun {
  private let setup: TrainingSetup

  package init(setup: TrainingSetup) { self.setup = setup }

  package struct Report {
    /// One row per part: its name, its seconds, its result.
    package var table: TextTable
    /// Origin of the weights.
    package var weights: [String]
    package var imagesPerSecond: Double
    /// Estimated hours of the whole training without validation.
    package var hours: Double
  }

  /// Runs and measures each part; leaves no file.
  package func run() throws -> Report {
    var table = TextTable(header: ["part", "seconds", "what"])
    func timed<Result>(
      _ part: String, _ what: (Result) -> String, _ body: () throws -> Result
    ) throws -> Result {
      let clock = Stopwatch()
      let result = try body()
      table.append([part, TableCell.number(clock.seconds, 2), what(result)])
      return result
    }
    let loader = try setup.makeLoader(from: .start)
    defer { loader.stop() }
    let batch = try timed("load", { "\($0.count) pictures of \($0.pictures[0].width) pixels" }) {
      try loader.next()
    }
    var (learner, report) = try timed("weights", { $0.report[0] }) { try setup.makeLearner() }
    let engine = try timed(
      "engine",
      { (engine: TrainingEngine) in "\(engine.memoryBytes >> 20) MiB of activations and gradients" }
    ) {
      setup.makeEngine()
    }
    let step = setup.makeStep(engine)
    func stepText(_ outcome: StepOutcome) -> String {
      "loss \(TableCell.number(outcome.loss, 4)), gradient norm "
        + TableCell.number(outcome.gradientNorm, 3)
    }
    _ = try timed("first step", stepText) { try step.run(batch, &learner) }
    let clock = Stopwatch()
    _ = try timed("second step", stepText) { try step.run(batch, &learner) }
    let speed = Double(batch.count) / clock.seconds
    let file = NSTemporaryDirectory() + "dry-run-\(getpid()).pt"
    defer { unlink(file) }
    _ = try timed("checkpoint", { (bytes: Int) in "\(bytes >> 20) MiB, written and read" }) {
      try learner.checkpoint(setup).write(to: file)
      _ = try Checkpoint(contentsOf: file)
      return (try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
    }
    let predictor = Predictor(
      architecture: setup.architecture, catalog: setup.catalog,
      normalization: setup.normalization, workers: setup.workers, borrowingFrom: step.engine)
    let video = setup.split.validation.first { !setup.catalog.videos[$0].samples.isEmpty }
    if let video {
      _ = try timed(
        "validate",
        { (predictions: VideoPredictions) in "\(predictions.frames.count) pictures of one video" }
      ) {
        try predictor.predict(
          learner.evaluated, videos: [video], name: "", observer: SilentObserver())
      }
    }
    return Report(
      table: table, weights: report, imagesPerSecond: speed,
      hours: Double(setup.totalSteps * batch.count) / speed / 3600)
  }
}
