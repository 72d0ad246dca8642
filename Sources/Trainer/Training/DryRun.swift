import Evaluation
import Foundation
import Imaging
import ModelFiles
import NeuralNetwork
import Configuration
import Contract
import ShardStore
import Terminal
import TrainingData

/// One batch through everything, to see before a long run that nothing is missing.
struct DryRun {
  let setup: TrainingSetup

  func run() throws {
    StandardOutput.write(setup.summary + "\n")
    var table = TextTable(header: ["part", "seconds", "what"])
    func timed<Result>(
      _ part: String, _ what: (Result) -> String, _ body: () throws -> Result
    ) throws -> Result {
      let clock = Stopwatch()
      let result = try body()
      table.append([part, EpochTable.number(clock.seconds, 2), what(result)])
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
      "loss \(EpochTable.number(outcome.loss, 4)), gradient norm "
        + EpochTable.number(outcome.gradientNorm, 3)
    }
    _ = try timed("first step", stepText) { step.run(batch, &learner) }
    let clock = Stopwatch()
    _ = try timed("second step", stepText) { step.run(batch, &learner) }
    let speed = Double(batch.count) / clock.seconds
    let file = NSTemporaryDirectory() + "dry-run-\(getpid()).pt"
    defer { unlink(file) }
    _ = try timed("checkpoint", { (bytes: Int) in "\(bytes >> 20) MiB, written and read" }) {
      try learner.checkpoint(setup).write(to: file)
      _ = try Checkpoint(contentsOf: file)
      return (try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
    }
    let validator = Validator(
      architecture: setup.architecture, catalog: setup.catalog,
      normalization: setup.normalization, workers: setup.workers, borrowingFrom: step.engine)
    let video = setup.split.validation.first { !setup.catalog.videos[$0].samples.isEmpty }
    if let video {
      _ = try timed(
        "validate",
        { (told: Validator.Predictions?) in "\(told?.frames.count ?? 0) pictures of one video" }
      ) {
        try validator.predict(learner.evaluated, videos: [video])
      }
    }
    StandardOutput.write(table.render())
    for line in report.dropFirst() { StandardOutput.write("weights: " + line) }
    let hours = Double(setup.totalSteps * batch.count) / speed / 3600
    StandardOutput.write(
      "\n\(EpochTable.number(speed, 1)) images/s; all \(setup.totalSteps) steps would take "
        + "\(EpochTable.number(hours, 1)) hours, validation aside.")
    StandardOutput.write("Peak memory \(Hardware.peakMebibytes) MiB.")
  }
}
