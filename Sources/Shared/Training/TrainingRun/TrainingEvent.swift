internal import NeuralNetwork
package import Workers

/// An event of a training, for its observer.
package enum TrainingEvent {
  /// A checkpoint can't be read; training continues from the one before it.
  case damagedCheckpoint(any Error)
  /// A new run begins; `weights` says where its weights come from.
  case started(weights: [String])
  /// A run continues; `note` says why its result may differ from that of an uninterrupted one.
  case resumed(TrainingProgress, totalSteps: Int, note: String?)
  /// The loop begins; the first step comes next.
  case loopBegan(TrainingProgress, totalSteps: Int)
  case stepped(TrainingProgress, StepOutcome, Throughput, epochs: Int)
  /// A validation is in progress.
  case validating(step: Int, done: Int, total: Int)
  /// A checkpoint is about to be written.
  case savingCheckpoint(step: Int)
  case epochEnded(EpochRecord, isBest: Bool)
  /// The time limit ends the loop.
  case timeLimitReached
  /// The loop ends after this number of validations without a better one.
  case patienceExhausted(Int)
  /// A step that was not finite was undone; `reason` describes it.
  case steppedBack(reason: String, TrainingProgress)
  /// The last step is done.
  case loopEnded
  /// A fold of a cross-validation, numbered from 1, begins or continues. The
  /// summary describes its data.
  case foldBegan(Int, of: Int, summary: String)
  /// All folds have ended. The training on all of them comes next, and `summary` describes its
  /// data; nil if there is no such training.
  case foldsEnded(CrossValidationSummary, summary: String?)
}

/// Observes a training, and may end it: `shallStop` is read between steps.
package protocol TrainingObserver: WorkObserver {
  /// Called for each event, on the thread that trains.
  func observe(_ event: TrainingEvent)
}
