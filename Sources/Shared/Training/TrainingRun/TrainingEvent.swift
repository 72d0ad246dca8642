internal import NeuralNetwork
package import Workers

/// What happens in a training, for those who watch it.
package enum TrainingEvent {
  /// A checkpoint can't be read; training goes on from the one before it.
  case damagedCheckpoint(any Error)
  /// A new run begins; the report says where its weights come from.
  case started(weights: [String])
  /// A run goes on; `note` says what makes it differ from an uninterrupted one.
  case resumed(TrainingProgress, totalSteps: Int, note: String?)
  /// The first step comes next.
  case loopBegan(TrainingProgress, totalSteps: Int)
  /// A step is done.
  case stepped(TrainingProgress, StepOutcome, Throughput, epochs: Int)
  /// A validation is under way.
  case validating(step: Int, done: Int, total: Int)
  /// A checkpoint is about to be written.
  case savingCheckpoint(step: Int)
  /// An epoch has ended.
  case epochEnded(EpochRecord, isBest: Bool)
  /// The time limit ends the loop.
  case timeLimitReached
  /// So many validations without a better one end the loop.
  case patienceExhausted(Int)
  /// A step that was not finite was undone, as the reason says.
  case steppedBack(reason: String, TrainingProgress)
  /// The last step is done.
  case loopEnded
  /// A fold of a cross-validation begins or goes on; numbered from 1. The summary is of its data.
  case foldBegan(Int, of: Int, summary: String)
  /// All folds have ended. The training on all of them comes next, whose data the text tells of; nil
  /// where none does.
  case foldsEnded(CrossValidationSummary, summary: String?)
}

/// Watches a training, and may end it: `shallStop` is asked between steps.
package protocol TrainingObserver: WorkObserver {
  /// Something has happened. Called on the thread that trains.
  func observe(_ event: TrainingEvent)
}
