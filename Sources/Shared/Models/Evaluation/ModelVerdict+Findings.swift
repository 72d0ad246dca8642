package import Contract

extension ModelVerdict {
  /// What findings come to: the one place where a verdict is made.
  ///
  /// A check that could not decide is no success.
  package init(_ findings: [Finding]) {
    if findings.contains(where: { $0.outcome == .failed }) {
      self = .broken
    } else if findings.contains(where: { $0.outcome == .undecided }) {
      self = .cannotTell
    } else {
      self = .sound
    }
  }
}
