/// What every answer says of the model that gave it.
package struct ModelSummary: Codable, Sendable, Equatable {
  /// Path of the file.
  package var file: String
  /// What the file says of itself; nil where it doesn't.
  package var verdict: ModelVerdict?
  /// What that rests on.
  package var reason: String?
  /// The rule from crops to video.
  package var score: VideoScore
  /// A probability above it is fake.
  package var threshold: Double
  /// Between the bounds it can't be told.
  package var lowerBound: Double
  /// See `lowerBound`.
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

  /// The model in a few lines.
  package var text: String {
    let stated =
      verdict.map { $0.line(reason ?? "") } ?? "Verdict: none, the file is of older software"
    return "Model      \(file)\n           " + stated
  }
}
