/// What a video shows: a genuine recording or a manipulated one.
package enum VideoLabel: String, ContractChoice, Comparable {
  case real
  case fake

  /// The labels in the order of the network's logits.
  package static let logitOrder: [VideoLabel] = [.real, .fake]

  /// Index of the label's logit.
  package var classIndex: Int { self == .fake ? 1 : 0 }

  /// Real before fake, as in every table and contact sheet.
  package static func < (left: VideoLabel, right: VideoLabel) -> Bool {
    left == .real && right == .fake
  }
}
