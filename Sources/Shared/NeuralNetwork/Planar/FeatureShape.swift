/// Dimensions of a batch of feature maps: float32, NCHW.
public struct FeatureShape: Sendable, Equatable {
  /// Pictures.
  public var batch: Int
  /// Channels of a picture.
  public var channels: Int
  /// Height in pixels.
  public var height: Int
  /// Width in pixels.
  public var width: Int

  /// Creates a shape.
  public init(batch: Int, channels: Int, height: Int, width: Int) {
    self.batch = batch
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// Numbers of one picture.
  public var pictureCount: Int { channels * height * width }

  /// Numbers of the batch.
  public var count: Int { batch * pictureCount }
}
