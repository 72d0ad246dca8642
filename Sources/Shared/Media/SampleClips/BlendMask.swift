internal import Foundation
internal import Randomness

/// The mask of a blended face: a region of the canonical face with an uneven, soft border.
struct BlendMask: Sendable, Equatable {
  var center: SIMD2<Double>
  /// Half of the width and of the height.
  var radii: SIMD2<Double>
  /// Amplitudes of the border's waves with 2, 3 and 4 periods, as shares of the radius.
  var waves: SIMD3<Double>
  var phases: SIMD3<Double>
  /// Width of the soft border, which lies inside the radius, as a share of the radius.
  var feather: Double
  /// Weight in the middle.
  var opacity: Double

  /// Draws a mask: the whole face, its inner part, or the part around the mouth or the eyes.
  init(_ random: inout RandomStream) {
    let kind = random.uniform(0, 1)
    (center, radii) =
      switch kind {
      case ..<0.5: (SIMD2(0.5, 0.62), SIMD2(0.43, 0.53))
      case ..<0.8: (SIMD2(0.5, 0.64), SIMD2(0.34, 0.38))
      case ..<0.92: (SIMD2(0.5, 0.8), SIMD2(0.34, 0.27))
      default: (SIMD2(0.5, 0.47), SIMD2(0.37, 0.22))
      }
    radii *= SIMD2(random.uniform(0.9, 1.1), random.uniform(0.9, 1.1))
    center += SIMD2(random.uniform(-0.02, 0.02), random.uniform(-0.02, 0.02))
    waves = SIMD3(random.uniform(0, 0.06), random.uniform(0, 0.06), random.uniform(0, 0.05))
    phases = SIMD3(
      random.uniform(0, 2 * Double.pi), random.uniform(0, 2 * Double.pi),
      random.uniform(0, 2 * Double.pi))
    feather = random.uniform(0.05, 0.22)
    opacity = random.happens(0.7) ? 1 : 0.85
  }

  /// Weight of the blended face at a point of the canonical face, 0...1.
  func weight(at point: SIMD2<Double>) -> Double {
    let offset = (point - center) / radii
    let square = (offset * offset).sum()
    // No wave reaches farther.
    guard square < 1.5 else { return 0 }
    let angle = atan2(offset.y, offset.x)
    let border =
      1 + waves.x * cos(2 * angle + phases.x) + waves.y * cos(3 * angle + phases.y)
      + waves.z * cos(4 * angle + phases.z)
    return opacity * smoothStep(0, feather, 1 - square.squareRoot() / border)
  }

  /// Lowest and highest coordinates at which the weight may be above 0.
  var bounds: (lower: SIMD2<Double>, upper: SIMD2<Double>) {
    (center - radii * 1.23, center + radii * 1.23)
  }
}
