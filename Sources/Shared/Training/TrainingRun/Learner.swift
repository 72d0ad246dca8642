package import Contract
internal import Imaging
package import NeuralNetwork
internal import Prediction
package import TrainingData

/// The state of a training, as a checkpoint holds it: weights, optimizer, running mean of the
/// weights and progress.
package struct Learner {
  package var state: NetworkState
  package var optimizer: Optimizer
  package var average: MovingAverage?
  package var progress = TrainingProgress()

  /// The weights that are validated and exported.
  package var evaluated: NetworkState { average?.state ?? state }

  package init(
    state: NetworkState, optimizer: Optimizer, average: MovingAverage?,
    progress: TrainingProgress = TrainingProgress()
  ) {
    self.state = state
    self.optimizer = optimizer
    self.average = average
    self.progress = progress
  }
}

/// The result of one step.
package struct StepOutcome {
  package var loss: Double
  package var correct: Int
  package var gradientNorm: Double
  package var learningRate: Float

  /// Whether loss and gradient are finite. If not, the step has changed
  /// only the BatchNorm statistics.
  package var isFinite: Bool { loss.isFinite && gradientNorm.isFinite }
}

/// One step of a learner: forward pass, backward pass, optimizer.
package struct TrainingStep {
  package let engine: TrainingEngine
  package let schedule: LearningRateSchedule
  package let clipNorm: Double
  package let labelSmoothing: Float
  package let seed: UInt64
  package let freezeBackboneEpochs: Int
  /// Number of stages of the backbone that are never trained.
  package let freezeStages: Int
  /// Number of steps after which weights are averaged evenly.
  package var evenAverageAfter = Int.max
  package let normalization: InputNormalization

  /// Learns a batch; leaves parameters and optimizer unchanged if loss or gradient isn't finite.
  package func run(
    _ batch: Batch, _ learner: inout Learner
  ) throws -> StepOutcome {
    let frozen =
      batch.epoch < freezeBackboneEpochs ? ResNet18Architecture.backboneStages : freezeStages
    let rate =
      schedule.learningRate(at: learner.progress.step) * Float(learner.progress.learningRateScale)
    let options = TrainingEngine.Options(
      labelSmoothing: labelSmoothing, frozenStages: frozen, dropoutSeed: seed,
      dropoutKeys: batch.samples.map(\.key))
    let labels = batch.samples.map(\.label.classIndex)
    let result = try engine.computeGradients(
      &learner.state, labels: labels, options: options
    ) { [normalization] sample, buffer in
      normalization.write(batch.picture(of: sample), into: buffer)
    }
    // Gradients of frozen stages are zero, so the norm is that of the trained parameters.
    let norm = GradientNorm(norm: engine.gradientNorm, limit: clipNorm)
    let outcome = StepOutcome(
      loss: result.loss, correct: countCorrect(result.logits, labels),
      gradientNorm: norm.norm, learningRate: rate)
    guard outcome.isFinite else { return outcome }
    engine.gradients.withUnsafeBufferPointer { gradients in
      learner.optimizer.step(
        &learner.state, gradients: gradients, learningRate: rate, gradientScale: norm.scale,
        frozenStages: frozen, workers: engine.workers, kernels: engine.kernels)
    }
    let averaged = learner.progress.step + 1 - evenAverageAfter
    learner.average?.update(
      with: learner.state, share: averaged > 0 ? 1 / Double(averaged) : nil,
      workers: engine.workers, kernels: engine.kernels)
    learner.progress.step += 1
    learner.progress.sample += batch.count
    learner.progress.running.add(
      loss: outcome.loss, correct: outcome.correct, samples: batch.count)
    return outcome
  }

  /// The learning rate of the last step done.
  package func learningRate(after progress: TrainingProgress) -> Float {
    schedule.learningRate(at: max(progress.step - 1, 0)) * Float(progress.learningRateScale)
  }

  private func countCorrect(_ logits: [Float], _ labels: [Int]) -> Int {
    labels.indices.count { sample in
      (logits[2 * sample + 1] > logits[2 * sample]) == (labels[sample] == 1)
    }
  }
}
