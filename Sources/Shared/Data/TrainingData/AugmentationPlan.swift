internal import Contract
internal import Foundation
internal import Imaging
internal import Randomness

/// The changes to one picture; nil leaves a change out.
///
/// All numbers are always drawn, in the order of the properties, so that another probability of one
/// change doesn't alter the others.
struct AugmentationPlan: Equatable {
  /// A rectangle that is filled with noise: left, top, width, height as fractions of the picture's
  /// sides.
  struct Erasing: Equatable {
    let x: Double
    let y: Double
    let width: Double
    let height: Double
    let seed: UInt64
  }

  struct Affine: Equatable {
    let rotationDegrees: Double
    let scale: Double
    /// In fractions of the picture's sides.
    let shift: SIMD2<Double>
  }

  struct Colour: Equatable {
    /// Factors, 1 for no change.
    let brightness: Double
    let contrast: Double
    let saturation: Double
  }

  struct Noise: Equatable {
    let sigma: Double
    let seed: UInt64
  }

  struct JPEG: Equatable {
    let quality: Int
    let chroma: ChromaSampling
  }

  struct Recompression: Equatable {
    /// x264's constant rate factor, 0...51.
    let constantRateFactor: Double
    /// Side at which the picture is encoded, as a fraction of its own.
    let scale: Double
    /// Motion from the previous picture, which this one is predicted from; nil for a key frame.
    let motion: Affine?
  }

  let flip: Bool
  let affine: Affine?
  let colour: Colour?
  let blurSigma: Double?
  let downscaleFactor: Double?
  let noise: Noise?
  let jpeg: JPEG?
  let erasing: Erasing?
  let recompression: Recompression?

  init(_ settings: AugmentationSettings, using random: inout RandomStream) {
    flip = random.happens(settings.flip)

    let warps = random.happens(settings.affine)
    let affine = Affine(
      rotationDegrees: random.around(0, settings.rotation), scale: random.within(settings.scale),
      shift: SIMD2(random.around(0, settings.shift), random.around(0, settings.shift)))
    self.affine = warps ? affine : nil

    let colours = random.happens(settings.colour)
    let colour = Colour(
      brightness: random.around(1, settings.brightness),
      contrast: random.around(1, settings.contrast),
      saturation: random.around(1, settings.saturation))
    self.colour = colours ? colour : nil

    let blurs = random.happens(settings.blur)
    let blurSigma = random.within(settings.blurSigma)
    self.blurSigma = blurs ? blurSigma : nil

    let shrinks = random.happens(settings.downscale)
    let downscaleFactor = random.within(settings.downscaleFactor)
    self.downscaleFactor = shrinks ? downscaleFactor : nil

    let isNoisy = random.happens(settings.noise)
    let noise = Noise(sigma: random.within(settings.noiseSigma), seed: random.next())
    self.noise = isNoisy ? noise : nil

    let saves = random.happens(settings.jpeg)
    let jpeg = JPEG(
      quality: Int(random.within(settings.jpegQuality).rounded()),
      chroma: random.happens(0.5) ? .quarter : .full)
    self.jpeg = saves ? jpeg : nil

    let erases = random.happens(settings.erasing)
    let erasing = Erasing(area: settings.erasingArea, using: &random)
    self.erasing = erases ? erasing : nil

    let recompresses = random.happens(settings.recompression)
    let recompression = Recompression(settings, using: &random)
    self.recompression = recompresses ? recompression : nil
  }

  /// The changes in a few words, e.g. "flip jpeg 47".
  var summary: String {
    let parts: [String?] = [
      flip ? "flip" : nil, affine.map { "rotate \(Int($0.rotationDegrees.rounded()))" },
      colour.map { _ in "colour" },
      blurSigma.map { "blur \(($0 * 10).rounded() / 10)" },
      downscaleFactor.map { "size \(($0 * 100).rounded() / 100)" },
      noise.map { "noise \(Int($0.sigma.rounded()))" },
      recompression.map { "h264 \(Int($0.constantRateFactor.rounded()))" },
      jpeg.map { "jpeg \($0.quality)" },
      erasing.map { _ in "erase" },
    ]
    return parts.compactMap { $0 }.joined(separator: " ")
  }
}

extension AugmentationPlan.Affine {
  /// Maps coordinates of the new picture to those of the old one: rotates and scales about the
  /// centre, and shifts.
  func transform(width: Int, height: Int) -> SimilarityTransform {
    SimilarityTransform(
      about: SIMD2(Double(width) / 2, Double(height) / 2), degrees: rotationDegrees, scale: scale,
      shift: shift * SIMD2(Double(width), Double(height)))
  }
}

extension AugmentationPlan.Erasing {
  /// A rectangle of this area inside the picture, at most twice as long as wide.
  init(area: ClosedRange<Double>, using random: inout RandomStream) {
    let area = random.within(area)
    let aspect = exp2(random.around(0, 1))
    width = min((area * aspect).squareRoot(), 1)
    height = min((area / aspect).squareRoot(), 1)
    x = random.uniform(0, 1 - width)
    y = random.uniform(0, 1 - height)
    seed = random.next()
  }
}

extension AugmentationPlan.Recompression {
  /// Half of the pictures are key frames, which lose less in x264 than most frames of a long clip.
  /// The others are predicted from a slightly moved copy of themselves, and lose more. Together the
  /// loss is that of a clip (docs/training.md has the measurement).
  init(_ settings: AugmentationSettings, using random: inout RandomStream) {
    constantRateFactor = random.within(settings.recompressionCRF)
    scale = random.within(settings.recompressionScale)
    let isKeyPicture = random.happens(0.5)
    let motion = AugmentationPlan.Affine(
      rotationDegrees: random.around(0, 1), scale: random.uniform(0.99, 1.01),
      shift: SIMD2(random.around(0, 0.02), random.around(0, 0.02)))
    self.motion = isKeyPicture ? nil : motion
  }
}
