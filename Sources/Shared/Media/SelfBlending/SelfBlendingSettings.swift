package import Settings

/// How fakes are made of real faces (self-blended images: Shiohara and Yamasaki, Detecting Deepfakes
/// with Self-Blended Images, CVPR 2022): a probability for each change, and its range. What each value
/// means stands in `table`. Lengths are shares of the crop's side.
package struct SelfBlendingSettings: Sendable, Equatable {
  package var share = 0.0
  package var face = 0.4
  package var hull = 0.25
  package var lowerHalf = 0.1
  package var mouth = 0.1
  package var nose = 0.05
  package var eyes = 0.1
  package var elastic = 0.007...0.035
  package var blur = 0.005...0.05
  package var inside = 0.5
  package var full = 0.5
  package var strength = 0.25...1.0
  package var changedFace = 0.5
  package var tint = 0.5
  package var tintShift = 20.0
  package var hue = 0.5
  package var hueTurn = 8.0
  package var saturation = 0.15
  package var contrast = 0.5
  package var contrastChange = 0.15
  package var downscale = 0.5
  package var downscaleFactor = 0.4...0.9
  package var sharpen = 0.2...0.6
  package var scale = 0.95...1.05
  package var rotation = 1.5
  package var shiftX = 0.03
  package var shiftY = 0.015

  package init() {}

  /// How often each part of the face is replaced, in proportion to the others.
  package var regions: [BlendRegion: Double] {
    get {
      [
        .face: face, .hull: hull, .lowerHalf: lowerHalf, .mouth: mouth, .nose: nose, .eyes: eyes,
      ]
    }
    set {
      face = newValue[.face] ?? 0
      hull = newValue[.hull] ?? 0
      lowerHalf = newValue[.lowerHalf] ?? 0
      mouth = newValue[.mouth] ?? 0
      nose = newValue[.nose] ?? 0
      eyes = newValue[.eyes] ?? 0
    }
  }

  /// All settings, in the order of the pipeline files.
  package static let table: [Setting<SelfBlendingSettings>] =
    [
      .number(
        "share", \.share, in: 0...1,
        "Share of a batch's fakes that are made of real faces; the others are stored ones. "
          + "With 1 no fake video is needed."
      ).absent(means: "0.0")
    ] + details.map { $0.decisive("with `share` above 0") { $0.share > 0 } }

  private static let details: [Setting<SelfBlendingSettings>] = parts + mask + changes

  private static let parts: [Setting<SelfBlendingSettings>] = [
    .number(
      "face", \.face, in: 0...1000,
      "How often the oval of the face is replaced, in proportion to the other parts."),
    .number("hull", \.hull, in: 0...1000, "How often the hull of the landmarks is."),
    .number("lowerHalf", \.lowerHalf, in: 0...1000, "How often everything below the eyes is."),
    .number("mouth", \.mouth, in: 0...1000, "How often the mouth is."),
    .number("nose", \.nose, in: 0...1000, "How often the nose is."),
    .number("eyes", \.eyes, in: 0...1000, "How often the eyes are."),
  ]

  private static let mask: [Setting<SelfBlendingSettings>] = [
    .range(
      "elastic", \.elastic, in: 0...0.2,
      "Standard deviation of the elastic deformation of the outline, as a share of the side."),
    .range(
      "blur", \.blur, in: 0...0.2,
      "Standard deviation of the blur of the border, as a share of the side."),
    .number(
      "inside", \.inside, in: 0...1,
      "Probability that the soft border stays inside of the outline."),
    .number(
      "full", \.full, in: 0...1, "Probability that the middle of the mask has the weight 1."),
    .range("strength", \.strength, in: 0.05...1, "Its weight otherwise."),
  ]

  private static let changes: [Setting<SelfBlendingSettings>] = [
    .number(
      "changedFace", \.changedFace, in: 0...1,
      "Probability that the part that is put on gets the changes below; otherwise the rest gets "
        + "them, and with it the real picture of the pair."
    ).absent(means: "0.5"),
    .number("tint", \.tint, in: 0...1, "Probability that red, green and blue are shifted."),
    .number("tintShift", \.tintShift, in: 0...255, "Largest shift of a colour, in 1/255."),
    .number(
      "hue", \.hue, in: 0...1, "Probability that hue, saturation and brightness are changed."),
    .number("hueTurn", \.hueTurn, in: 0...180, "Largest change of the hue, in degrees."),
    .number(
      "saturation", \.saturation, in: 0...1,
      "Largest change of saturation and brightness, as a share."),
    .number(
      "contrast", \.contrast, in: 0...1, "Probability that contrast and brightness are changed."),
    .number(
      "contrastChange", \.contrastChange, in: 0...1,
      "Largest change of contrast and brightness, as a share."),
    .number(
      "downscale", \.downscale, in: 0...1,
      "Probability that the changed side is made smaller and larger again; "
        + "otherwise it is sharpened."),
    .range(
      "downscaleFactor", \.downscaleFactor, in: 0.1...1, "The smaller side, as a share."),
    .range("sharpen", \.sharpen, in: 0...4, "How much it is sharpened."),
    .range("scale", \.scale, in: 0.5...2, "Scale of what is put on."),
    .number("rotation", \.rotation, in: 0...45, "Largest rotation of it, in degrees."),
    .number("shiftX", \.shiftX, in: 0...0.5, "Largest shift to the side, as a share of the side."),
    .number("shiftY", \.shiftY, in: 0...0.5, "Largest shift up or down, as a share of the side."),
  ]

  /// A setting that is out of bounds.
  package struct Fault: Error, Sendable, Equatable {
    /// Its name.
    package let name: String
    /// What it may be.
    package let expected: String
    /// What it is.
    package let got: String
  }

  /// Throws where a number is out of bounds.
  package func check() throws(Fault) {
    for setting in Self.table {
      if let value = setting.fault(in: self) {
        throw Fault(name: setting.key, expected: setting.expected, got: value)
      }
    }
    guard regions.values.reduce(0, +) > 0 else {
      throw Fault(
        name: "face", expected: "one of the parts of a face with a number above 0", got: "none")
    }
  }
}
