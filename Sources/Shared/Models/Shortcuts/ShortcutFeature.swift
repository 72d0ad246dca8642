internal import Foundation

/// A property of a video that doesn't tell whether its faces were manipulated, and that a detector
/// must not use.
package enum ShortcutFeature: String, Codable, Sendable, CaseIterable {
  /// Width of the displayed picture in pixels.
  case width
  /// Height of the displayed picture in pixels.
  case height
  /// Frames per second.
  case frameRate
  /// The codec's name.
  case codec
  /// Bits of the video stream, or of a single picture's file, per pixel.
  case bitsPerPixel
  /// Duration in seconds.
  case duration
  /// Share of a crop that is black and touches its edge.
  case blackBorder
  /// Natural logarithm of the variance of the Laplacian of the inner face.
  case sharpness
  /// The strength of edges on the grid of 8x8 blocks of the displayed picture, relative to edges
  /// off it: the natural logarithm of the ratio.
  case gridStrength
  /// Mean luma of the inner face, 0...255.
  case brightness
  /// Mean of blue minus luma of the inner face.
  case blueTint
  /// Mean of red minus luma of the inner face.
  case redTint
  /// Longer side of the detector's box in pixels of the displayed picture.
  case faceSize

  /// The features that are numbers: all but the codec.
  package static let numeric = allCases.filter { $0 != .codec }

  /// Whether the crops themselves show it, and not only the video's record.
  var isSeenInCrops: Bool {
    switch self {
    case .blackBorder, .sharpness, .gridStrength, .brightness, .blueTint, .redTint: true
    case .width, .height, .frameRate, .codec, .bitsPerPixel, .duration, .faceSize: false
    }
  }

  /// The name for people.
  package var title: String {
    switch self {
    case .width: "width"
    case .height: "height"
    case .frameRate: "frame rate"
    case .codec: "codec"
    case .bitsPerPixel: "bits per pixel"
    case .duration: "duration"
    case .blackBorder: "black border"
    case .sharpness: "sharpness"
    case .gridStrength: "grid of 8x8 blocks"
    case .brightness: "brightness"
    case .blueTint: "blue tint"
    case .redTint: "red tint"
    case .faceSize: "face size"
    }
  }

  /// A value with its unit.
  package func text(_ value: Double) -> String {
    switch self {
    case .width, .height, .faceSize: String(format: "%.0f pixels", value)
    case .frameRate: String(format: "%.4g a second", value)
    case .duration: String(format: "%.3g s", value)
    case .blackBorder: String(format: "%.1f%%", 100 * value)
    case .brightness, .blueTint, .redTint: String(format: "%.1f", value)
    case .codec: ""
    case .bitsPerPixel: String(format: "%.2g", value)
    case .sharpness, .gridStrength: String(format: "%.2f", value)
    }
  }

  /// What fakes are or have if their values are larger, and if they are smaller.
  var comparison: (more: String, less: String) {
    switch self {
    case .width: ("are wider", "are narrower")
    case .height: ("are higher", "are less high")
    case .frameRate: ("have more pictures a second", "have fewer pictures a second")
    case .codec: ("have other codecs", "have other codecs")
    case .bitsPerPixel: ("have more bits per pixel", "have fewer bits per pixel")
    case .duration: ("are longer", "are shorter")
    case .blackBorder: ("have more black border", "have less black border")
    case .sharpness: ("have sharper faces", "have blurrier faces")
    case .gridStrength:
      ("have a stronger grid of 8x8 blocks", "have a weaker grid of 8x8 blocks")
    case .brightness: ("have brighter faces", "have darker faces")
    case .blueTint: ("have bluer faces", "have less blue faces")
    case .redTint: ("have redder faces", "have less red faces")
    case .faceSize: ("show larger faces", "show smaller faces")
    }
  }

  /// What removes the difference from the data.
  var remedy: String {
    switch self {
    case .width, .height, .faceSize:
      "bring real and fake videos to one size before extraction, in the same way, or drop the size that "
        + "one label has alone"
    case .bitsPerPixel, .codec, .gridStrength:
      "re-encode all videos alike, real and fake, with one codec, size and quality, and extract into a new "
        + "store"
    case .sharpness:
      "re-encode all videos alike, real and fake; where the data hold fakes with their originals, pair "
        + "them (data.pairing: source)"
    case .frameRate, .duration:
      "take real and fake videos from the same sources, or drop those that one label has alone"
    case .blackBorder:
      "crop the bars away before extraction, or drop the videos that have them"
    case .brightness, .blueTint, .redTint:
      "take real and fake videos from the same recordings, and pair them (data.pairing: source)"
    }
  }

  /// The value on a scale on which equal differences mean the same: logarithms of sizes and rates.
  func scaled(_ value: Double) -> Double {
    switch self {
    case .width, .height, .frameRate, .bitsPerPixel, .duration, .faceSize: log(max(value, 1e-6))
    // Less than a hundredth of the crop is next to nothing.
    case .blackBorder: log(max(value, 0) + 0.01)
    case .codec, .sharpness, .gridStrength, .brightness, .blueTint, .redTint: value
    }
  }
}
