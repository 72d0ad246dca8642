/// What is said of a video, or of a face in it.
package enum VideoVerdict: String, Codable, Sendable, CaseIterable {
  /// Nothing speaks for a manipulation.
  case real
  /// It is manipulated.
  case fake
  /// The evidence doesn't decide, or there is too little of it.
  case cannotTell = "cannot tell"

  /// The verdict of a label; nil is no decision.
  package init(_ label: VideoLabel?) {
    switch label {
    case .real: self = .real
    case .fake: self = .fake
    case nil: self = .cannotTell
    }
  }
}
