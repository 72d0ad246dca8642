/// How far a training is and what it has measured: the part of a checkpoint that is no tensor.
struct TrainingProgress: Codable, Equatable {
  /// Optimizer steps done.
  var step = 0
  /// The epoch under way, from 0.
  var epoch = 0
  /// Samples of that epoch that are done.
  var sample = 0
  /// What the schedule's learning rate is multiplied by; halved by each recovery.
  var learningRateScale = 1.0
  /// How often training stepped back because the loss was not finite.
  var recoveries = 0
  /// Loss and accuracy of the epoch so far.
  var running = RunningLoss()
  /// The epochs that are done.
  var history: [EpochRecord] = []
  /// The best validation so far.
  var best: BestEpoch?
  /// Validations since then.
  var validationsSinceBest = 0
  /// Why training is over; nil while it isn't.
  var ending: Ending?
  /// Workers of the last run.
  var workers: Int?
  /// Seconds of training in all runs together.
  var trainedSeconds = 0.0

  /// Why a training is over for good.
  enum Ending: String, Codable {
    case allEpochs, patience
  }
}

/// Mean loss and accuracy over the samples of an epoch so far.
struct RunningLoss: Codable, Equatable {
  private(set) var lossSum = 0.0
  private(set) var correct = 0
  private(set) var samples = 0

  mutating func add(loss: Double, correct: Int, samples: Int) {
    lossSum += loss * Double(samples)
    self.correct += correct
    self.samples += samples
  }

  var loss: Double? { samples > 0 ? lossSum / Double(samples) : nil }
  var accuracy: Double? { samples > 0 ? Double(correct) / Double(samples) : nil }
}

/// The epoch whose weights are exported.
struct BestEpoch: Codable, Equatable {
  var epoch: Int
  var step: Int
  /// Log-loss of the videos on validation.
  var videoLogLoss: Double
}

/// One row of the learning curve.
struct EpochRecord: Codable, Equatable {
  /// From 1.
  var epoch: Int
  /// Steps done at its end.
  var step: Int
  var learningRate: Double
  var trainingLoss: Double
  var trainingAccuracy: Double
  var imagesPerSecond: Double
  /// Share of the time that the step waited for pictures.
  var waitShare: Double
  var validation: ValidationRecord?
}

/// What a validation between epochs measured, at temperature 1 and threshold 0.5.
struct ValidationRecord: Codable, Equatable {
  var frameLogLoss: Double?
  var frameAUC: Double?
  var videoLogLoss: Double?
  var videoAUC: Double?
  var balancedAccuracy: Double?
  var shareFake: Double?
}
