/// What a video shows: a genuine recording or a manipulated one.
public enum VideoLabel: String, Codable, Sendable, CaseIterable, Comparable {
  case real
  case fake

  /// Real before fake, as in every table and contact sheet.
  public static func < (left: VideoLabel, right: VideoLabel) -> Bool {
    left == .real && right == .fake
  }
}
