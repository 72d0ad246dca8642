/// How margins become a verdict: the rule from crops to video, the temperature and the threshold.
/// They belong together: a threshold fitted with one rule or temperature means nothing with
/// another. The model file carries this value, so that a detector can't decide differently from the
/// evaluation.
package struct Calibration: ContractValue {
  /// How the scores of a video's crops become the one of the video.
  package let score: VideoScore

  /// What margins are divided by before the sigmoid; above 0.
  package let temperature: Double

  /// A video whose probability is above it is called fake; 0...1.
  package let threshold: Double

  /// Probability from which on it can't be told what a video is, 0...threshold. Equal to the
  /// threshold where every video gets a verdict.
  package let lowerBound: Double

  /// Probability up to which it can't be told what a video is, threshold...1. Equal to the threshold
  /// where every video gets a verdict.
  package let upperBound: Double

  /// What a reader should know of how the values were found, as whole sentences.
  package let notes: [String]

  /// A calibration of known values.
  ///
  /// - Precondition: the temperature is finite and above 0, the threshold lies in 0...1, the bounds
  ///   on their sides of it.
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

  /// A calibration of values that may come from anywhere.
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

  /// The verdict on a probability: fake above the threshold, else real (so is a video without a
  /// face, at 0.5 and the threshold 0.5). Nil for NaN: a broken network has no verdict.
  package func label(probability: Double) -> VideoLabel? {
    guard !probability.isNaN else { return nil }
    return probability > threshold ? .fake : .real
  }

  /// Reads a calibration; values that no fit can give are an error.
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

  /// Throws where a value has no meaning.
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
