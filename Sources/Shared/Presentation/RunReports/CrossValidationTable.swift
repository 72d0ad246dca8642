internal import Evaluation
internal import Terminal
package import TrainingRun

/// The results of a cross-validation's folds, as tables.
package enum CrossValidationTable {
  /// The folds, the epochs with the chosen one marked, and how reliable the verdicts are.
  package static func render(_ summary: CrossValidationSummary) -> String {
    var folds = TextTable(header: ["fold", "groups", "real + fake", "AUC", "minutes"])
    for (number, fold) in summary.folds.enumerated() {
      folds.append([
        "\(number + 1)", "\(fold.groups)", "\(fold.realVideos) + \(fold.fakeVideos)",
        TableCell.number(fold.videoAUC, 3), TableCell.number(fold.trainedSeconds / 60, 1),
      ])
    }
    var epochs = TextTable(header: ["", "epoch", "step", "loss", "standard error", "AUC"])
    for epoch in summary.curve {
      epochs.append([
        epoch.epoch == summary.epochs ? "*" : "", "\(epoch.epoch)", "\(epoch.step)",
        TableCell.number(epoch.loss?.value, 4), TableCell.number(epoch.loss?.standardError, 4),
        TableCell.number(epoch.videoAUC, 3),
      ])
    }
    return """
      Out of fold, by fold and of all videos by epoch (* chosen; both classes count half)

      \(folds.render())

      \(epochs.render())

      \(decided(summary))
      """
  }

  /// The effect of the bounds of "cannot tell", in two sentences.
  package static func decided(_ summary: CrossValidationSummary) -> String {
    let decided = summary.decided
    func errors(_ share: Double?) -> String { share.map { TableCell.percent($0) } ?? "none" }
    return
      "\(TableCell.percent(decided.undecided)) of the videos can't be told. Of those called fake "
      + "\(errors(decided.realAmongFake)) are real, of those called real "
      + "\(errors(decided.fakeAmongReal)) are fake, if both are equally frequent."
  }
}
