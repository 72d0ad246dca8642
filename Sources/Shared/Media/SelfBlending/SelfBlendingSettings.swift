/// How fakes are made from real faces (self-blended images: Shiohara and Yamasaki, Detecting
/// Deepfakes with Self-Blended Images, CVPR 2022): a probability for each change, and its range.
///
/// Lengths are shares of the crop's side.
package struct SelfBlendingSettings: Sendable, Equatable {
  /// How often each part of the face is replaced, in proportion to the others; 0 is never.
  package var regions: [BlendRegion: Double] = [
    .face: 0.4, .hull: 0.25, .lowerHalf: 0.1, .mouth: 0.1, .nose: 0.05, .eyes: 0.1,
  ]
  /// Standard deviation of the outline's elastic deformation, 0...0.2.
  package var elastic = 0.007...0.035
  /// Standard deviation of the blur of the border, 0...0.2.
  package var blur = 0.005...0.05
  /// Probability that the soft border is kept inside of the outline.
  package var inside = 0.5
  /// Probability that the middle of the mask has the weight 1.
  package var full = 0.5
  /// Weight of the middle of the mask otherwise, 0.05...1.
  package var strength = 0.25...1.0
  /// Probability that red, green and blue are shifted.
  package var tint = 0.5
  /// Largest shift of a colour, in 1/255, 0...255.
  package var tintShift = 20.0
  /// Probability that hue, saturation and brightness are changed.
  package var hue = 0.5
  /// Largest rotation of the hue, in degrees, 0...180.
  package var hueTurn = 8.0
  /// Largest change of saturation and brightness, as a share, 0...1.
  package var saturation = 0.15
  /// Probability that contrast and brightness are changed.
  package var contrast = 0.5
  /// Largest change of contrast and brightness, as a share, 0...1.
  package var contrastChange = 0.15
  /// Probability that the changed picture is reduced and enlarged again; otherwise it is sharpened.
  package var downscale = 0.5
  /// The reduced side as a share, 0.1...1.
  package var downscaleFactor = 0.4...0.9
  /// Strength of the sharpening, 0...4.
  package var sharpen = 0.2...0.6
  /// Scale of the picture that is blended in, 0.5...2.
  package var scale = 0.95...1.05
  /// Largest rotation of the picture that is blended in, in degrees, 0...45.
  package var rotation = 1.5
  /// Largest horizontal shift, 0...0.5.
  package var shiftX = 0.03
  /// Largest vertical shift, 0...0.5.
  package var shiftY = 0.015

  package init() {}

  /// A setting that is out of bounds.
  package struct Fault: Error, Sendable, Equatable {
    package let name: String
    /// The values that are allowed.
    package let expected: String
    /// The value.
    package let got: String
  }

  /// Throws if a number is out of bounds.
  package func check() throws(Fault) {
    let numbers: [(String, Double, ClosedRange<Double>)] = [
      ("inside", inside, 0...1), ("full", full, 0...1), ("tint", tint, 0...1),
      ("tintShift", tintShift, 0...255),
      ("hue", hue, 0...1), ("hueTurn", hueTurn, 0...180), ("saturation", saturation, 0...1),
      ("contrast", contrast, 0...1), ("contrastChange", contrastChange, 0...1),
      ("downscale", downscale, 0...1), ("rotation", rotation, 0...45), ("shiftX", shiftX, 0...0.5),
      ("shiftY", shiftY, 0...0.5),
    ]
    for (name, value, bounds) in numbers where !bounds.contains(value) {
      throw Fault(name: name, expected: "\(bounds)", got: "\(value)")
    }
    let ranges: [(String, ClosedRange<Double>, ClosedRange<Double>)] = [
      ("elastic", elastic, 0...0.2), ("blur", blur, 0...0.2),
      ("downscaleFactor", downscaleFactor, 0.1...1), ("sharpen", sharpen, 0...4),
      ("scale", scale, 0.5...2), ("strength", strength, 0.05...1),
    ]
    for (name, range, bounds) in ranges
    where !(bounds.contains(range.lowerBound) && bounds.contains(range.upperBound)) {
      throw Fault(name: name, expected: "\(bounds)", got: "\(range)")
    }
    guard regions.values.allSatisfy({ $0 >= 0 && $0.isFinite }),
      regions.values.reduce(0, +) > 0
    else {
      throw Fault(
        name: "regions", expected: "numbers of 0 or more, one of them above 0",
        got: "\(regions.map { "\($0.key.rawValue): \($0.value)" }.sorted())")
    }
  }
}
