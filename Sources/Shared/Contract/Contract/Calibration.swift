/// How margins become a verdict: the rule from crops to video, the temperature and the threshold.
/// They belong together: a threshold fitted with one rule or temperature means nothing with
/// another. The model file carries this value, so that a detector can't decide differently from the
/// evaluation.
package struct Calibration: ContractValue {
  /// Rule that turns the scores of a video's crops into the score of the video.
  package let score: VideoScore

  /// Divisor of the margins before the sigmoid; above 0.
  package let temperature: Double

  /// A video with a probability above the threshold is called fake; 0...1.
  package let threshold: Double

  /// Lower end of the range of probabilities without a verdict, 0...threshold. Equal to the
  /// threshold if every video gets a verdict.
  package let lowerBound: Double

  /// Upper end of the range of probabilities without a verdict, threshold...1. Equal to the
  /// threshold if every video gets a verdict.
  package let upperBound: Double

  /// What a reader should know about how the values were fitted, in whole sentences.
  package let notes: [String]

  /// Creates a calibration from values that are known to be valid.
  ///
  /// - Precondition: the temperature is finite and above 0, the threshold lies in 0...1, each bound
  ///   on its side of the threshold.
  package init(
    score: VideoScore = .mean, temperature: Double = 1, threshold: Double = 0.5,
    lowerBound: Double? = nil, upperBound: Double? = nil, notes: [String] = []
  ) {
    do {
      try self.init(
        validating: score, temperature: temperature, threshold: threshold, lowerBound: lowerBound,
        upperBound: upperBound, notes: notes)
    } catch {
      preconditionFailure("a calibration has values that a fit can give: \(error)")
    }
  }

  /// Creates a calibration from values that may come from anywhere; throws if one is out of range.
  package init(
    validating score: VideoScore, temperature: Double, threshold: Double,
    lowerBound: Double? = nil, upperBound: Double? = nil, notes: [String] = []
  ) throws(ContractError) {
    self.score = score
    self.temperature = temperature
    self.threshold = threshold
    self.lowerBound = lowerBound ?? threshold
    self.upperBound = upperBound ?? threshold
    self.notes = notes
    try validate()
  }

  /// Returns fake above the threshold, else real. With the threshold 0.5, a video without a face is
  /// real, as its probability is 0.5. Returns nil for NaN: a broken network has no verdict.
  package func label(probability: Double) -> VideoLabel? {
    guard !probability.isNaN else { return nil }
    return probability > threshold ? .fake : .real
  }

  /// Reads a calibration; throws if a value is out of range.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    score = try values.decode(VideoScore.self, forKey: .score)
    temperature = try values.decodeNumber(.temperature)
    threshold = try values.decodeNumber(.threshold)
    lowerBound = try values.decodeIfPresent(Double.self, forKey: .lowerBound) ?? threshold
    upperBound = try values.decodeIfPresent(Double.self, forKey: .upperBound) ?? threshold
    notes = try values.decodeIfPresent([String].self, forKey: .notes) ?? []
    try validate(readFrom: decoder)
  }

  package func validate() throws(ContractError) {
    let advice = "export the model again"
    guard temperature > 0, temperature.isFinite else {
      throw ContractError(
        key: "temperature", expected: "a number above 0", got: "\(temperature)", advice: advice)
    }
    guard (0...1).contains(threshold) else {
      throw ContractError(
        key: "threshold", expected: "0...1", got: "\(threshold)", advice: advice)
    }
    guard (0...threshold).contains(lowerBound) else {
      throw ContractError(
        key: "lowerBound", expected: "0 up to the threshold, \(threshold)", got: "\(lowerBound)",
        advice: advice)
    }
    guard (threshold...1).contains(upperBound) else {
      throw ContractError(
        key: "upperBound", expected: "the threshold, \(threshold), up to 1", got: "\(upperBound)",
        advice: advice)
    }
  }
}
