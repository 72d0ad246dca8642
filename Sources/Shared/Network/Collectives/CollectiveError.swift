/// A failure between processes that compute together.
package struct CollectiveError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure, for a program to decide on.
  package enum Code: Sendable, Equatable {
    /// A rank has ended, or nothing was heard of it in time.
    case lostPeer
    /// The ranks called different operations, or the same with different sizes: a defect of the
    /// program.
    case mismatch
    /// The ranks should have the same value and don't.
    case disagreement
  }

  package var code: Code
  /// The rank that the error is about, if known.
  package var rank: Int?
  /// What failed, expected and got, and what to try.
  package var message: String

  package init(_ code: Code, rank: Int? = nil, _ message: String) {
    self.code = code
    self.rank = rank
    self.message = message
  }

  /// `rank 2: message`, or the message alone.
  package var description: String {
    guard let rank else { return message }
    return "rank \(rank): \(message)"
  }
}
