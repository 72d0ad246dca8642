/// What one check of a model's behaviour found.
public struct BehaviourFinding: Codable, Sendable, Equatable {
  /// The checks.
  public enum Identifier: String, Codable, Sendable, CaseIterable {
    /// Every parameter, buffer and prediction is a finite number.
    case finite
    /// The model has exactly the entries that its architecture has.
    case allEntriesPresent
    /// The running statistics of every BatchNorm layer have moved from 0 and 1.
    case batchNormMoved
    /// Another picture gives another answer.
    case outputFollowsInput
    /// The exported file gives the same answers, to the bit.
    case reloadIdentical
    /// Some crops and some videos are called real and some fake.
    case predictsBothClasses
    /// The probability varies, and is not always 0% or 100%.
    case confidenceSpread
    /// Balanced accuracy or AUC is above chance, with its interval.
    case betterThanChance
  }

  /// How a check ended.
  public enum Outcome: String, Codable, Sendable {
    case passed
    case failed
    /// The data can't tell: too few people, one class only, or not measured. Not a failure, and not
    /// a success either.
    case undecided
  }

  /// The check.
  public let identifier: Identifier

  /// How it ended.
  public let outcome: Outcome

  /// What was measured, for people: `balanced accuracy 0.712, 95% interval 0.640...0.779`.
  public let measured: String

  /// The number that decided, where it is one.
  public let value: Double?

  /// What the result says of the model, as a sentence.
  public let meaning: String

  /// What to do if the check failed or could not decide; nil if it passed.
  public let advice: String?

  init(
    _ identifier: Identifier, _ outcome: Outcome, measured: String, value: Double? = nil,
    meaning: String, advice: String
  ) {
    self.identifier = identifier
    self.outcome = outcome
    self.measured = measured
    // JSON has no number for the others.
    self.value = value.flatMap { $0.isFinite ? $0 : nil }
    self.meaning = meaning
    self.advice = outcome == .passed ? nil : advice
  }

  /// The check as a row of a table: identifier, outcome, what was measured.
  public var row: [String] { [identifier.rawValue, outcome.rawValue, measured] }
}
