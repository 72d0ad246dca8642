/// Dimensions of feature maps in blocks of channels, `nChw16c` or `nChw8c`: (n, c / lanes, h, w, lanes),
/// float32.
///
/// With one pixel per picture this is a plain matrix (n, c): the head of a network uses the same
/// kernels. Channels that fill up the last block are zero.
public struct BlockedShape: Sendable, Equatable {
  /// Channels that have a meaning.
  public let channels: Int
  /// Rows.
  public let height: Int
  /// Columns.
  public let width: Int
  /// Channels of a block: floats of the processor's vectors.
  public let lanes: Int

  /// Feature maps of one picture.
  public init(channels: Int, height: Int, width: Int, lanes: Int) {
    self.channels = channels
    self.height = height
    self.width = width
    self.lanes = lanes
  }

  /// Pixels of a picture.
  public var area: Int { height * width }
  /// Blocks of channels.
  public var blocks: Int { (channels + lanes - 1) / lanes }
  /// Channels with those that fill up the last block.
  public var paddedChannels: Int { blocks * lanes }
  /// Floats of one block of one picture.
  public var planeCount: Int { area * lanes }
  /// Floats of one picture.
  public var pictureCount: Int { blocks * planeCount }
  /// What max-pooling (3x3, stride 2, padding 1) makes of such maps.
  public var pooled: BlockedShape {
    BlockedShape(
      channels: channels, height: (height + 1) / 2, width: (width + 1) / 2, lanes: lanes)
  }
}
