package import Contract
package import Evaluation
package import Prediction

/// Results of a cross-validation: predictions of its networks on people that they had not seen.
package struct OutOfFold {
  /// Predictions for the videos of all folds, each by the network that had not seen its people,
  /// after the chosen epoch.
  package var predictions: VideoPredictions
  /// Temperature, threshold and bounds, fitted to `predictions`.
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
    /// Number of groups in the held-out fold.
    package var groups: Int
    package var realVideos: Int
    package var fakeVideos: Int
    /// Area under the ROC curve of the held-out videos; nil if they are of one class.
    package var videoAUC: Double?
    /// Duration of the training in seconds.
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

  /// Metrics of all folds together after an epoch.
  package struct Epoch: Codable, Equatable {
    /// Counted from 1.
    package var epoch: Int
    /// Number of steps at the end of the epoch.
    package var step: Int
    /// Loss at temperature 1.
    package var loss: SelectionLoss?
    package var videoAUC: Double?

    package init(epoch: Int, step: Int, loss: SelectionLoss?, videoAUC: Double?) {
      self.epoch = epoch
      self.step = step
      self.loss = loss
      self.videoAUC = videoAUC
    }
  }

  /// Meaning of the numbers, in a sentence.
  package var note: String
  package var folds: [Fold]
  /// Epochs that were validated, oldest first.
  package var curve: [Epoch]
  /// Number of epochs after which the folds were judged, and after which
  /// the model's training ended.
  package var epochs: Int
  /// Number of steps in these epochs.
  package var steps: Int
  /// Share of videos between the bounds of "cannot tell", and errors outside them.
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
