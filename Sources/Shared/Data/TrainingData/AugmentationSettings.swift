internal import MediaDecoding

/// How training pictures are changed: a probability for each change, and its range.
public struct AugmentationSettings: Sendable, Equatable {
  /// Mirrored left to right.
  public var flip = 0.5
  /// Saved as JPEG again, with full or quarter chroma resolution.
  public var jpeg = 0.4
  /// Quality of that JPEG, 1...100.
  public var jpegQuality = 40.0...100.0
  /// Gaussian noise.
  public var noise = 0.2
  /// Its standard deviation, in 1/255, 0...100.
  public var noiseSigma = 2.0...12.0
  /// Gaussian blur.
  public var blur = 0.15
  /// Its standard deviation in pixels, 0...10.
  public var blurSigma = 0.4...1.6
  /// Made smaller and larger again.
  public var downscale = 0.2
  /// The smaller side as a share, 0.1...1.
  public var downscaleFactor = 0.4...0.9
  /// Brightness, contrast and saturation.
  public var colour = 0.5
  /// Most change of brightness, as a share, 0...1.
  public var brightness = 0.2
  /// Most change of contrast, as a share, 0...1.
  public var contrast = 0.2
  /// Most change of saturation, as a share, 0...1.
  public var saturation = 0.2
  /// Turned, scaled and shifted a little.
  public var affine = 0.5
  /// Most rotation, in degrees, 0...45.
  public var rotation = 6.0
  /// Scale, 0.5...2.
  public var scale = 0.94...1.06
  /// Most shift, as a share of the side, 0...0.5.
  public var shift = 0.03
  /// A rectangle is filled with noise.
  public var erasing = 0.1
  /// Its area, as a share of the picture's, 0...0.5.
  public var erasingArea = 0.02...0.12
  /// Encoded as a picture of an H.264 video and decoded again.
  public var recompression = 0.0
  /// The constant rate factor of x264 that it is encoded with, 0...51; more is smaller and worse.
  public var recompressionCRF = 23.0...40.0
  /// The side at which it is encoded, as a share, 0.1...2; above 1 a face is larger in the video than
  /// in the crop.
  public var recompressionScale = 0.5...1.0

  /// The defaults.
  public init() {}

  /// No change at all.
  public static var none: AugmentationSettings {
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
  public func check() throws(TrainingDataError) {
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
