internal import NeuralNetwork
internal import Terminal
internal import TrainingData
internal import VideoCatalog
package import Workers

/// Learns one batch by heart. A network, a loss or an optimizer that is broken can't do that.
package struct OverfitBatch {
  private let setup: TrainingSetup

  package init(setup: TrainingSetup) { self.setup = setup }

  private static let steps = 200
  /// The loss below which a batch counts as learned by heart.
  package static let goal = 0.05

  /// What came of it.
  package enum Outcome {
    /// The loss is not finite after so many steps.
    case diverged(steps: Int)
    /// The loss at first, the mean of the last five, and after how many steps on how many pictures.
    case finished(first: Double, last: Double, steps: Int, pictures: Int)

    /// Whether the loss came below the goal.
    package var hasLearned: Bool {
      guard case .finished(_, let last, _, _) = self else { return false }
      return last < OverfitBatch.goal
    }
  }

  /// Learns.
  ///
  /// - Throws: `TrainingRunError` where the batch has one class only.
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
      // Constant: the schedule is made for a whole training.
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
      // Dropout makes single losses waver: five in a row.
      if losses.suffix(5).count == 5, losses.suffix(5).allSatisfy({ $0 < Self.goal }) { break }
    }
    let last = losses.suffix(5).reduce(0, +) / Double(losses.suffix(5).count)
    return .finished(
      first: losses[0], last: last, steps: losses.count, pictures: batch.count)
  }
}
