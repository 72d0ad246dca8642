internal import CFFmpeg
public import Imaging
internal import Measure

/// A decoded picture that is still in the decoder's own format; only what is asked for is converted
/// to RGB. All coordinates are those of the displayed (rotated) picture. Not thread-safe.
public final class VideoFrame {
  /// Position among the video's pictures in order of presentation, from 0.
  public let index: Int

  /// Presentation time in seconds after the video's first picture.
  public let timestampSeconds: Double

  /// Width of the displayed picture in pixels.
  public let width: Int

  /// Height of the displayed picture in pixels.
  public let height: Int

  private let frame: UnsafeMutablePointer<AVFrame>
  private let converter: FrameConverter
  private let quarterTurns: Int

  /// CPU seconds spent in converting this picture.
  public internal(set) var conversionSeconds = 0.0

  /// Takes over `frame`.
  init(
    _ frame: UnsafeMutablePointer<AVFrame>, index: Int, timestampSeconds: Double,
    quarterTurns: Int, converter: FrameConverter
  ) {
    self.frame = frame
    self.index = index
    self.timestampSeconds = timestampSeconds
    self.quarterTurns = quarterTurns
    self.converter = converter
    let isUpright = quarterTurns % 2 == 0
    width = Int(isUpright ? frame.pointee.width : frame.pointee.height)
    height = Int(isUpright ? frame.pointee.height : frame.pointee.width)
  }

  deinit {
    var owned: UnsafeMutablePointer<AVFrame>? = frame
    av_frame_free(&owned)
  }

  /// The whole picture in another size, shrunk by area averaging.
  public func reduced(width: Int, height: Int) throws(MediaError) -> PixelBuffer {
    let start = ThreadCPUClock.seconds()
    defer { conversionSeconds += ThreadCPUClock.seconds() - start }
    let isUpright = quarterTurns % 2 == 0
    return try converter.reduced(
      frame, width: isUpright ? width : height, height: isUpright ? height : width
    ).rotatedClockwise(quarterTurns: quarterTurns)
  }

  /// A rectangle of the picture at full resolution.
  ///
  /// - Precondition: the rectangle lies inside of the picture and is not empty.
  public func region(x: Int, y: Int, width: Int, height: Int) throws(MediaError) -> PixelBuffer {
    precondition(
      x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= self.width
        && y + height <= self.height, "the region lies inside of the picture")
    let start = ThreadCPUClock.seconds()
    defer { conversionSeconds += ThreadCPUClock.seconds() - start }
    // Where the region lies in the coded picture, before it is turned for display.
    let (codedX, codedY, codedWidth, codedHeight) =
      switch quarterTurns {
      case 1: (y, self.width - x - width, height, width)
      case 2: (self.width - x - width, self.height - y - height, width, height)
      case 3: (self.height - y - height, x, height, width)
      default: (x, y, width, height)
      }
    return try converter.region(
      frame, x: codedX, y: codedY, width: codedWidth, height: codedHeight
    ).rotatedClockwise(quarterTurns: quarterTurns)
  }

  /// The whole picture at full resolution.
  public func picture() throws(MediaError) -> PixelBuffer {
    try region(x: 0, y: 0, width: width, height: height)
  }
}
