/// Dimensions of feature maps in blocks of channels, `nChw16c` or `nChw8c`: (n, c / lanes, h, w, lanes),
/// float32.
///
/// With one pixel per picture this is a plain matrix (n, c): the head of a network uses the same
/// kernels. Channels that fill up the last block are zero.
package struct BlockedShape: Sendable, Equatable {
  /// Channels that have a meaning.
  package let channels: Int
  /// Rows.
  package let height: Int
  /// Columns.
  package let width: Int
  /// Channels of a block: floats of the processor's vectors.
  package let lanes: Int

  /// Feature maps of one picture.
  package init(channels: Int, height: Int, width: Int, lanes: Int) {
    self.channels = channels
    self.height = height
    self.width = width
    self.lanes = lanes
  }

  /// Pixels of a picture.
  package var area: Int { height * width }
  /// Blocks of channels.
  package var blocks: Int { (channels + lanes - 1) / lanes }
  /// Channels with those that fill up the last block.
  package var paddedChannels: Int { blocks * lanes }
  /// Floats of one block of one picture.
  package var planeCount: Int { area * lanes }
  /// Floats of one picture.
  package var pictureCount: Int { blocks * planeCount }
  /// What max-pooling (3x3, stride 2, padding 1) makes of such maps.
  package var pooled: BlockedShape {
    BlockedShape(
      channels: channels, height: (height + 1) / 2, width: (width + 1) / 2, lanes: lanes)
  }
}
