/// Whether a model can be trusted: one of three answers. Terminal, JSON, report and exit code give
/// the same.
package enum ModelVerdict: String, Codable, Sendable, CaseIterable {
  /// Everything that was checked is as it should be.
  case sound
  /// Something is wrong: the model doesn't work as it is.
  case broken
  /// The evidence doesn't decide: too few people, one class only, or another network.
  case cannotTell = "cannot tell"

  /// The verdict after considering the one in the model's file: a model that its file calls broken
  /// stays broken if the new evidence doesn't decide.
  package func considering(_ stated: StatedVerdict?) -> ModelVerdict {
    self == .cannotTell && stated?.verdict == .broken ? .broken : self
  }

  /// The verdict and its reason in one line: `Verdict: sound. All checks passed`.
  package func line(_ reason: String) -> String {
    "Verdict: \(self == .broken ? rawValue.uppercased() : rawValue). \(reason)"
  }
}

/// The verdict that a model's file states about the model, so that everyone who uses the file sees
/// it.
package struct StatedVerdict: Codable, Sendable, Equatable {
  /// The verdict at the time of writing.
  package let verdict: ModelVerdict
  /// The reason, as a sentence.
  package let reason: String

  package init(_ verdict: ModelVerdict, reason: String) {
    self.verdict = verdict
    self.reason = reason
  }
}
