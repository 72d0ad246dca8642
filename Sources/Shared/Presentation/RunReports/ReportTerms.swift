internal import Contract
package import Evaluation
package import Reporting

/// The definitions of the terms in a report.
package enum ReportTerms {
  package static let all: [ReportGlossary.Term] = [
    .init(
      "auc", "AUC",
      """
      Area under the ROC curve: the probability that a fake drawn at random gets a higher score \
      than a real one drawn at random. 0.5 is chance, 1 is perfect; no threshold is involved.
      """),
    .init(
      "sharpness", "Sharpness",
      """
      A baseline without any learning: the same videos ranked by how blurred the face is, the most \
      blurred first. Its AUC is what telling sharp from blurred is worth here; a detector that isn't \
      clearly better may have learned no more. Below 0.5 the fakes are the sharper ones.
      """),
    .init(
      "pairs", "Pairs ranked right",
      """
      Of the pairs of a real and a fake video of one person (a fake and its original, where that is \
      known), the share in which the fake has the higher score, averaged over people; a tie counts \
      one half. 0.5 is chance. What differs between people and data sets plays no part in it.
      """),
    .init(
      "balanced-accuracy", "Balanced accuracy",
      """
      The mean of the share of real videos called real and the share of fakes called fake. A model \
      that always says the same has 0.5, however many fakes there are.
      """),
    .init(
      "recall", "Recall",
      """
      Recall of fake: the share of the fakes that are called fake. Recall of real: the share of the \
      reals that are called real; what is missing to 100% are false alarms.
      """),
    .init(
      "precision", "Precision",
      """
      The share of those called fake that are fake. It depends on the share of fakes among the \
      videos, so it differs between data sets.
      """),
    .init(
      "log-loss", "Log-loss",
      """
      The mean negative logarithm of the probability that was given to the truth. A constant answer \
      of 50% has 0.693; confident errors cost most. The best epoch is the one with the least \
      log-loss of the validation videos.
      """),
    .init(
      "eer", "EER",
      """
      Equal error rate: at the threshold where reals are called fake as often as fakes are called \
      real, the share of either.
      """),
    .init(
      "average-precision", "Average precision",
      """
      The mean precision over all shares of fakes that can be found; the area under the \
      precision-recall curve. Chance is the share of fakes.
      """),
    .init(
      "brier", "Brier score",
      """
      The mean squared difference between the probability of fake and the truth (0 or 1). A \
      constant 50% has 0.25.
      """),
    .init(
      "ece", "ECE",
      """
      Expected calibration error: over 15 bins of the probability of fake, the mean distance \
      between that probability and the share that is fake.
      """),
    .init(
      "threshold", "Threshold",
      """
      A video whose probability is above it is called fake. Chosen for the best balanced accuracy on \
      people that the network has not learned from, never on test.
      """),
    .init(
      "temperature", "Temperature",
      """
      What the network's margins are divided by before they become probabilities, fitted to \
      answers on people that it has not learned from: above 1 the network was too sure of itself, \
      below 1 not sure enough. It changes no order, so neither AUC nor the ROC curve.
      """),
    .init(
      "interval", "95% interval",
      """
      Where the number would lie if other people had been filmed: from 2.5% to 97.5% of what is \
      measured when the groups of people are drawn again, with replacement. Frames of a video and \
      videos of a person are not independent; so people are drawn, not frames.
      """),
    .init(
      "split", "Training, validation, test",
      """
      Three sides that share no person and no recording. The network learns from the first; the \
      second chooses the epoch, the temperature and the threshold; the third is only looked at.
      """),
    .init(
      "video-score", "Video score",
      """
      The rule that makes one probability of those of a video's crops. A video without a face \
      counts as 0.5.
      """),
    .init(
      "activation-map", "Class activation map",
      """
      The last feature maps, weighted by how much each speaks for fake against real: their mean \
      over the picture is the margin, but for a constant. Exact for a linear head; with a hidden \
      layer exact as long as no unit of it switches on or off. Zhou et al., 2016.
      """),
    .init(
      "behaviour", "Behaviour check",
      """
      Whether the model behaves like a detector: all values finite, all entries present, \
      statistics of data, an answer that follows the picture, both answers given, better than \
      chance. A model that fails is not exported.
      """),
  ]
}

/// Text that several parts of a report use.
package enum ReportText {
  package static func interval(_ interval: ConfidenceInterval?, percent: Bool = false) -> String? {
    guard let interval else { return nil }
    return percent
      ? NumberText.percent(interval.lower) + " to " + NumberText.percent(interval.upper)
      : NumberText.decimals(interval.lower) + " to " + NumberText.decimals(interval.upper)
  }

  package static func counted(_ count: Int, _ noun: String) -> String {
    NumberText.count(count) + " " + noun + (count == 1 ? "" : "s")
  }
}
