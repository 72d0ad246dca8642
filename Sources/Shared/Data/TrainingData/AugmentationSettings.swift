internal import MediaDecoding

/// How training pictures are changed: a probability for each change, and its range.
package struct AugmentationSettings: Sendable, Equatable {
  /// Mirrored left to right.
  package var flip = 0.5
  /// Saved as JPEG again, with full or quarter chroma resolution.
  package var jpeg = 0.4
  /// Quality of that JPEG, 1...100.
  package var jpegQuality = 40.0...100.0
  /// Gaussian noise.
  package var noise = 0.2
  /// Its standard deviation, in 1/255, 0...100.
  package var noiseSigma = 2.0...12.0
  /// Gaussian blur.
  package var blur = 0.15
  /// Its standard deviation in pixels, 0...10.
  package var blurSigma = 0.4...1.6
  /// Made smaller and larger again.
  package var downscale = 0.2
  /// The smaller side as a share, 0.1...1.
  package var downscaleFactor = 0.4...0.9
  /// Brightness, contrast and saturation.
  package var colour = 0.5
  /// Most change of brightness, as a share, 0...1.
  package var brightness = 0.2
  /// Most change of contrast, as a share, 0...1.
  package var contrast = 0.2
  /// Most change of saturation, as a share, 0...1.
  package var saturation = 0.2
  /// Turned, scaled and shifted a little.
  package var affine = 0.5
  /// Most rotation, in degrees, 0...45.
  package var rotation = 6.0
  /// Scale, 0.5...2.
  package var scale = 0.94...1.06
  /// Most shift, as a share of the side, 0...0.5.
  package var shift = 0.03
  /// A rectangle is filled with noise.
  package var erasing = 0.1
  /// Its area, as a share of the picture's, 0...0.5.
  package var erasingArea = 0.02...0.12
  /// Encoded as a picture of an H.264 video and decoded again.
  package var recompression = 0.0
  /// The constant rate factor of x264 that it is encoded with, 0...51; more is smaller and worse.
  package var recompressionCRF = 23.0...40.0
  /// The side at which it is encoded, as a share, 0.1...2; above 1 a face is larger in the video than
  /// in the crop.
  package var recompressionScale = 0.5...1.0

  /// The defaults.
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

  /// Throws where a number is out of bounds.
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
