/// Dimensions of a batch as it goes into an `CascadeNetwork` and as it comes out: float32,
/// (batch, height, width, channels).
package struct FeatureShape: Sendable, Equatable {
  /// Pictures.
  package var batch: Int
  /// Height in pixels.
  package var height: Int
  /// Width in pixels.
  package var width: Int
  /// Channels of a pixel.
  package var channels: Int

  /// Creates a shape; of pictures, if no channels are given.
  package init(batch: Int, height: Int, width: Int, channels: Int = 3) {
    self.batch = batch
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Pixels of the batch.
  package var pixels: Int { batch * height * width }
  /// Numbers of one picture.
  package var pictureCount: Int { channels * height * width }
  /// Numbers of the batch.
  package var count: Int { batch * pictureCount }
}
