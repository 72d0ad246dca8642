/// The result of one check of a model's behaviour, or one defect found by a diagnosis of its file.
///
/// In JSON the outcome of a check is `outcome` (passed, undecided, failed) and that of a defect
/// `severity` (note, warning, broken). Both are read.
package struct Finding: Sendable, Equatable {
  /// The outcomes, from the best to the worst.
  package enum Outcome: String, Sendable, CaseIterable {
    /// The check passed.
    case passed
    /// The data can't tell: too few people, one class only, or not measured. Not a failure, and not
    /// a success either.
    case undecided
    /// Nothing to do.
    case note
    /// Unusual; the model may work nevertheless.
    case warning
    /// The check failed: the model doesn't work as it is.
    case failed
  }

  /// The check, or the kind of defect.
  package let identifier: Identifier

  package let outcome: Outcome

  /// What was measured, for people: `balanced accuracy 0.712, 95% interval 0.640...0.779`.
  package let measured: String

  /// The number that decided, if there is one.
  package let value: Double?

  /// What the result says about the model, as a sentence.
  package let meaning: String

  /// What to do; nil if there is nothing to do, as for a check that passed.
  package let advice: String?

  /// All entries or layers that the finding is about.
  package let subjects: [String]

  /// - Parameter value: dropped if it is not finite, because JSON has no number for it.
  package init(
    _ identifier: Identifier, _ outcome: Outcome, measured: String, value: Double? = nil,
    meaning: String, advice: String? = nil, subjects: [String] = []
  ) {
    self.identifier = identifier
    self.outcome = outcome
    self.measured = measured
    self.value = value.flatMap { $0.isFinite ? $0 : nil }
    self.meaning = meaning
    self.advice = outcome == .passed ? nil : advice
    self.subjects = subjects
  }

  /// The finding as a row of a table: identifier, outcome, what was measured.
  package var row: [String] { [identifier.rawValue, outcomeName, measured] }

  /// The outcome in one word, as in the JSON: a check `failed`, a model with a defect is `broken`.
  package var outcomeName: String {
    outcome == .failed && !identifier.isCheck ? Self.broken : outcome.rawValue
  }
}

extension Finding: Codable {
  private enum Key: String, CodingKey {
    case identifier, outcome, severity, measured, value, meaning, advice, subjects
  }

  private static let broken = "broken"

  /// Reads a finding of this or an older version.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let identifier = try container.decode(Identifier.self, forKey: .identifier)
    let key: Key = container.contains(.outcome) ? .outcome : .severity
    let name = try container.decode(String.self, forKey: key)
    guard let outcome = name == Self.broken ? .failed : Outcome(rawValue: name) else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: container,
        debugDescription: "expected passed, undecided, failed, note, warning or broken, got \(name)"
      )
    }
    self.init(
      identifier, outcome, measured: try container.decode(String.self, forKey: .measured),
      value: try container.decodeIfPresent(Double.self, forKey: .value),
      meaning: try container.decode(String.self, forKey: .meaning),
      advice: try container.decodeIfPresent(String.self, forKey: .advice),
      subjects: try container.decodeIfPresent([String].self, forKey: .subjects) ?? [])
  }

  /// Writes `outcome` for a check and `severity` for a defect, and the subjects of a check only if
  /// there are any.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(identifier, forKey: .identifier)
    try container.encode(outcomeName, forKey: identifier.isCheck ? .outcome : .severity)
    try container.encode(measured, forKey: .measured)
    try container.encodeIfPresent(value, forKey: .value)
    try container.encode(meaning, forKey: .meaning)
    try container.encodeIfPresent(advice, forKey: .advice)
    if !identifier.isCheck || !subjects.isEmpty {
      try container.encode(subjects, forKey: .subjects)
    }
  }
}
