/// What a video shows: a genuine recording or a manipulated one.
public enum VideoLabel: String, ContractChoice, Comparable {
  case real
  case fake

  /// The labels in the order of the network's logits.
  public static let logitOrder: [VideoLabel] = [.real, .fake]

  /// Index of the label's logit.
  public var classIndex: Int { self == .fake ? 1 : 0 }

  /// Real before fake, as in every table and contact sheet.
  public static func < (left: VideoLabel, right: VideoLabel) -> Bool {
    left == .real && right == .fake
  }
}
