internal import CFFmpeg
package import Imaging
internal import Measure

/// A decoded picture that is still in the decoder's own format; only requested parts are converted
/// to RGB. All coordinates are those of the displayed (stretched, mirrored, rotated) picture. Not
/// thread-safe.
package final class VideoFrame {
  /// Index among the video's pictures in order of presentation, from 0.
  package internal(set) var index: Int

  /// Presentation time in seconds after the video's first picture; nil if unknown, as in a folder
  /// of frames.
  package internal(set) var timestampSeconds: Double?

  /// Width of the displayed picture in pixels.
  package var width: Int { placement.width }

  /// Height of the displayed picture in pixels.
  package var height: Int { placement.height }

  private let frame: UnsafeMutablePointer<AVFrame>
  private let converter: FrameConverter
  private let placement: PicturePlacement

  /// CPU seconds spent in converting this picture.
  package internal(set) var conversionSeconds = 0.0

  /// Takes ownership of `frame`.
  init(
    _ frame: UnsafeMutablePointer<AVFrame>, index: Int, timestampSeconds: Double,
    placement: PicturePlacement, converter: FrameConverter
  ) {
    self.frame = frame
    self.index = index
    self.timestampSeconds = timestampSeconds
    self.placement = placement
    self.converter = converter
  }

  deinit {
    var owned: UnsafeMutablePointer<AVFrame>? = frame
    av_frame_free(&owned)
  }

  /// The whole picture in another size, shrunk by area averaging.
  package func reduced(width: Int, height: Int) throws(MediaError) -> PixelBuffer {
    let start = ThreadCPUClock.seconds()
    defer { conversionSeconds += ThreadCPUClock.seconds() - start }
    let isUpright = placement.orientation.isUpright
    return placement.oriented(
      try converter.reduced(
        frame, width: isUpright ? width : height, height: isUpright ? height : width))
  }

  /// A rectangle of the picture at full resolution.
  ///
  /// - Precondition: the rectangle lies inside of the picture and is not empty.
  package func region(x: Int, y: Int, width: Int, height: Int) throws(MediaError) -> PixelBuffer {
    precondition(
      x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= self.width
        && y + height <= self.height, "the region lies inside of the picture")
    let start = ThreadCPUClock.seconds()
    defer { conversionSeconds += ThreadCPUClock.seconds() - start }
    let (columns, rows) = placement.unturned(x: x..<(x + width), y: y..<(y + height))
    return placement.oriented(try stretched(columns, rows))
  }

  /// The whole picture at full resolution.
  package func picture() throws(MediaError) -> PixelBuffer {
    try region(x: 0, y: 0, width: width, height: height)
  }

  /// A part of the stretched picture, before it is mirrored and rotated.
  private func stretched(_ x: Range<Int>, _ y: Range<Int>) throws(MediaError) -> PixelBuffer {
    if let columns = placement.columns {
      return columns.columns(x, of: try coded(columns.sources(of: x), y))
    }
    if let rows = placement.rows {
      return rows.rows(y, of: try coded(x, rows.sources(of: y)))
    }
    return try coded(x, y)
  }

  private func coded(_ x: Range<Int>, _ y: Range<Int>) throws(MediaError) -> PixelBuffer {
    try converter.region(
      frame, x: x.lowerBound, y: y.lowerBound, width: x.count, height: y.count)
  }
}

/// Where the pixels of a displayed picture lie in the coded one.
struct PicturePlacement {
  /// Stretches the coded picture's rows; nil if they keep their length.
  let columns: Stretching?
  /// Stretches the coded picture's columns; nil if they keep their length.
  let rows: Stretching?
  let orientation: PictureOrientation
  /// Size of the displayed picture.
  let width: Int
  let height: Int

  init(
    codedWidth: Int, codedHeight: Int, shape: PixelShape = .square,
    orientation: PictureOrientation
  ) {
    let size = shape.stretched(width: codedWidth, height: codedHeight)
    columns =
      size.width == codedWidth ? nil : Stretching(coded: codedWidth, displayed: size.width)
    rows =
      size.height == codedHeight ? nil : Stretching(coded: codedHeight, displayed: size.height)
    self.orientation = orientation
    width = orientation.isUpright ? size.width : size.height
    height = orientation.isUpright ? size.height : size.width
  }

  /// Where a part of the displayed picture lies before the picture is mirrored and rotated.
  func unturned(x: Range<Int>, y: Range<Int>) -> (x: Range<Int>, y: Range<Int>) {
    let (columns, rows) =
      switch orientation.quarterTurns {
      case 1: (y, reversed(x, width))
      case 2: (reversed(x, width), reversed(y, height))
      case 3: (reversed(y, height), x)
      default: (x, y)
      }
    guard orientation.isMirrored else { return (columns, rows) }
    return (reversed(columns, orientation.isUpright ? width : height), rows)
  }

  /// Mirrors and rotates a part of the picture.
  func oriented(_ part: PixelBuffer) -> PixelBuffer {
    (orientation.isMirrored ? part.mirrored : part)
      .rotatedClockwise(quarterTurns: orientation.quarterTurns)
  }

  private func reversed(_ range: Range<Int>, _ length: Int) -> Range<Int> {
    (length - range.upperBound)..<(length - range.lowerBound)
  }
}

extension PixelBuffer {
  /// The picture with left and right exchanged.
  fileprivate var mirrored: PixelBuffer {
    var result = PixelBuffer(width: width, height: height)
    for y in 0..<height { for x in 0..<width { result[x, y] = self[width - 1 - x, y] } }
    return result
  }
}
