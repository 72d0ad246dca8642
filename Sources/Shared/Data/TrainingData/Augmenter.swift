package import Imaging
internal import MediaDecoding
package import Randomness

/// Augments training pictures by the settings. It keeps its working memory between pictures, so
/// each thread needs its own augmenter.
///
/// The changes come in the order in which they happen to pictures elsewhere: mirroring and affine
/// map, colour, blur, downscaling, noise, video compression, JPEG. Erasing, which doesn't happen
/// there, comes last.
package final class Augmenter {
  private let settings: AugmentationSettings
  private let recompressor: JPEGRecompressor
  private var scratch: [UInt8] = []

  /// Creates an augmenter; throws if a setting is out of bounds.
  package init(_ settings: AugmentationSettings) throws(TrainingDataError) {
    try settings.check()
    self.settings = settings
    do throws(ImagingError) {
      recompressor = try JPEGRecompressor()
    } catch {
      throw TrainingDataError(.damagedPicture, subject: "JPEG recompressor", error.description)
    }
  }

  /// Augments a picture in place, in about 0.4 milliseconds for 224x224 pixels and the default
  /// settings.
  ///
  /// - Returns: what was done, in a few words, e.g. "flip jpeg 47".
  @discardableResult
  package func augment(
    _ picture: inout PixelBuffer, using random: inout RandomStream
  ) throws(TrainingDataError) -> AugmentationSummary {
    let plan = AugmentationPlan(settings, using: &random)
    try apply(plan, to: &picture)
    return AugmentationSummary(plan: plan)
  }

  func apply(
    _ plan: AugmentationPlan, to picture: inout PixelBuffer
  ) throws(TrainingDataError) {
    let (width, height) = (picture.width, picture.height)
    if plan.flip { picture.mirror() }
    if let affine = plan.affine {
      picture.warpReflecting(
        by: affine.transform(width: width, height: height), scratch: &scratch)
    }
    if let colour = plan.colour { picture.change(colour) }
    if let sigma = plan.blurSigma { picture.blur(sigma: sigma) }
    if let factor = plan.downscaleFactor {
      let (small, low) = (Double(width) * factor, Double(height) * factor)
      picture =
        picture
        .resized(width: max(Int(small.rounded()), 1), height: max(Int(low.rounded()), 1))
        .resized(width: width, height: height)
    }
    if let noise = plan.noise { picture.addNoise(noise) }
    if let recompression = plan.recompression { try recompress(&picture, recompression) }
    if let jpeg = plan.jpeg { try recompress(&picture, jpeg) }
    if let erasing = plan.erasing { picture.erase(erasing) }
  }

  /// Encodes the picture as a frame of a video and decodes it: alone, or after a moved copy of
  /// itself. Encoder and decoder have seen no other picture.
  private func recompress(
    _ picture: inout PixelBuffer, _ plan: AugmentationPlan.Recompression
  ) throws(TrainingDataError) {
    let (width, height) = (picture.width, picture.height)
    // 4:2:0 needs even sizes.
    let coded = picture.resized(
      width: max(2 * Int((Double(width) * plan.scale / 2).rounded()), 2),
      height: max(2 * Int((Double(height) * plan.scale / 2).rounded()), 2))
    var clip = [coded]
    if let motion = plan.motion {
      clip.insert(coded, at: 0)
      clip[0].warpReflecting(
        by: motion.transform(width: coded.width, height: coded.height), scratch: &scratch)
    }
    do throws(MediaError) {
      picture = try ClipRecompressor.lastPicture(
        of: clip, constantRateFactor: plan.constantRateFactor
      ).resized(width: width, height: height)
    } catch {
      throw TrainingDataError(
        .damagedPicture, subject: "augmentation", "the picture can't be encoded as video",
        cause: error.description)
    }
  }

  private func recompress(
    _ picture: inout PixelBuffer, _ jpeg: AugmentationPlan.JPEG
  ) throws(TrainingDataError) {
    do throws(ImagingError) {
      try recompressor.recompress(&picture, quality: jpeg.quality, chroma: jpeg.chroma)
    } catch {
      throw TrainingDataError(
        .damagedPicture, subject: "augmentation", "the picture can't be saved as JPEG",
        cause: error.description)
    }
  }
}

/// What an augmenter did to a picture.
package struct AugmentationSummary: Sendable, CustomStringConvertible {
  let plan: AugmentationPlan

  /// The changes in a few words, e.g. "flip jpeg 47"; empty if there were none.
  package var description: String { plan.summary }
}
