import Contract
import Randomness

@testable import Shortcuts

/// Videos whose features are drawn: each group of people has its own size, light and quality, and
/// its videos differ a little.
struct MadeVideos {
  var seed: UInt64 = 1
  /// Labels of a group's videos.
  var labels: (Int) -> [VideoLabel] = { _ in [.real, .fake] }
  var groups = 12
  /// The planted shortcut: changes a video's features by its label.
  var plant: (inout VideoTraits, VideoLabel) -> Void = { _, _ in }

  func make() -> [AuditedVideo] {
    (0..<groups).flatMap { group -> [AuditedVideo] in
      var person = RandomStream(seed: seed, .check, UInt64(group))
      let large = person.happens(0.5)
      let base = ShortcutFeature.numeric.map { _ in Double(person.normal()) }
      return labels(group).enumerated().map { place, label in
        var random = RandomStream(seed: seed, .check, UInt64(group), UInt64(place + 1))
        var traits = VideoTraits()
        traits.codec = "h264"
        for (feature, base) in zip(ShortcutFeature.numeric, base) {
          let draw = base + 0.5 * Double(random.normal())
          traits[feature] =
            switch feature {
            case .width: large ? 1280 : 640
            case .height: large ? 720 : 480
            case .frameRate: large ? 30 : 25
            case .bitsPerPixel: 0.1 * pow2(draw)
            case .duration, .faceSize: 100 * pow2(draw)
            case .blackBorder: max(0, 0.01 * draw)
            default: draw
            }
        }
        plant(&traits, label)
        return AuditedVideo(
          name: "\(label.rawValue)/\(group)-\(place)", label: label, group: "person \(group)",
          traits: traits)
      }
    }
  }
}

/// About two to the power of a number near 0: it only needs to be positive and to grow.
private func pow2(_ x: Double) -> Double {
  var (result, term) = (1.0, 1.0)
  for place in 1..<30 {
    term *= x * 0.6931471805599453 / Double(place)
    result += term
  }
  return result
}
