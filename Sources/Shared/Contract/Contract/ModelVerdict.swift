/// Whether a model can be trusted, in three words. Terminal, JSON, report and exit code say the same.
package enum ModelVerdict: String, Codable, Sendable, CaseIterable {
  /// Whatever was looked at is as it should be.
  case sound
  /// Something is wrong: the model doesn't work as it is.
  case broken
  /// The evidence doesn't decide: too few people, one class only, or another network.
  case cannotTell = "cannot tell"

  /// The verdict on a model whose file says something of itself: less evidence than the file's own
  /// doesn't make a broken model a doubtful one.
  package func considering(_ stated: StatedVerdict?) -> ModelVerdict {
    self == .cannotTell && stated?.verdict == .broken ? .broken : self
  }

  /// The verdict and what it rests on in a line: `Verdict: sound. All checks passed`.
  package func line(_ reason: String) -> String {
    "Verdict: \(self == .broken ? rawValue.uppercased() : rawValue). \(reason)"
  }
}

/// What a model's file says of the model: a verdict travels with it, so that whoever uses the file
/// learns of it.
package struct StatedVerdict: Codable, Sendable, Equatable {
  /// The verdict at the time of writing.
  package let verdict: ModelVerdict
  /// What it rests on, as a sentence.
  package let reason: String

  /// Creates a statement.
  package init(_ verdict: ModelVerdict, reason: String) {
    self.verdict = verdict
    self.reason = reason
  }
}
