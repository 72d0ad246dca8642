public import Imaging
public import Randomness

/// Changes training pictures as the settings say; keeps its working memory between pictures. One per
/// thread.
public final class Augmenter {
  private let settings: AugmentationSettings
  private let recompressor: JPEGRecompressor

  /// Creates an augmenter; throws where a setting is out of bounds.
  public init(_ settings: AugmentationSettings) throws(TrainingDataError) {
    try settings.check()
    self.settings = settings
    do throws(ImagingError) {
      recompressor = try JPEGRecompressor()
    } catch {
      throw TrainingDataError(.damagedPicture, subject: "JPEG recompressor", error.description)
    }
  }

  /// Changes a picture in its place.
  public func augment(
    _ picture: inout PixelBuffer, using random: inout RandomStream
  ) throws(TrainingDataError) {
  }
}
