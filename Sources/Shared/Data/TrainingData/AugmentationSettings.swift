internal import MediaDecoding
package import Settings

/// How training pictures are changed: a probability for each change, and its range. What each value means
/// stands in `table`.
package struct AugmentationSettings: Sendable, Equatable {
  package var flip = 0.5
  package var jpeg = 0.4
  package var jpegQuality = 40.0...100.0
  package var noise = 0.2
  package var noiseSigma = 2.0...12.0
  package var blur = 0.15
  package var blurSigma = 0.4...1.6
  package var downscale = 0.2
  package var downscaleFactor = 0.4...0.9
  package var colour = 0.5
  package var brightness = 0.2
  package var contrast = 0.2
  package var saturation = 0.2
  package var affine = 0.5
  package var rotation = 6.0
  package var scale = 0.94...1.06
  package var shift = 0.03
  package var erasing = 0.1
  package var erasingArea = 0.02...0.12
  package var recompression = 0.0
  package var recompressionCRF = 23.0...40.0
  package var recompressionScale = 0.5...1.0

  package init() {}

  /// No change at all.
  package static var none: AugmentationSettings {
    var settings = AugmentationSettings()
    settings.flip = 0
    settings.jpeg = 0
    settings.noise = 0
    settings.blur = 0
    settings.downscale = 0
    settings.colour = 0
    settings.affine = 0
    settings.erasing = 0
    settings.recompression = 0
    return settings
  }

  /// All settings, in the order of the pipeline files.
  package static let table: [Setting<AugmentationSettings>] = loss + colours + geometry + video

  private static let loss: [Setting<AugmentationSettings>] = [
    .number(
      "flip", \.flip, in: 0...1, "Probability that a picture is mirrored left to right."),
    .number(
      "jpeg", \.jpeg, in: 0...1,
      "Probability that it is saved as JPEG, with full or quarter chroma resolution."),
    .range("jpegQuality", \.jpegQuality, in: 1...100, "Quality of that JPEG."),
    .number("noise", \.noise, in: 0...1, "Probability of Gaussian noise."),
    .range("noiseSigma", \.noiseSigma, in: 0...100, "Its standard deviation, in 1/255."),
    .number("blur", \.blur, in: 0...1, "Probability of Gaussian blur."),
    .range("blurSigma", \.blurSigma, in: 0...10, "Its standard deviation, in pixels."),
    .number(
      "downscale", \.downscale, in: 0...1,
      "Probability that it is made smaller and larger again."),
    .range("downscaleFactor", \.downscaleFactor, in: 0.1...1, "The smaller side, as a share."),
  ]

  private static let colours: [Setting<AugmentationSettings>] = [
    .number(
      "colour", \.colour, in: 0...1,
      "Probability that brightness, contrast and saturation are changed."),
    .number("brightness", \.brightness, in: 0...1, "Largest change of brightness, as a share."),
    .number("contrast", \.contrast, in: 0...1, "Largest change of contrast, as a share."),
    .number("saturation", \.saturation, in: 0...1, "Largest change of saturation, as a share."),
  ]

  private static let geometry: [Setting<AugmentationSettings>] = [
    .number(
      "affine", \.affine, in: 0...1, "Probability that it is rotated, scaled and shifted."),
    .number("rotation", \.rotation, in: 0...45, "Largest rotation, in degrees."),
    .range("scale", \.scale, in: 0.5...2, "Smallest and largest scale."),
    .number("shift", \.shift, in: 0...0.5, "Largest shift, as a share of the side."),
    .number(
      "erasing", \.erasing, in: 0...1, "Probability that a rectangle is filled with noise."),
    .range("erasingArea", \.erasingArea, in: 0...0.5, "Its area, as a share of the picture."),
  ]

  private static let video: [Setting<AugmentationSettings>] = [
    .number(
      "recompression", \.recompression, in: 0...1,
      "Probability that it is encoded as a picture of an H.264 video and decoded."
    ).absent(means: "0.0"),
    Setting
      .range(
        "recompressionCRF", \.recompressionCRF, in: 0...51,
        "Constant rate factor of x264 for that; a higher one gives smaller and worse pictures."
      )
      .decisive("with `recompression` above 0") { $0.recompression > 0 },
    Setting
      .range(
        "recompressionScale", \.recompressionScale, in: 0.1...2,
        "The side at which it is encoded, as a share; above 1, faces are larger in the video than "
          + "in the crop."
      )
      .decisive("with `recompression` above 0") { $0.recompression > 0 },
  ]

  /// Throws where a number is out of bounds, or where this FFmpeg can't recompress.
  package func check() throws(TrainingDataError) {
    for setting in Self.table {
      if let value = setting.fault(in: self) {
        throw TrainingDataError(
          .invalidSetting, subject: "augmentation.\(setting.key)",
          "expected \(setting.expected), got \(value)")
      }
    }
    guard recompression == 0 || ClipRecompressor.isAvailable else {
      throw TrainingDataError(
        .invalidSetting, subject: "augmentation.recompression",
        "this FFmpeg has no libx264 to encode pictures with; set it to 0")
    }
  }
}
