internal import Foundation
internal import Imaging
internal import Randomness

/// Colours of a portrait's skin and hair, which serve to recognise both in the picture.
struct PortraitColours: Sendable {
  let skin: SIMD4<Float>
  let hair: SIMD4<Float>

  init(_ portrait: SamplePortrait, on canvas: FaceCanvas) {
    let cheeks = [SIMD2(0.24, 0.66), SIMD2(0.76, 0.66), SIMD2(0.5, 0.24)]
      .map { canvas.meanColour(of: portrait, around: $0) }
    skin = cheeks.reduce(SIMD4(repeating: 0), +) / Float(cheeks.count)
    let top = [SIMD2(0.4, -0.17), SIMD2(0.5, -0.19), SIMD2(0.6, -0.17)]
      .map { canvas.meanColour(of: portrait, around: $0) }
    hair = top.reduce(SIMD4(repeating: 0), +) / Float(top.count)
  }

  /// How much a colour at a point counts as skin, 0...1: it lies near the face and has the skin's
  /// hue, in light or shade.
  func skinShare(of colour: SIMD4<Float>, at point: SIMD2<Double>) -> Double {
    let offset = (point - SIMD2(0.5, 0.65)) / SIMD2(0.8, 1.05)
    let near = 1 - smoothStep(0.7, 1, (offset * offset).sum())
    guard near > 0 else { return 0 }
    let (own, other) = (Self.hue(colour), Self.hue(skin))
    let distance = Double(((own - other) * (own - other)).sum())
    let lightness = Double(luma(colour) / max(luma(skin), 1))
    return near * exp(-distance / 0.008) * smoothStep(0.25, 0.5, lightness)
  }

  /// How much a colour at a point counts as hair, 0...1: it lies around the face and has the hair's
  /// colour.
  func hairShare(of colour: SIMD4<Float>, at point: SIMD2<Double>) -> Double {
    let head = (point - SIMD2(0.5, 0.4)) / SIMD2(0.85, 0.85)
    let near = 1 - smoothStep(0.6, 1, (head * head).sum())
    guard near > 0 else { return 0 }
    let face = (point - SIMD2(0.5, 0.62)) / SIMD2(0.46, 0.62)
    let outside = smoothStep(0.7, 1.1, (face * face).sum())
    guard outside > 0 else { return 0 }
    let difference = colour - hair
    let distance = Double(
      difference.x * difference.x + difference.y * difference.y + difference.z * difference.z)
    return near * outside * exp(-distance / (2 * 60 * 60))
  }

  /// Shares of red and blue among the three.
  private static func hue(_ colour: SIMD4<Float>) -> SIMD2<Float> {
    SIMD2(colour.x, colour.z) / max(colour.x + colour.y + colour.z, 1)
  }
}

/// Skin and hair of a derived person.
struct PersonColours: Sendable, Equatable {
  /// Exponents of the skin's red, green and blue: above 1 darker, below 1 lighter.
  var skinExponents = SIMD4<Float>(repeating: 1)
  /// The new colour of the hair.
  var hair = SIMD4<Float>(repeating: 0)
  /// Share of the new colour, 0...1.
  var hairStrength: Float = 0

  /// The portrait's own colours.
  init() {}

  /// Natural hair from black over brown, red and blond to grey.
  private static let hairColours: [SIMD4<Float>] = [
    SIMD4(26, 23, 24, 0), SIMD4(62, 42, 30, 0), SIMD4(104, 72, 46, 0), SIMD4(128, 66, 38, 0),
    SIMD4(176, 142, 92, 0), SIMD4(150, 148, 148, 0),
  ]

  /// Draws skin and hair.
  init(_ random: inout RandomStream) {
    let tone = Float(random.uniform(-1, 1))
    let warmth = Float(random.uniform(-1, 1))
    // Darker skin loses more blue than red.
    skinExponents = SIMD4(
      1 + 0.30 * tone - 0.06 * warmth, 1 + 0.42 * tone, 1 + 0.52 * tone + 0.08 * warmth, 1)
    hair = Self.hairColours[random.below(Self.hairColours.count)]
    hairStrength = Float(random.uniform(0.7, 1))
  }

  /// The colour of a point of the derived person.
  func apply(
    to colour: SIMD4<Float>, at point: SIMD2<Double>, of portrait: PortraitColours
  ) -> SIMD4<Float> {
    var result = colour
    let skin = Float(portrait.skinShare(of: colour, at: point))
    if skin > 0.004 {
      let bounded = colour / 255
      let changed =
        255
        * SIMD4(
          pow(bounded.x, skinExponents.x), pow(bounded.y, skinExponents.y),
          pow(bounded.z, skinExponents.z), 0)
      result += (changed - result) * skin
    }
    let share = Float(portrait.hairShare(of: colour, at: point)) * hairStrength
    if share > 0.004 {
      // Keeps light and shade of the portrait's hair.
      let shade = min(luma(colour) / max(luma(portrait.hair), 8), 2)
      result += (hair * (0.35 + 0.65 * shade) - result) * share
    }
    return result
  }
}
