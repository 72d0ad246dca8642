internal import Imaging
package import Randomness

/// How a crop of a real face becomes a fake one: everything that is drawn at random for it.
///
/// All numbers are always drawn, and in the same order, so that another probability doesn't change
/// the other draws.
package struct SelfBlendPlan: Sendable, Equatable {
  /// Which of the two blended pictures is changed in colour and sharpness.
  package enum Side: Sendable, Equatable {
    /// The picture that is blended in.
    case source
    /// The picture below it; the real crop of the pair gets this change too.
    case target
  }

  struct Colour: Sendable, Equatable {
    /// Added to red, green and blue, in 1/255.
    var tint = SIMD3<Double>(0, 0, 0)
    var hueDegrees = 0.0
    /// Factors, 1 for no change.
    var saturation = 1.0
    var brightness = 1.0
    var contrast = 1.0
    /// Added to all three colours, in units of 64/255.
    var lightness = 0.0
  }

  enum Sharpness: Sendable, Equatable {
    /// Reduced by a factor and enlarged to the old size.
    case downscaled(Double)
    /// Twice this number times the difference to a blurred copy is added; the blur's standard
    /// deviation is 1/144 of the side.
    case sharpened(Double)
  }

  /// The movement of the picture that is blended in: rotated and scaled about its middle, then
  /// shifted by shares of the side.
  struct Move: Sendable, Equatable {
    let shift: SIMD2<Double>
    let scale: Double
    let rotationDegrees: Double
  }

  /// The part of the face that is replaced.
  package let region: BlendRegion
  /// The picture that is changed.
  package private(set) var changed: Side

  /// The plan that changes what is blended in, so that the real crop of the pair stays as it is.
  package var keepingTarget: SelfBlendPlan {
    var plan = self
    plan.changed = .source
    return plan
  }

  let outline: [SIMD2<Double>]
  let elastic: ElasticField
  /// Standard deviations as shares of the side.
  let elasticSigma: Double
  let blurSigma: Double
  let isBorderInside: Bool
  let strength: Double
  let colour: Colour
  let sharpness: Sharpness
  let move: Move

  private static func region(_ weights: [BlendRegion: Double], _ draw: Double) -> BlendRegion {
    // In a fixed order, as the last bit of a sum depends on it.
    let total = BlendRegion.allCases.reduce(0) { $0 + (weights[$1] ?? 0) }
    var rest = draw * total
    var chosen = BlendRegion.face
    for region in BlendRegion.allCases {
      guard let weight = weights[region], weight > 0 else { continue }
      chosen = region
      guard rest >= weight else { break }
      rest -= weight
    }
    return chosen
  }

  /// A short description, e.g. "hull 75%, rest changed".
  package var summary: String {
    "\(region.rawValue) \(Int((strength * 100).rounded()))%"
      + (changed == .source ? "" : ", rest changed")
  }
}

extension SelfBlendPlan {
  /// Draws a manipulation of a face in a square crop.
  ///
  /// - Parameters:
  ///   - face: in pixels of the crop.
  ///   - size: the crop's side in pixels.
  package init(
    _ settings: SelfBlendingSettings, face: FacePoints, size: Int,
    using random: inout RandomStream
  ) {
    changed = random.happens(settings.changedFace) ? .source : .target
    region = Self.region(settings.regions, random.uniform(0, 1))
    outline = region.outline(of: face, minimum: 0.14 * Double(size), using: &random)
    elastic = ElasticField(using: &random)
    elasticSigma = random.within(settings.elastic)
    blurSigma = random.within(settings.blur)
    isBorderInside = random.happens(settings.inside)
    let isFull = random.happens(settings.full)
    let part = random.within(settings.strength)
    strength = isFull ? 1 : part
    colour = Colour(settings, using: &random)
    let isSmall = random.happens(settings.downscale)
    let (factor, amount) = (
      random.within(settings.downscaleFactor), random.within(settings.sharpen)
    )
    sharpness = isSmall ? .downscaled(factor) : .sharpened(amount)
    move = Move(
      shift: SIMD2(
        random.around(0, settings.shiftX), random.around(0, settings.shiftY)),
      scale: random.within(settings.scale),
      rotationDegrees: random.around(0, settings.rotation))
  }
}

extension SelfBlendPlan.Colour {
  init(_ settings: SelfBlendingSettings, using random: inout RandomStream) {
    let isTinted = random.happens(settings.tint)
    let shift = settings.tintShift
    let tint = SIMD3(
      random.around(0, shift), random.around(0, shift), random.around(0, shift))
    if isTinted { self.tint = tint }

    let isTurned = random.happens(settings.hue)
    let (turn, saturation, brightness) = (
      random.around(0, settings.hueTurn), random.around(1, settings.saturation),
      random.around(1, settings.saturation)
    )
    if isTurned { (hueDegrees, self.saturation, self.brightness) = (turn, saturation, brightness) }

    let isContrasted = random.happens(settings.contrast)
    let (contrast, lightness) = (
      random.around(1, settings.contrastChange), random.around(0, settings.contrastChange)
    )
    if isContrasted { (self.contrast, self.lightness) = (contrast, lightness) }
  }
}

extension SelfBlendPlan.Move {
  /// Takes coordinates of the new picture to those of the old one.
  func transform(size: Int) -> SimilarityTransform {
    SimilarityTransform(
      about: SIMD2(repeating: Double(size) / 2), degrees: rotationDegrees, scale: scale,
      shift: shift * Double(size))
  }
}
