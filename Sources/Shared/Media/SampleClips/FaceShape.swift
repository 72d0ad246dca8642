internal import Randomness

/// The difference in shape between a derived person's face and the portrait: smooth moves of jaw,
/// chin, cheeks, forehead, eyes, brows, nose and mouth.
///
/// Points are in units of the canonical face (`FaceCanvas`): 0...1 from side to side, eyes at 0.46,
/// mouth at 0.82, chin near 1.1.
struct FaceShape: Sendable, Equatable {
  /// Shifts and scales the surroundings of a point; less with growing distance, and not at all
  /// beyond `reach`.
  struct Move: Sendable, Equatable {
    var center: SIMD2<Double>
    var reach: Double
    /// Shift of the point.
    var shift = SIMD2(0.0, 0.0)
    /// Growth around the point, as a share in x and y.
    var growth = SIMD2(0.0, 0.0)
  }

  /// Whether left and right are exchanged.
  var isMirrored = false
  /// Width and height of the whole head, 1 = as in the portrait.
  var stretch = SIMD2(1.0, 1.0)
  var moves: [Move] = []

  /// The middle of the face, which stretching doesn't move.
  private static let middle = SIMD2(0.5, 0.6)

  /// The shape of the portrait itself.
  init() {}

  /// Draws a shape. `strength` 1 moves parts by up to a tenth of the face.
  init(_ random: inout RandomStream, strength: Double = 1) {
    func draw(_ size: Double) -> Double { random.uniform(-size, size) * strength }
    isMirrored = random.happens(0.5)
    stretch = SIMD2(1 + draw(0.09), 1 + draw(0.07))
    let jaw = draw(0.07)
    let cheeks = draw(0.05)
    let eyes = SIMD2(draw(0.035), draw(0.035))
    let eyeGrowth = SIMD2(draw(0.2), draw(0.25))
    let brows = draw(0.04)
    for side in [-1.0, 1.0] {
      func point(_ x: Double, _ y: Double) -> SIMD2<Double> { SIMD2(0.5 + side * x, y) }
      // Slightly asymmetric, as faces are.
      moves += [
        Move(
          center: point(0.36, 0.88), reach: 0.45, shift: SIMD2(side * jaw + draw(0.01), draw(0.01))),
        Move(center: point(0.4, 0.6), reach: 0.35, shift: SIMD2(side * cheeks, 0)),
        Move(
          center: point(0.157, 0.46), reach: 0.24,
          shift: SIMD2(side * eyes.x, eyes.y + draw(0.006)), growth: eyeGrowth),
        Move(center: point(0.18, 0.32), reach: 0.22, shift: SIMD2(0, brows + draw(0.008))),
      ]
    }
    moves += [
      Move(center: SIMD2(0.5, 1.12), reach: 0.34, shift: SIMD2(draw(0.015), draw(0.06))),
      Move(center: SIMD2(0.5, 0.05), reach: 0.5, shift: SIMD2(0, draw(0.08))),
      Move(
        center: SIMD2(0.5, 0.64), reach: 0.28, shift: SIMD2(draw(0.01), draw(0.03)),
        growth: SIMD2(draw(0.3), draw(0.15))),
      Move(
        center: SIMD2(0.5, 0.83), reach: 0.32, shift: SIMD2(draw(0.01), draw(0.03)),
        growth: SIMD2(draw(0.2), draw(0.15))),
    ]
  }

  /// The point of the portrait's face that is seen at a point of the derived one.
  func source(of point: SIMD2<Double>) -> SIMD2<Double> {
    var source = Self.middle + (point - Self.middle) / stretch
    for move in moves {
      let offset = point - move.center
      let distance = (offset * offset).sum() / (move.reach * move.reach)
      guard distance < 1 else { continue }
      let weight = (1 - distance) * (1 - distance)
      source -= (move.shift + move.growth * offset) * weight
    }
    if isMirrored { source.x = 1 - source.x }
    return source
  }
}
