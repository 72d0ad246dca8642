internal import Foundation
internal import Imaging
internal import Randomness

/// Light, background and camera of a take. The genuine and the manipulated clip of a take share
/// them, so that they don't tell which is which.
struct SampleScene: Sendable, Equatable {
  /// Direction of the light in the picture; the vector's length says how much brighter that side
  /// is.
  var light = SIMD2(0.0, 0.0)
  /// Factors of red, green and blue.
  var tint = SIMD4<Float>(repeating: 1)
  /// Relative change of the distance from a medium grey.
  var contrast: Float = 0
  /// Colours at the left and right edge of the background.
  var leftBackground = SIMD4<Float>(repeating: 128)
  var rightBackground = SIMD4<Float>(repeating: 128)
  /// Share of the portrait's background that these colours replace, 0...1.
  var backgroundStrength = 0.0
  /// Standard deviation of the lens's blur, in pixels of the canvas.
  var blur = 0.0
  /// Strength of the camera's sharpening: share of the difference to a blurred copy that is added.
  var sharpening: Float = 0
  /// Standard deviation of the sensor's noise, in 1/255.
  var noise: Float = 0
  /// Quality for x264; lower is better.
  var constantRateFactor = 20.0
  /// Phase of the camera's path, in radians.
  var cameraPhase = 0.0

  /// The portrait's own light and background.
  init() {}

  /// Draws a scene.
  init(_ random: inout RandomStream) {
    let angle = random.uniform(-Double.pi, Double.pi)
    light = SIMD2(cos(angle), sin(angle)) * random.uniform(0, 0.45)
    let warmth = Float(random.uniform(-0.12, 0.12))
    let exposure = Float(random.uniform(0.82, 1.15))
    tint = SIMD4(1 + warmth, 1, 1 - warmth, 0) * exposure
    contrast = Float(random.uniform(-0.25, 0.2))
    leftBackground = Self.wall(&random)
    rightBackground = Self.wall(&random)
    backgroundStrength = random.uniform(0.3, 1)
    let sharpness = random.uniform(-1, 1)
    blur = max(-sharpness, 0) * 1.2
    sharpening = Float(max(sharpness, 0) * 2)
    noise = random.happens(0.5) ? Float(random.uniform(1, 4)) : 0
    constantRateFactor = random.uniform(17, 26)
    cameraPhase = random.uniform(0, 2 * Double.pi)
  }

  private static func wall(_ random: inout RandomStream) -> SIMD4<Float> {
    let lightness = Float(random.uniform(40, 210))
    return SIMD4(
      lightness * Float(random.uniform(0.8, 1.2)), lightness,
      lightness * Float(random.uniform(0.8, 1.2)), 0)
  }

  /// The colour of a point in this light, with this background.
  func apply(to colour: SIMD4<Float>, at point: SIMD2<Double>) -> SIMD4<Float> {
    var result = colour
    let share = Float(Self.backgroundShare(at: point) * backgroundStrength)
    if share > 0 {
      let across = Float(smoothStep(-1, 2, point.x))
      let wall = leftBackground + (rightBackground - leftBackground) * across
      result += (wall - result) * share
    }
    let offset = (point - 0.6).clamped(
      lowerBound: SIMD2(repeating: -0.9), upperBound: SIMD2(repeating: 0.9))
    let brightness = Float(1 + (offset * light).sum())
    result = (result * tint * brightness - 118) * (1 + contrast) + 118
    return result
  }

  /// Applies the lens's blur, the sharpening and the sensor's noise to a picture.
  func record(_ picture: inout PixelBuffer, _ random: inout RandomStream) {
    picture.blur(sigma: blur)
    var blurred = picture
    if sharpening > 0 { blurred.blur(sigma: 1.2) }
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        let own = SIMD4<Float>(picture[x, y])
        // The difference of two uniform numbers has a triangular distribution, which is close
        // enough to a Gaussian.
        let grain = SIMD4<Float>(
          random.uniform() - random.uniform(), random.uniform() - random.uniform(),
          random.uniform() - random.uniform(), 0)
        picture.set(
          x, y,
          to: own + (own - SIMD4<Float>(blurred[x, y])) * sharpening + grain * (2.45 * noise))
      }
    }
  }

  /// How much a point counts as background, 0...1: outside of head, hair and shoulders.
  private static func backgroundShare(at point: SIMD2<Double>) -> Double {
    let head = (point - SIMD2(0.5, 0.42)) / SIMD2(0.66, 0.86)
    let outside = smoothStep(0.9, 1.4, (head * head).sum())
    // Shoulders slope down from the neck, and are wider the farther below the chin.
    let shoulder = smoothStep(1.05, 1.3, point.y - 0.35 * max(abs(point.x - 0.5) - 0.5, 0))
    return outside * (1 - shoulder)
  }
}
