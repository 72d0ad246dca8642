/// What every answer says about the model that gave it.
package struct ModelSummary: Codable, Sendable, Equatable {
  /// Path of the file.
  package var file: String
  /// The verdict that the file states about its model; nil if it states none.
  package var verdict: ModelVerdict?
  /// The reason for that verdict.
  package var reason: String?
  /// Rule that turns the scores of crops into the score of a video.
  package var score: VideoScore
  /// A video with a probability above the threshold is called fake.
  package var threshold: Double
  /// Lower end of the range of probabilities without a verdict.
  package var lowerBound: Double
  /// Upper end of the range of probabilities without a verdict.
  package var upperBound: Double

  package init(
    file: String, verdict: ModelVerdict?, reason: String?, score: VideoScore, threshold: Double,
    lowerBound: Double, upperBound: Double
  ) {
    self.file = file
    self.verdict = verdict
    self.reason = reason
    self.score = score
    self.threshold = threshold
    self.lowerBound = lowerBound
    self.upperBound = upperBound
  }

  /// The model's path and verdict, in two lines.
  package var text: String {
    let stated =
      verdict.map { $0.line(reason ?? "") } ?? "Verdict: none, the file is of older software"
    return "Model      \(file)\n           " + stated
  }
}
