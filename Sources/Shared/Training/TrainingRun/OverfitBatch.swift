internal import NeuralNetwork
internal import Terminal
internal import TrainingData
internal import VideoCatalog
package import Workers

/// Overfits one batch, which a broken network, loss or optimizer can't do.
package struct OverfitBatch {
  private let setup: TrainingSetup

  package init(setup: TrainingSetup) { self.setup = setup }

  private static let steps = 200
  /// Loss below which a batch counts as learned.
  package static let goal = 0.05

  package enum Outcome {
    /// The loss was not finite after `steps` steps.
    case diverged(steps: Int)
    /// The first loss, the mean of the last five, and the numbers of steps and pictures.
    case finished(first: Double, last: Double, steps: Int, pictures: Int)

    /// Whether the last loss is below the goal.
    package var hasLearned: Bool {
      guard case .finished(_, let last, _, _) = self else { return false }
      return last < OverfitBatch.goal
    }
  }

  /// - Throws: `TrainingRunError` if the batch has one class only.
  package func run(observer: any WorkObserver) throws -> Outcome {
    let loader = try setup.makeLoader(from: .start, augmented: false)
    let batch = try loader.next()
    loader.stop()
    guard Set(batch.samples.map(\.label)).count == 2 else {
      throw TrainingRunError("the batch has one class only; set data.balance=undersample")
    }
    let engine = setup.makeEngine()
    let step = TrainingStep(
      engine: engine,
      // A constant rate, because the schedule is made for a whole training.
      schedule: LearningRateSchedule(
        peak: setup.configuration.optimizer.learningRate, warmupSteps: 5,
        totalSteps: Self.steps, finalShare: 1),
      clipNorm: setup.configuration.optimizer.clipNorm, labelSmoothing: 0, seed: setup.seed,
      freezeBackboneEpochs: 0,
      freezeStages: setup.configuration.network.freezeStages, normalization: setup.normalization)
    var (learner, _) = try setup.makeLearner()
    learner.average = nil
    observer.begin(total: Self.steps, unit: "steps")
    defer { observer.end() }
    var losses: [Double] = []
    for number in 1...Self.steps {
      if observer.shallStop { throw WorkStopped() }
      let outcome = try step.run(batch, &learner)
      guard outcome.isFinite else { return .diverged(steps: number) }
      losses.append(outcome.loss)
      observer.advance(to: number, detail: "loss " + TableCell.number(outcome.loss, 4))
      // Single losses vary because of dropout, so five in a row must be below the goal.
      if losses.suffix(5).count == 5, losses.suffix(5).allSatisfy({ $0 < Self.goal }) { break }
    }
    let last = losses.suffix(5).reduce(0, +) / Double(losses.suffix(5).count)
    return .finished(
      first: losses[0], last: last, steps: losses.count, pictures: batch.count)
  }
}
