package import Contract

/// Checks that a model works: it has all its entries, its output depends on the input, it says both
/// "real" and "fake", and it is right more often than a coin. A broken model isn't exported.
package struct BehaviourCheck: Sendable, Equatable {
  /// One finding per check, those about the network first.
  package let findings: [Finding]

  /// The limits that were applied.
  package let limits: BehaviourLimits

  package init(_ evidence: BehaviourEvidence, limits: BehaviourLimits = BehaviourLimits()) {
    self.limits = limits
    findings = [
      Self.finite(evidence),
      Self.allEntriesPresent(evidence),
      Self.batchNormMoved(evidence, limits),
      Self.outputFollowsInput(evidence, limits),
      Self.reloadIdentical(evidence),
      Self.predictsBothClasses(evidence, limits),
      Self.confidenceSpread(evidence, limits),
      Self.betterThanChance(evidence, limits),
    ].compactMap(\.self)
  }

  /// The verdict that follows from the findings.
  package var verdict: ModelVerdict { ModelVerdict(findings) }

  /// The findings that failed.
  package var failures: [Finding] { findings.filter { $0.outcome == .failed } }

  /// The findings that could not decide.
  package var undecided: [Finding] { findings.filter { $0.outcome == .undecided } }

  /// The verdict in one line, for the end of a run.
  package var verdictLine: String { verdict.line(reason) }

  /// What the verdict is based on, for a reader who hasn't seen the checks: what failed or couldn't
  /// decide, or how much better than chance the model is.
  package var basis: String {
    let doubts = failures.isEmpty ? undecided : failures
    guard doubts.isEmpty else {
      return doubts.map { "\($0.measured): \($0.meaning)" }.joined(separator: " ")
    }
    return findings.first { $0.identifier == .betterThanChance }?.measured ?? reason
  }

  /// The checks that passed, and those that did not, in one line.
  package var reason: String {
    let right = findings.count { $0.outcome == .passed }
    var line = "\(right) of \(findings.count) checks passed"
    for (word, some) in [("failed", failures), ("undecided", undecided)] where !some.isEmpty {
      line += "; \(word): "
      line += some.map { "\($0.identifier.rawValue) (\($0.measured))" }.joined(separator: ", ")
    }
    return line
  }

  /// One row per check: identifier, outcome, what was measured.
  package var rows: [[String]] { findings.map(\.row) }

  /// The first three names of a list, and the number of the others.
  static func summary(_ names: [String]) -> String {
    let shown = names.prefix(3).joined(separator: ", ")
    return names.count > 3 ? "\(shown) and \(names.count - 3) more" : shown
  }
}

extension BehaviourCheck: Codable {
  private enum CodingKeys: String, CodingKey {
    case findings, limits, verdict
  }

  /// Reads a check of this or an older version; the verdict is computed from its findings.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    findings = try values.decode([Finding].self, forKey: .findings)
    limits = try values.decode(BehaviourLimits.self, forKey: .limits)
  }

  /// Writes findings, limits and the verdict.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(findings, forKey: .findings)
    try values.encode(limits, forKey: .limits)
    try values.encode(verdict, forKey: .verdict)
  }
}
