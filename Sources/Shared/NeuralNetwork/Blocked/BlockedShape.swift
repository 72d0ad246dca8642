/// Dimensions of feature maps in blocks of eight channels, `nChw8c`: (n, c/8, h, w, 8), float32.
///
/// With one pixel per picture this is a plain matrix (n, c): the head of a network uses the same
/// kernels. Channels that fill up the last block are zero.
struct BlockedShape: Sendable, Equatable {
  let channels: Int
  let height: Int
  let width: Int

  /// Pixels of a picture.
  var area: Int { height * width }
  /// Blocks of channels.
  var blocks: Int { (channels + 7) / 8 }
  /// Channels with those that fill up the last block.
  var paddedChannels: Int { blocks * 8 }
  /// Floats of one block of one picture.
  var planeCount: Int { area * 8 }
  /// Floats of one picture.
  var pictureCount: Int { blocks * planeCount }
}
