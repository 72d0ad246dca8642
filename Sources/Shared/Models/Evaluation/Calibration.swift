/// How margins become a verdict: the rule from crops to video, the temperature and the threshold.
/// They belong together: a threshold fitted with one rule or temperature means nothing with
/// another. The model file carries this value, so that a detector can't decide differently from the
/// evaluation.
public struct Calibration: Codable, Sendable, Equatable {
  /// How the scores of a video's crops become the one of the video.
  public let score: VideoScore

  /// What margins are divided by before the sigmoid; above 0.
  public let temperature: Double

  /// A video whose probability is above it is called fake; 0...1.
  public let threshold: Double

  /// What a reader should know of how the values were found, as whole sentences.
  public let notes: [String]

  /// A calibration of known values.
  ///
  /// - Precondition: the temperature is finite and above 0, the threshold lies in 0...1.
  public init(
    score: VideoScore = .mean, temperature: Double = 1, threshold: Double = 0.5,
    notes: [String] = []
  ) {
    precondition(
      Self.isUsable(temperature: temperature, threshold: threshold),
      "a temperature is finite and above 0, a threshold lies in 0...1")
    self.score = score
    self.temperature = temperature
    self.threshold = threshold
    self.notes = notes
  }

  /// The verdict on a probability: fake above the threshold, else real (so is a video without a
  /// face, at 0.5 and the threshold 0.5). Nil for NaN: a broken network has no verdict.
  public func label(probability: Double) -> ClassLabel? {
    guard !probability.isNaN else { return nil }
    return probability > threshold ? .fake : .real
  }

  private static func isUsable(temperature: Double, threshold: Double) -> Bool {
    temperature.isFinite && temperature > 0 && threshold >= 0 && threshold <= 1
  }

  private enum CodingKeys: String, CodingKey {
    case score, temperature, threshold, notes
  }

  /// Reads a calibration; values that no fit can give are an error.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    score = try container.decode(VideoScore.self, forKey: .score)
    temperature = try container.decode(Double.self, forKey: .temperature)
    threshold = try container.decode(Double.self, forKey: .threshold)
    notes = try container.decodeIfPresent([String].self, forKey: .notes) ?? []
    guard Self.isUsable(temperature: temperature, threshold: threshold) else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath,
          debugDescription: "expected a temperature above 0 and a threshold of 0...1, got "
            + "\(temperature) and \(threshold); export the model again"))
    }
  }
}
