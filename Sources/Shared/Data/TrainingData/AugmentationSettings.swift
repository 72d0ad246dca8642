internal import MediaDecoding

/// How training pictures are changed: a probability for each change, and its range.
package struct AugmentationSettings: Sendable, Equatable {
  /// Probability that a picture is mirrored left to right.
  package var flip = 0.5
  /// Probability of JPEG compression, with full or quarter chroma resolution.
  package var jpeg = 0.4
  /// Quality of that JPEG, 1...100.
  package var jpegQuality = 40.0...100.0
  /// Probability of Gaussian noise.
  package var noise = 0.2
  /// Standard deviation of the noise, in 1/255, 0...100.
  package var noiseSigma = 2.0...12.0
  /// Probability of Gaussian blur.
  package var blur = 0.15
  /// Standard deviation of the blur in pixels, 0...10.
  package var blurSigma = 0.4...1.6
  /// Probability that a picture is scaled down and up again.
  package var downscale = 0.2
  /// The smaller side as a fraction, 0.1...1.
  package var downscaleFactor = 0.4...0.9
  /// Probability of a change of brightness, contrast and saturation.
  package var colour = 0.5
  /// Maximum change of brightness, as a fraction, 0...1.
  package var brightness = 0.2
  /// Maximum change of contrast, as a fraction, 0...1.
  package var contrast = 0.2
  /// Maximum change of saturation, as a fraction, 0...1.
  package var saturation = 0.2
  /// Probability that a picture is rotated, scaled and shifted.
  package var affine = 0.5
  /// Maximum rotation in degrees, 0...45.
  package var rotation = 6.0
  /// Scale, 0.5...2.
  package var scale = 0.94...1.06
  /// Maximum shift, as a fraction of the side, 0...0.5.
  package var shift = 0.03
  /// Probability that a rectangle is filled with noise.
  package var erasing = 0.1
  /// Area of the rectangle, as a fraction of the picture's, 0...0.5.
  package var erasingArea = 0.02...0.12
  /// Probability of compression as a frame of an H.264 video.
  package var recompression = 0.0
  /// Constant rate factor of x264 for that, 0...51; a larger one gives fewer bytes and lower
  /// quality.
  package var recompressionCRF = 23.0...40.0
  /// Side at which the frame is encoded, as a fraction of the picture's, 0.1...2; above 1 a face is
  /// larger in the video than in the crop.
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

  /// Throws if a number is out of bounds, or if recompression is on and FFmpeg has no libx264.
  package func check() throws(TrainingDataError) {
    let numbers: [(String, Double, ClosedRange<Double>)] = [
      ("flip", flip, 0...1), ("jpeg", jpeg, 0...1), ("noise", noise, 0...1), ("blur", blur, 0...1),
      ("downscale", downscale, 0...1), ("colour", colour, 0...1), ("affine", affine, 0...1),
      ("erasing", erasing, 0...1), ("brightness", brightness, 0...1),
      ("contrast", contrast, 0...1), ("saturation", saturation, 0...1),
      ("rotation", rotation, 0...45), ("shift", shift, 0...0.5),
      ("recompression", recompression, 0...1),
    ]
    for (name, value, bounds) in numbers where !bounds.contains(value) {
      throw Self.outOfBounds(name, bounds, "\(value)")
    }
    let ranges: [(String, ClosedRange<Double>, ClosedRange<Double>)] = [
      ("jpegQuality", jpegQuality, 1...100), ("noiseSigma", noiseSigma, 0...100),
      ("blurSigma", blurSigma, 0...10), ("downscaleFactor", downscaleFactor, 0.1...1),
      ("scale", scale, 0.5...2), ("erasingArea", erasingArea, 0...0.5),
      ("recompressionCRF", recompressionCRF, 0...51),
      ("recompressionScale", recompressionScale, 0.1...2),
    ]
    for (name, range, bounds) in ranges
    where !(bounds.contains(range.lowerBound) && bounds.contains(range.upperBound)) {
      throw Self.outOfBounds(name, bounds, "\(range)")
    }
    guard recompression == 0 || ClipRecompressor.isAvailable else {
      throw TrainingDataError(
        .invalidSetting, subject: "augmentation.recompression",
        "this FFmpeg has no libx264 to encode pictures with; set it to 0")
    }
  }

  private static func outOfBounds(
    _ name: String, _ bounds: ClosedRange<Double>, _ value: String
  ) -> TrainingDataError {
    TrainingDataError(
      .invalidSetting, subject: "augmentation.\(name)", "expected \(bounds), got \(value)")
  }
}
