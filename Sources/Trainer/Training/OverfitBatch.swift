import Foundation
import Imaging
import NeuralNetwork
import Configuration
import Contract
import Terminal
import TrainingData

/// Learns one batch by heart. A network, a loss or an optimizer that is broken can't do that.
struct OverfitBatch {
  let setup: TrainingSetup

  private static let steps = 200
  private static let goal = 0.05

  /// - Returns: the process's exit status: 0 where the loss came below the goal, else 1.
  func run() throws -> Int32 {
    StandardOutput.write(setup.summary)
    let loader = try setup.makeLoader(from: .start, augmented: false)
    let batch = try loader.next()
    loader.stop()
    guard Set(batch.samples.map(\.label)).count == 2 else {
      throw TrainerError("the batch has one class only; set data.balance=undersample")
    }
    let engine = setup.makeEngine()
    let step = TrainingStep(
      engine: engine,
      // Constant: the schedule is made for a whole training.
      schedule: LearningRateSchedule(
        peak: setup.configuration.optimizer.learningRate, warmupSteps: 5,
        totalSteps: Self.steps, finalShare: 1),
      clipNorm: setup.configuration.optimizer.clipNorm, labelSmoothing: 0, seed: setup.seed,
      freezeBackboneEpochs: 0, normalization: setup.normalization)
    var (learner, _) = try setup.makeLearner()
    learner.average = nil
    let progress = ProgressLine(total: Self.steps, unit: "steps")
    var losses: [Double] = []
    for number in 1...Self.steps {
      let outcome = step.run(batch, &learner)
      guard outcome.isFinite else {
        progress.finish()
        StandardOutput.write(
          "The loss is not finite after \(number) steps; lower optimizer.learningRate.")
        return 1
      }
      losses.append(outcome.loss)
      progress.update(done: number, detail: "loss " + EpochTable.number(outcome.loss, 4))
      // Dropout makes single losses waver: five in a row.
      if losses.suffix(5).count == 5, losses.suffix(5).allSatisfy({ $0 < Self.goal }) { break }
    }
    progress.finish()
    let last = losses.suffix(5).reduce(0, +) / Double(losses.suffix(5).count)
    let learned = last < Self.goal
    StandardOutput.write(
      "\nLoss \(EpochTable.number(losses.first, 4)) at first, \(EpochTable.number(last, 4)) after "
        + "\(losses.count) steps on the same \(batch.count) pictures: "
        + (learned
          ? "the network can learn."
          : "the network did not learn them (goal \(Self.goal)); try another "
            + "optimizer.learningRate, or less network.dropout."))
    return learned ? 0 : 1
  }
}
