/// Whether a model behaves like one: it has all its entries, it looks at its input, it says both
/// "real" and "fake", and is right more often than a coin. A model that fails isn't exported.
public struct BehaviourCheck: Codable, Sendable, Equatable {
  /// One finding per check, those about the network first.
  public let findings: [Finding]

  /// The limits that were applied.
  public let limits: BehaviourLimits

  /// Whether no check failed. Checks that could not decide don't fail.
  public let passed: Bool

  /// Checks a model.
  public init(_ evidence: BehaviourEvidence, limits: BehaviourLimits = BehaviourLimits()) {
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
    ]
    passed = findings.allSatisfy { $0.outcome != .failed }
  }

  /// The findings that failed.
  public var failures: [Finding] { findings.filter { $0.outcome == .failed } }

  /// The findings that could not decide.
  public var undecided: [Finding] { findings.filter { $0.outcome == .undecided } }

  /// The result in one line, for the end of a run.
  public var verdictLine: String {
    let right = findings.count { $0.outcome == .passed }
    var line = "Behaviour check \(passed ? "passed" : "FAILED"): "
    line += "\(right) of \(findings.count) checks passed"
    if !failures.isEmpty {
      line += "; failed: "
      line += failures.map { "\($0.identifier.rawValue) (\($0.measured))" }.joined(separator: ", ")
    }
    if !undecided.isEmpty {
      line += "; undecided: "
      line += undecided.map { "\($0.identifier.rawValue) (\($0.measured))" }.joined(separator: ", ")
    }
    return line
  }

  /// One row per check: identifier, outcome, what was measured.
  public var rows: [[String]] { findings.map(\.row) }

  /// At most three names of a list, and how many there are besides.
  static func summary(_ names: [String]) -> String {
    let shown = names.prefix(3).joined(separator: ", ")
    return names.count > 3 ? "\(shown) and \(names.count - 3) more" : shown
  }
}
