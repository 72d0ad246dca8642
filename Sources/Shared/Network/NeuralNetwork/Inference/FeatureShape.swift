/// Dimensions of a batch as it goes into an `InferenceNetwork` and as it comes out: float32,
/// (batch, height, width, channels).
public struct FeatureShape: Sendable, Equatable {
  /// Pictures.
  public var batch: Int
  /// Height in pixels.
  public var height: Int
  /// Width in pixels.
  public var width: Int
  /// Channels of a pixel.
  public var channels: Int

  /// Creates a shape; of pictures, if the channels aren't told.
  public init(batch: Int, height: Int, width: Int, channels: Int = 3) {
    self.batch = batch
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Pixels of the batch.
  public var pixels: Int { batch * height * width }
  /// Numbers of one picture.
  public var pictureCount: Int { channels * height * width }
  /// Numbers of the batch.
  public var count: Int { batch * pictureCount }
}
