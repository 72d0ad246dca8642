package import Contract

extension ModelVerdict {
  /// The verdict that follows from findings; no other code makes a verdict.
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
