/// Verdict on a video, or on a face in it.
package enum VideoVerdict: String, Codable, Sendable, CaseIterable {
  /// No sign of a manipulation was found.
  case real
  /// It is manipulated.
  case fake
  /// The evidence doesn't decide, or there is too little of it.
  case cannotTell = "cannot tell"

  /// Creates the verdict for a label; nil means that there is no decision.
  package init(_ label: VideoLabel?) {
    switch label {
    case .real: self = .real
    case .fake: self = .fake
    case nil: self = .cannotTell
    }
  }
}
