internal import Contract

extension Calibration {
  /// How the logits of a video's crops become a verdict, in sentences.
  var ruleText: String {
    let verdict =
      switch (lowerBound < threshold, threshold < upperBound) {
      case (false, false): "The video is fake above \(threshold), else real."
      case (true, _):
        "The video is fake above \(upperBound) and real below \(lowerBound); between them it "
          + "can't be told."
      case (false, true):
        "The video is fake above \(upperBound) and real up to \(lowerBound); between them it "
          + "can't be told."
      }
    return "The margin of a crop is its logit of fake minus its logit of real, divided by the "
      + "temperature; its probability of fake is the sigmoid of the margin. \(score.ruleText) A "
      + "video without a face has \(VideoScore.probabilityWithoutFace). \(verdict)"
  }
}

extension VideoScore {
  /// How the margins or probabilities of crops become the probability of their video, as a
  /// sentence.
  fileprivate var ruleText: String {
    switch self {
    case .mean: "The probability of a video is the mean of those of its crops."
    case .median:
      "The probability of a video is the median of those of its crops, of an even number the mean "
        + "of the middle two."
    case .meanLogit: "The probability of a video is the sigmoid of the mean margin of its crops."
    case .maximum: "The probability of a video is the largest of those of its crops."
    case .confident:
      "The probability of a video is the mean of those above 0.8, if they are more than 11 and "
        + "more than floor(crops / 2.5); else the mean of those below 0.2, if they are more than "
        + "90% of all; else the mean of all."
    }
  }
}
