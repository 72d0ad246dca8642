/// The two answers: a genuine recording or a manipulated one. "Fake" is the positive class of every
/// metric.
public enum ClassLabel: String, Codable, Sendable, CaseIterable {
  case real
  case fake
}
