package import Contract
package import Evaluation
package import Prediction

/// What the networks of a cross-validation say of people that they had not seen.
package struct OutOfFold {
  /// Of every video of all folds, by the network that had not seen its people, after the chosen epoch.
  package var predictions: VideoPredictions
  /// Temperature, threshold and bounds, fitted to these.
  package var calibration: Calibration
  package var summary: CrossValidationSummary

  package init(
    predictions: VideoPredictions, calibration: Calibration, summary: CrossValidationSummary
  ) {
    self.predictions = predictions
    self.calibration = calibration
    self.summary = summary
  }
}

/// How a cross-validation went: part of `training_info.json`.
package struct CrossValidationSummary: Codable, Equatable {
  /// One network, trained without one fold.
  package struct Fold: Codable, Equatable {
    /// Of the held-out fold.
    package var groups: Int
    package var realVideos: Int
    package var fakeVideos: Int
    /// Area under the ROC curve of the held-out videos; nil where they are of one class.
    package var videoAUC: Double?
    /// Seconds of its training.
    package var trainedSeconds: Double

    package init(
      groups: Int, realVideos: Int, fakeVideos: Int, videoAUC: Double?, trainedSeconds: Double
    ) {
      self.groups = groups
      self.realVideos = realVideos
      self.fakeVideos = fakeVideos
      self.videoAUC = videoAUC
      self.trainedSeconds = trainedSeconds
    }
  }

  /// What all folds together say after an epoch.
  package struct Epoch: Codable, Equatable {
    /// From 1.
    package var epoch: Int
    /// Steps done at its end.
    package var step: Int
    /// At temperature 1.
    package var loss: SelectionLoss?
    package var videoAUC: Double?

    package init(epoch: Int, step: Int, loss: SelectionLoss?, videoAUC: Double?) {
      self.epoch = epoch
      self.step = step
      self.loss = loss
      self.videoAUC = videoAUC
    }
  }

  /// What the numbers are, in a sentence.
  package var note: String
  /// In order.
  package var folds: [Fold]
  /// Epochs that were validated, oldest first.
  package var curve: [Epoch]
  /// The epoch after which folds were judged, and after which the model's training ended.
  package var epochs: Int
  /// Steps until then.
  package var steps: Int
  /// How often the bounds of "cannot tell" leave a video without a verdict, and err beyond.
  package var decided: DecidedShares

  package init(
    note: String, folds: [Fold], curve: [Epoch], epochs: Int, steps: Int, decided: DecidedShares
  ) {
    self.note = note
    self.folds = folds
    self.curve = curve
    self.epochs = epochs
    self.steps = steps
    self.decided = decided
  }
}
