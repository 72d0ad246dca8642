package import Evaluation

/// Progress of a training and its measurements: the part of a checkpoint that holds no tensors.
package struct TrainingProgress: Codable, Equatable {
  /// Number of optimizer steps so far.
  package var step = 0
  /// The epoch in progress, counted from 0.
  package var epoch = 0
  /// Number of samples of that epoch so far.
  package var sample = 0
  /// Factor of the schedule's learning rate; each recovery halves it.
  package var learningRateScale = 1.0
  /// How often training stepped back because the loss was not finite.
  package var recoveries = 0
  /// Loss and accuracy of the epoch so far.
  package var running = RunningLoss()
  /// The completed epochs.
  package var history: [EpochRecord] = []
  /// The best validation so far.
  package var best: BestEpoch?
  /// Number of validations since the best one.
  package var validationsSinceBest = 0
  /// Why training has ended for good; nil before that.
  package var ending: Ending?
  /// Number of workers in the last run.
  package var workers: Int?
  /// Seconds of training in all runs together.
  package var trainedSeconds = 0.0

  /// Why a training has ended for good.
  package enum Ending: String, Codable {
    case allEpochs, patience
  }
}

/// Mean loss and accuracy over the samples of an epoch so far.
package struct RunningLoss: Codable, Equatable {
  package private(set) var lossSum = 0.0
  package private(set) var correct = 0
  package private(set) var samples = 0

  package mutating func add(loss: Double, correct: Int, samples: Int) {
    lossSum += loss * Double(samples)
    self.correct += correct
    self.samples += samples
  }

  package var loss: Double? { samples > 0 ? lossSum / Double(samples) : nil }
  package var accuracy: Double? { samples > 0 ? Double(correct) / Double(samples) : nil }
}

/// The epoch whose weights are exported.
package struct BestEpoch: Codable, Equatable {
  package var epoch: Int
  package var step: Int
  /// Log-loss of the videos on validation.
  package var videoLogLoss: Double
  /// The lowest loss of any epoch, for the one-standard-error rule, which takes the latest epoch
  /// within a standard error of it; nil for the rule that takes the lowest loss.
  package var lowest: SelectionLoss?
}

/// One row of the learning curve.
package struct EpochRecord: Codable, Equatable {
  /// Counted from 1.
  package var epoch: Int
  /// Number of steps at the end of the epoch.
  package var step: Int
  package var learningRate: Double
  package var trainingLoss: Double
  package var trainingAccuracy: Double
  package var imagesPerSecond: Double
  /// Share of the time in which steps waited for pictures.
  package var waitShare: Double
  package var validation: ValidationRecord?

  package init(
    epoch: Int, step: Int, learningRate: Double, trainingLoss: Double, trainingAccuracy: Double,
    imagesPerSecond: Double, waitShare: Double, validation: ValidationRecord?
  ) {
    self.epoch = epoch
    self.step = step
    self.learningRate = learningRate
    self.trainingLoss = trainingLoss
    self.trainingAccuracy = trainingAccuracy
    self.imagesPerSecond = imagesPerSecond
    self.waitShare = waitShare
    self.validation = validation
  }
}

/// Result of a validation between epochs, at temperature 1 and threshold 0.5.
package struct ValidationRecord: Codable, Equatable {
  package var frameLogLoss: Double?
  package var frameAUC: Double?
  package var videoLogLoss: Double?
  package var videoAUC: Double?
  package var balancedAccuracy: Double?
  package var shareFake: Double?
  /// Loss by which epochs are compared; nil in older files.
  package var selection: SelectionLoss?

  package init(
    selection: SelectionLoss? = nil, frameLogLoss: Double?, frameAUC: Double?,
    videoLogLoss: Double?, videoAUC: Double?,
    balancedAccuracy: Double?, shareFake: Double?
  ) {
    self.selection = selection
    self.frameLogLoss = frameLogLoss
    self.frameAUC = frameAUC
    self.videoLogLoss = videoLogLoss
    self.videoAUC = videoAUC
    self.balancedAccuracy = balancedAccuracy
    self.shareFake = shareFake
  }
}

extension TrainingProgress {
  /// The last step whose rows in the log belong to this progress; nil before the first step.
  /// If all samples of an epoch are done but it has not ended, its row is excluded, because
  /// it is written again.
  func loggedStep(_ samplesPerEpoch: Int) -> Int? {
    guard step > 0 else { return nil }
    return sample >= samplesPerEpoch ? step - 1 : step
  }

  /// Compares a validated epoch with the previous ones; true if its weights are to be exported.
  mutating func judge(
    _ record: EpochRecord, by rule: TrainingSettings.Validation.Selection
  ) -> Bool {
    guard let loss = record.validation?.videoLogLoss, loss.isFinite else { return false }
    var epoch = BestEpoch(epoch: record.epoch, step: record.step, videoLogLoss: loss)
    switch rule {
    case .lowest:
      if let best, best.videoLogLoss <= loss {
        validationsSinceBest += 1
        return false
      }
    case .oneStandardError:
      guard let own = record.validation?.selection, own.value.isFinite else { return false }
      if let lowest = best?.lowest, lowest.value <= own.value {
        validationsSinceBest += 1
        guard own.isWithinStandardError(of: lowest) else { return false }
        epoch.lowest = lowest
        best = epoch
        return true
      }
      epoch.lowest = own
    }
    best = epoch
    validationsSinceBest = 0
    return true
  }
}

/// Number of pictures and duration of the steps of an epoch so far.
package struct Throughput {
  private var images = 0
  private var seconds = 0.0
  private var waited = 0.0

  package mutating func add(images: Int, seconds: Double, waited: Double) {
    self.images += images
    self.seconds += seconds
    self.waited += waited
  }

  package var imagesPerSecond: Double { seconds > 0 ? Double(images) / seconds : 0 }
  package var waitShare: Double { seconds > 0 ? min(waited / seconds, 1) : 0 }
}
