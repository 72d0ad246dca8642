/// The perturbations of DeeperForensics-1.0, each at five levels. They imitate the damage that
/// cameras, editors and platforms do to videos.
///
/// Names, order and parameters are those of `perturbation/add_distortion_to_video.py` of its
/// repository (Jiang, Li, Wu, Qian, Loy: DeeperForensics-1.0, CVPR 2020).
package enum Perturbation: String, Sendable, Codable, CaseIterable {
  /// Less colour.
  case saturation
  /// All values multiplied by a factor below 1, which also darkens the picture.
  case contrast
  /// Grey squares of 8x8 pixels at random positions.
  case blocks
  /// White Gaussian noise in luma and both chroma channels.
  case noise
  /// Gaussian blur.
  case blur
  /// Downscaling followed by upscaling. The source calls it JPEG, which it isn't.
  case pixelation
  /// Compression with H.264.
  case compression

  /// The levels, from weak to strong; level 0 is no perturbation.
  package static let levels = 1...5

  /// The source's abbreviation.
  package var code: String {
    switch self {
    case .saturation: "CS"
    case .contrast: "CC"
    case .blocks: "BW"
    case .noise: "GNC"
    case .blur: "GB"
    case .pixelation: "JPEG"
    case .compression: "VC"
    }
  }

  /// Name for readers, with the meaning of the parameter: "noise (variance)".
  package var title: String {
    switch self {
    case .saturation: "saturation (factor)"
    case .contrast: "contrast (factor)"
    case .blocks: "blocks (count)"
    case .noise: "noise (variance)"
    case .blur: "blur (kernel)"
    case .pixelation: "pixelation (factor)"
    case .compression: "H.264 (CRF)"
    }
  }

  /// The parameter at a level; nil if the level is not in `levels`.
  package func parameter(level: Int) -> Double? {
    guard Self.levels.contains(level) else { return nil }
    let parameters: [Double] =
      switch self {
      case .saturation: [0.4, 0.3, 0.2, 0.1, 0]
      case .contrast: [0.85, 0.725, 0.6, 0.475, 0.35]
      case .blocks: [16, 32, 48, 64, 80]
      case .noise: [0.001, 0.002, 0.005, 0.01, 0.05]
      case .blur: [7, 9, 13, 17, 21]
      case .pixelation: [2, 3, 4, 5, 6]
      case .compression: [30, 32, 35, 38, 40]
      }
    return parameters[level - Self.levels.lowerBound]
  }

  /// Whether the result for a picture depends on the pictures before and after it, so that all of
  /// them have to be passed together, in presentation order.
  package var needsClip: Bool { self == .compression }
}
